import { lstat } from 'node:fs/promises';
import { renameDurably } from './durable.ts';
import { Failure } from './failures.ts';
import { fetchChunks, type NetworkOptions } from './fetch-chunks.ts';
import { type FetchProgress, trackProgress } from './fetch-progress.ts';
import type { Manifest } from './manifest.ts';
import { openStaging } from './staging.ts';
import { workNames, workPath } from './work-path.ts';

export interface FetchContentOptions extends NetworkOptions {
  readonly manifest: Manifest;
  /** The folder that will hold the content; it appears whole or not at all. Until then `<target>.partial` grows. */
  readonly target: string;
  /** True: top folders get ASCII names, see workNames (BPKG-24). */
  readonly hasAsciiTops?: boolean;
  readonly onProgress?: (progress: FetchProgress) => void;
}

export interface FetchResult {
  readonly target: string;
  /** Bytes that came over the network and were kept. */
  readonly bytesFetched: number;
  /** Bytes that an earlier attempt had left. */
  readonly bytesResumed: number;
}

/** The folder in which a target grows; deleting it forgets the attempt. */
export function partialOf(target: string): string {
  return `${target}.partial`;
}

/**
 * Downloads the content of a manifest into a new folder: every chunk verified, every file and name durable. After any
 * break, a second call with the same target continues (DIST-35). Only one at a time may work on a target.
 * @throws Failure disk-full, content-target-exists, and as fetchChunks; AbortError
 */
export async function fetchContent(options: FetchContentOptions): Promise<FetchResult> {
  const { manifest, target, signal, onProgress } = options;
  const exists = await lstat(target).catch(() => undefined);
  if (exists) throw new Failure('content-target-exists', { path: target });
  const names = options.hasAsciiTops ? workNames(manifest) : new Map<string, string>();
  const placeOf = (path: string) => workPath(names, path);
  const staging = await openStaging({ manifest, folder: partialOf(target), placeOf, signal });
  const progress = trackProgress({
    bytesDone: staging.presentBytes,
    bytesTotal: manifest.totalBytes,
    onProgress,
  });
  try {
    await fetchChunks({
      ...options,
      wants: staging.wants,
      onReceived: progress.received,
      accept: async (want, bytes) => {
        const { bytesWritten } = await staging.write(want, bytes);
        progress.copied(bytesWritten - bytes.length);
      },
    });
    await staging.finish();
  } finally {
    progress.stop();
  }
  signal?.throwIfAborted();
  await renameDurably(partialOf(target), target);
  return { target, bytesFetched: progress.fetchedBytes(), bytesResumed: staging.presentBytes };
}
