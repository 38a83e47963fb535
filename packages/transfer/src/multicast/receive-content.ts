import type { Manifest, ManifestChunk } from '../manifest.ts';
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
  const receiver = createReceiver({
    ...{ terms, segments, epoch: Date.now(), ...(options.silenceMs && { silenceMs: options.silenceMs }) },
    wanted: segments
      .filter(({ chunks }) => chunks.some(({ sha256 }) => wanted.has(sha256)))
      .map(({ index }) => index),
    credit: Math.floor(group.socket.getRecvBufferSize() / DATAGRAM_IN_KERNEL_BYTES),
    ports: {
      now: () => performance.now(),
      random: Math.random,
      sendToSender: (datagram) => own.send(datagram, terms.senderPort, terms.senderAddress, () => {}),
      sendToGroup: (datagram) => own.send(datagram, terms.port, terms.group, () => {}),
      deliver: (segment, bytes) =>
        handOver(options, segment, bytes).catch((error) => {
          failure ??= error;
          throw error;
        }),
    },
  });
  hearGroup(group, receiver.take);
  options.onReady?.();
  try {
    await untilOver(receiver, () => failure ?? (signal?.aborted ? signal.reason : undefined));
    linger(receiver, () => close(group, own));
  } catch (error) {
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

function untilOver(receiver: Receiver, failureOf: () => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      receiver.tick();
      const failure = failureOf();
      if (failure === undefined && receiver.outcome() === undefined) return;
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
