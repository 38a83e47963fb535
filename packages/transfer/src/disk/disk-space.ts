import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failures.ts';
import { errorCode } from './durable.ts';

/** Bytes that a program without special rights may still write to the file system of this path. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/**
 * Refuses before the first byte is written when the disk cannot hold what is to come.
 * @throws Failure disk-full with neededBytes and freeBytes
 */
export async function requireFreeBytes(path: string, neededBytes: number): Promise<void> {
  const free = await freeBytes(path);
  if (free < neededBytes) throw new Failure('disk-full', { path, neededBytes, freeBytes: free });
}

/** Turns "no space left" of a write into the same refusal as the check beforehand; passes on everything else. */
export async function explainWriteError(error: unknown, path: string, neededBytes: number): Promise<unknown> {
  if (errorCode(error) !== 'ENOSPC' && errorCode(error) !== 'EDQUOT') return error;
  const free = await freeBytes(path).catch(() => 0);
  return new Failure('disk-full', { path, neededBytes, freeBytes: free }, { cause: error });
}

/** What the files below a folder really take, holes not counted; 0 where there is no folder. */
export async function usedDiskBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const found = await lstat(join(entry.parentPath, entry.name)).catch(() => undefined);
    // Windows reports no blocks.
    bytes += found ? Math.min(found.size, found.blocks ? found.blocks * 512 : found.size) : 0;
  }
  return bytes;
}
