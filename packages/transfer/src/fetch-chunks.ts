import { directBuffer } from './direct-write.ts';
import { openDownload } from './download.ts';
import { fetchPart } from './fetch-part.ts';
import { inParallel } from './in-parallel.ts';
import { CHUNK_SIZE_BYTES } from './manifest.ts';
import type { RateLimit } from './rate-limit.ts';
import type { ContentSource } from './source-choice.ts';

/** How to reach sources; what all downloads have in common. */
export interface NetworkOptions {
  /** In order of preference; the next is asked where one fails. */
  readonly sources: readonly ContentSource[];
  readonly signal?: AbortSignal;
  /** Chunks under way at once: 4, unless told. */
  readonly parallel?: number;
  /** Limit for all connections together (DIST-34); a function where it changes with the time. */
  readonly bytesPerSecond?: RateLimit['bytesPerSecond'];
  /** 10 s, unless told. */
  readonly connectTimeoutMs?: number;
  /** 30 s, unless told. */
  readonly idleTimeoutMs?: number;
  /** How long nothing at all may arrive from any source before the download fails: 5 min, unless told. */
  readonly giveUpAfterMs?: number;
  /** The rest of a source after its first failure, doubled with each further one: 500 ms, unless told. */
  readonly firstRestMs?: number;
  /** 30 s, unless told. */
  readonly longestRestMs?: number;
  readonly random?: () => number;
  /** A source delivered damaged bytes; the download goes on with other sources. */
  readonly onCorrupt?: (found: CorruptChunk) => void;
}

export interface CorruptChunk {
  readonly path: string;
  /** Which chunk of the file, from 0. */
  readonly chunk: number;
  readonly sha256: string;
  readonly source: string;
}

/** A chunk to fetch, and the place in a manifest by which a person knows it. */
export interface ChunkWant {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly path: string;
  readonly chunk: number;
}

export interface FetchChunks extends NetworkOptions {
  readonly wants: Iterable<ChunkWant>;
  /** Takes verified bytes; they are overwritten after it has resolved. */
  readonly accept: (want: ChunkWant, bytes: Uint8Array) => Promise<void>;
  /** Bytes that arrived; negative when some must be thrown away and come again. */
  readonly onReceived?: (bytes: number) => void;
}

/**
 * Fetches chunks and hands over each one verified. Memory is bounded by one chunk for each of `parallel`.
 * @throws Failure content-chunk-corrupt, content-unreachable, content-refused; what `accept` throws; AbortError
 */
export async function fetchChunks(options: FetchChunks): Promise<void> {
  const download = openDownload(options);
  try {
    const buffers: Buffer<ArrayBuffer>[] = [];
    const lanes = { items: options.wants, limit: options.parallel ?? 4, signal: download.signal };
    await inParallel(lanes, async (want) => {
      const buffer = buffers.pop() ?? directBuffer(CHUNK_SIZE_BYTES);
      const bytes = buffer.subarray(0, want.sizeBytes);
      await download.unlessFailed(async () => {
        await fetchPart(download, { want, bytes, onReceived: options.onReceived });
        await options.accept(want, bytes);
      });
      buffers.push(buffer);
    });
  } finally {
    download.close();
  }
}
