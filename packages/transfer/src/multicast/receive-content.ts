import type { Manifest, ManifestChunk } from '../manifest/manifest.ts';
import { hearGroup } from './hear-group.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import type { MemberOutcome, ReceiverFigures } from './receiving.ts';
import { type Segment, segmentsOf } from './segments.ts';
import type { MemberTerms } from './session.ts';
import { listenToGroup, openOwnSocket, type Place } from './sockets.ts';

export interface ReceiveContentOptions extends Place {
  readonly manifest: Manifest;
  readonly terms: MemberTerms;
  /** Hashes of the chunks that are not here yet; nothing else is asked for. */
  readonly wanted: ReadonlySet<string>;
  /** Takes a verified chunk; its bytes may be overwritten once this has resolved. Each chunk comes once. */
  readonly accept: (chunk: ManifestChunk, bytes: Buffer) => Promise<void>;
  readonly silenceMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onReady?: () => void;
}

export interface ReceiveResult {
  readonly outcome: MemberOutcome;
  readonly figures: ReceiverFigures;
}

const TICK_MS = 3;
/** What the kernel counts for a datagram of 1,472 bytes in its buffer, its own book-keeping included. */
const DATAGRAM_IN_KERNEL_BYTES = 3072;
/** A sender says something each 50 ms; who hears nothing for so long may have been forgotten by a switch. */
const REJOIN_MS = 1500;
/** How long a member that has everything still answers the sender, whose end it may not have heard. */
const LINGER_MS = 1000;

/**
 * Takes part in a session until all wanted chunks are here, the sender goes on without this machine, or nothing is
 * heard of it. What `accept` has not seen then has to come another way.
 * @throws Failure multicast-no-group; what `accept` throws; AbortError
 */
export async function receiveContent(options: ReceiveContentOptions): Promise<ReceiveResult> {
  const { manifest, terms, wanted, signal } = options;
  const group = await listenToGroup(terms, options);
  const own = await openOwnSocket(0, options).catch((error) => {
    group.close();
    throw error;
  });
  const segments = segmentsOf(manifest);
  let failure: unknown;
  const landing = new Set<Promise<void>>();
  const failureOf = () => failure ?? (signal?.aborted ? signal.reason : undefined);
  const receiver = createReceiver({
    ...{ terms, segments, epoch: Date.now(), ...(options.silenceMs && { silenceMs: options.silenceMs }) },
    wanted: segments
      .filter(({ chunks }) => chunks.some(({ sha256 }) => wanted.has(sha256)))
      .map(({ index }) => index),
    credit: Math.floor(group.socket.getRecvBufferSize() / DATAGRAM_IN_KERNEL_BYTES),
    ports: {
      now: () => performance.now(),
      random: Math.random,
      sendToSender: (datagram, done = () => {}) =>
        own.send(datagram, terms.senderPort, terms.senderAddress, () => done()),
      sendToGroup: (datagram) => own.send(datagram, terms.port, terms.group, () => {}),
      deliver(segment, bytes) {
        const landed = handOver(options, segment, bytes).catch((error) => {
          failure ??= error;
          throw error;
        });
        landing.add(landed);
        return landed.finally(() => landing.delete(landed));
      },
    },
  });
  hearGroup(group, receiver.take);
  options.onReady?.();
  try {
    await untilOver(receiver, { failureOf, rejoin: group.rejoin });
    // What is here, and on its way to a slow disk, must not be fetched once more.
    await untilOver(receiver, { failureOf, isOver: () => landing.size === 0 });
    linger(receiver, () => close(group, own));
  } catch (error) {
    // What came could not be kept; the others need not wait for this machine.
    await receiver.leave(failure === undefined ? 'cancelled' : 'disk');
    close(group, own);
    throw error;
  }
  return { outcome: receiver.outcome() as MemberOutcome, figures: { ...receiver.figures } };
}

function close(...sockets: { close(): void }[]): void {
  for (const socket of sockets) socket.close();
}

async function handOver(options: ReceiveContentOptions, segment: Segment, bytes: Buffer): Promise<void> {
  let at = 0;
  for (const chunk of segment.chunks) {
    const part = bytes.subarray(at, at + chunk.sizeBytes);
    at += chunk.sizeBytes;
    if (options.wanted.has(chunk.sha256)) await options.accept(chunk, part);
  }
}

interface Watch {
  readonly failureOf: () => unknown;
  readonly rejoin?: () => void;
  readonly isOver?: () => boolean;
}

function untilOver(
  receiver: Receiver,
  { failureOf, rejoin, isOver = () => receiver.outcome() !== undefined }: Watch,
): Promise<void> {
  let joinedAt = performance.now();
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      receiver.tick();
      if (performance.now() - Math.max(joinedAt, receiver.heardAt()) > REJOIN_MS) {
        joinedAt = performance.now();
        rejoin?.();
      }
      const failure = failureOf();
      if (failure === undefined && !isOver()) return;
      clearInterval(timer);
      if (failure === undefined) resolve();
      else reject(failure);
    }, TICK_MS);
  });
}

function linger(receiver: Receiver, done: () => void): void {
  const until = performance.now() + LINGER_MS;
  const timer = setInterval(() => {
    receiver.tick();
    if (receiver.outcome()?.kind === 'complete' && performance.now() < until) return;
    clearInterval(timer);
    done();
  }, TICK_MS);
}
