import { directBuffer } from '../disk/direct-write.ts';
import { inParallel } from '../in-parallel.ts';
import { CHUNK_SIZE_BYTES } from '../manifest/manifest.ts';
import { type NetworkOptions, openDownload } from './download.ts';
import { type ChunkWant, fetchPart } from './fetch-part.ts';

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
