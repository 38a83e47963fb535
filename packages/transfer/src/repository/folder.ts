import { chmod, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, makeFolder, syncFolder } from '../disk/durable.ts';
import { takeExclusive } from '../disk/exclusive.ts';
import { publicFileMode, publicFolderMode } from '../store/public-store.ts';
import { Failure } from './failures.ts';
import { indexPath, parseIndex, type RepositoryIndex, type SignedIndex } from './index-file.ts';

/** @throws Failure repository-missing, repository-invalid */
export async function readFolderIndex(
  folder: string,
): Promise<{ index: RepositoryIndex; signed: SignedIndex }> {
  const bytes = await readFile(join(folder, indexPath)).catch((error: unknown) => {
    throw ['ENOENT', 'ENOTDIR'].includes(errorCode(error))
      ? new Failure('repository-missing', { folder })
      : error;
  });
  return parseIndex(bytes);
}

/** One publisher at a time: two that sign the same version number would fork the repository. */
export async function publishing<T>(
  folder: string,
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
): Promise<T> {
  await readFolderIndex(folder);
  const lock = await takeExclusive(join(folder, '.publishing'), signal);
  try {
    return await act();
  } finally {
    lock.release();
  }
}

/**
 * Writes aside, brings it to the disk, sets its mode and only then renames: whoever reads meanwhile, the web server
 * included, finds the old file or the new one, never half and never one that may not be read.
 */
export async function replaceFile(folder: string, name: string, text: string): Promise<void> {
  await makeFolder(folder);
  await chmod(folder, publicFolderMode);
  const aside = join(folder, `.${name}.${process.pid}.tmp`);
  const handle = await open(aside, 'w');
  try {
    await handle.writeFile(text);
    await handle.chmod(publicFileMode);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(aside, join(folder, name));
  await syncFolder(folder);
}
