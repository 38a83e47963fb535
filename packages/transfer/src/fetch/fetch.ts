import { lstat } from 'node:fs/promises';
import { renameDurably } from '../disk/durable.ts';
import { Failure } from '../failures.ts';
import { type FillFolderOptions, fillFolder } from './fill-folder.ts';

export interface FetchContentOptions extends Omit<FillFolderOptions, 'folder' | 'keepsStrangers'> {
  /** The folder that will hold the content; it appears whole or not at all. Until then `<target>.partial` grows. */
  readonly target: string;
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
  const { target } = options;
  const exists = await lstat(target).catch(() => undefined);
  if (exists) throw new Failure('content-target-exists', { path: target });
  const result = await fillFolder({ ...options, folder: partialOf(target) });
  await renameDurably(partialOf(target), target);
  return { target, ...result };
}
