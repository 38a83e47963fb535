import type { Socket } from 'node:dgram';
import type { FileHandle } from 'node:fs/promises';
import { readFully } from '../disk/file-bytes.ts';
import { Failure } from '../failures.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { DATAGRAM_BYTES } from './layout.ts';
import { type Segment, segmentsOf } from './segments.ts';
import { createSender, type MemberResult, type Sender } from './sender.ts';
import type { SenderFigures } from './sending.ts';
import { USUAL_WINDOW } from './session.ts';
import { listenToGroup, openOwnSocket, openShardSocket, type Place, type ShardSocket } from './sockets.ts';
import type { Patience } from './stragglers.ts';

/** Where a sender's chunks are: a chunk store, or files that hold them. */
export interface ChunkSource {
  /** `position`: where in the file the chunk begins; 0, unless told. It may take its time. */
  open(sha256: string): Promise<{ handle: FileHandle; sizeBytes: number; position?: number }>;
}

export interface SendContentOptions extends Place {
  readonly manifest: Manifest;
  /** Where the chunks are. */
  readonly store: ChunkSource;
  readonly session: number;
  readonly group: string;
  readonly port: number;
  /** UDP port to which members report; 0: any. */
  readonly senderPort: number;
  readonly groupKey: Buffer;
  readonly masterKey: Buffer;
  /** Numbers of the members that are invited. */
  readonly expected: readonly number[];
  readonly window?: number;
  /** Never faster (DIST-34); unless told, as fast as the line and the members take it. */
  readonly mostBytesPerSecond?: number | undefined;
  readonly gatherMs?: number;
  readonly patience?: Patience;
  readonly signal?: AbortSignal;
  /** Called once, when members can report. */
  readonly onReady?: (senderPort: number) => void;
  /** About every half second. */
  readonly onProgress?: (progress: SendProgress) => void;
}

export interface SendProgress {
  readonly figures: SenderFigures;
  readonly members: readonly MemberResult[];
}

const PROGRESS_MS = 500;

/**
 * Sends a content to a group until every member has it or has left; resolves with what became of each. A signal that
 * aborts ends the session: members are told to go on by unicast.
 * @throws Failure multicast-no-group, content-chunk-missing, content-chunk-corrupt
 */
export async function sendContent(options: SendContentOptions): Promise<SendProgress> {
  const { manifest, store, onProgress } = options;
  const { shards, reports, group, close } = await openSockets(options);
  try {
    let wake = () => {};
    const sender = createSender({
      ...{ ...options, window: options.window ?? USUAL_WINDOW, segments: segmentsOf(manifest) },
      ports: {
        now: () => performance.now(),
        send: (train, release) =>
          sendTrain(shards, train, () => {
            release();
            wake();
          }),
        read: (segment, into) => readSegment(store, segment, into),
      },
    });
    reports.on('message', sender.take);
    group.on('message', sender.take);
    options.onReady?.(reports.address().port);
    const timer = setInterval(() => onProgress?.(progressOf(sender)), PROGRESS_MS);
    try {
      await drive(sender, options.signal, (act) => {
        wake = act;
      });
    } finally {
      clearInterval(timer);
    }
    return progressOf(sender);
  } finally {
    close();
  }
}

/** All three or none: what is open is closed again where the next one cannot be had. */
async function openSockets(options: SendContentOptions) {
  const opened: Socket[] = [];
  const close = () => {
    for (const socket of opened) socket.close();
  };
  try {
    const shards = await openShardSocket(options, options);
    opened.push(shards.socket);
    const reports = await openOwnSocket(options.senderPort, options);
    opened.push(reports);
    const { socket: group } = await listenToGroup(options, options);
    opened.push(group);
    return { shards, reports, group, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** A datagram that the system does not take is lost like any other, and comes again when it is missed. */
function sendTrain({ socket, hasOffload }: ShardSocket, train: Buffer, done: () => void): void {
  if (hasOffload || train.length <= DATAGRAM_BYTES) {
    socket.send(train, done);
    return;
  }
  for (let at = 0; at < train.length; at += DATAGRAM_BYTES) {
    const isLast = at + DATAGRAM_BYTES >= train.length;
    socket.send(train, at, Math.min(DATAGRAM_BYTES, train.length - at), isLast ? done : () => {});
  }
}

function progressOf(sender: Sender): SendProgress {
  return { figures: { ...sender.figures }, members: sender.results() };
}

/** Turns the sender on: each millisecond, and at once when buffers have come back that it waits for. */
function drive(
  sender: Sender,
  signal: AbortSignal | undefined,
  onWake: (wake: () => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let isScheduled = false;
    const step = () => {
      isScheduled = false;
      clearTimeout(timer);
      timer = undefined;
      try {
        sender.pump();
      } catch (error) {
        reject(error);
        return;
      }
      if (sender.isOver()) resolve();
      else if (!sender.isWaitingForBuffers()) timer = setTimeout(step, 1);
    };
    onWake(() => {
      if (isScheduled || timer !== undefined) return;
      isScheduled = true;
      setImmediate(step);
    });
    signal?.addEventListener('abort', () => sender.cancel(), { once: true });
    if (signal?.aborted) sender.cancel();
    step();
  });
}

async function readSegment(store: ChunkSource, segment: Segment, into: Buffer): Promise<void> {
  let at = 0;
  for (const { sha256, sizeBytes } of segment.chunks) {
    const { handle, sizeBytes: found, position = 0 } = await store.open(sha256);
    try {
      if (
        found !== sizeBytes ||
        (await readFully(handle, into.subarray(at, at + sizeBytes), position)) !== sizeBytes
      ) {
        throw new Failure('content-chunk-corrupt', { path: sha256, chunk: 0, source: 'the sender' });
      }
    } finally {
      await handle.close();
    }
    at += sizeBytes;
  }
}
