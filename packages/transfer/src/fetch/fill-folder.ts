import { join } from 'node:path';
import type { Manifest } from '../manifest/manifest.ts';
import { workNames, workPath } from '../manifest/work-path.ts';
import type { NetworkOptions } from './download.ts';
import { type FetchChunks, fetchChunks } from './fetch-chunks.ts';
import type { ChunkWant } from './fetch-part.ts';
import { type FetchProgress, trackProgress } from './fetch-progress.ts';
import { openStaging } from './staging.ts';

export interface FillFolderOptions extends NetworkOptions {
  readonly manifest: Manifest;
  readonly folder: string;
  /** True: top folders get ASCII names, see workNames (BPKG-24). */
  readonly hasAsciiTops?: boolean;
  /** True: what does not belong to the content stays, since somebody may be using it. */
  readonly keepsStrangers?: boolean;
  /** Contents from this size on are written past the system's page cache: 256 MiB, unless told. */
  readonly directFromBytes?: number;
  readonly onProgress?: (progress: FetchProgress) => void;
  /** Brings what it can (multicast) before anything is fetched; what it has not accepted comes from the sources. */
  readonly before?: BeforeFetch;
}

export type BeforeFetch = (before: {
  readonly wants: readonly ChunkWant[];
  readonly accept: FetchChunks['accept'];
  readonly signal: AbortSignal | undefined;
  /** Where a path of the manifest lies meanwhile; what was accepted, or not wanted, can be read there. */
  readonly fileOf: (path: string) => string;
}) => Promise<void>;

/**
 * Makes a folder hold exactly a content: what is right is kept, what is damaged or missing is fetched, everything is
 * durable at the end.
 * @throws Failure disk-full, and as fetchChunks; AbortError
 */
export async function fillFolder(
  options: FillFolderOptions,
): Promise<{ bytesFetched: number; bytesResumed: number }> {
  const { manifest, folder, signal, onProgress, keepsStrangers = false, directFromBytes } = options;
  const names = options.hasAsciiTops ? workNames(manifest) : new Map<string, string>();
  const placeOf = (path: string) => workPath(names, path);
  const staging = await openStaging({
    manifest,
    folder,
    placeOf,
    keepsStrangers,
    directFromBytes,
    signal,
  });
  const bytesDone = staging.presentBytes;
  const progress = trackProgress({ bytesDone, bytesTotal: manifest.totalBytes, onProgress });
  try {
    const accept = async (want: ChunkWant, bytes: Uint8Array) => {
      const { bytesWritten } = await staging.write(want, bytes);
      progress.copied(bytesWritten - bytes.length);
    };
    const left = new Map(staging.wants.map((want) => [want.sha256, want]));
    await options.before?.({
      wants: staging.wants,
      signal,
      fileOf: (path) => join(folder, placeOf(path)),
      accept: async (want, bytes) => {
        progress.received(bytes.length);
        await accept(want, bytes);
        left.delete(want.sha256);
      },
    });
    await fetchChunks({ ...options, wants: left.values(), onReceived: progress.received, accept });
    await staging.finish();
  } finally {
    progress.stop();
  }
  signal?.throwIfAborted();
  return { bytesFetched: progress.fetchedBytes(), bytesResumed: staging.presentBytes };
}
