import { readFile, stat } from 'node:fs/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import {
  type ChunkStore,
  distinctChunks,
  openPublicStore,
  publicFileMode,
  publicFolderMode,
} from '@tenkai/transfer';

export interface FolderCopy {
  readonly source: ChunkStore;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** A folder that is gone is not made anew: its disk may be unmounted. @throws Failure point-folder */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new Failure('point-folder', { folder, reason: 'it does not exist' });
}

/**
 * The store in a distribution point's folder. What is put there can be read by the web server, which is another user,
 * although the site's own files are for the site alone (umask 077).
 * @throws Failure point-folder
 */
export async function openFolder(folder: string): Promise<ChunkStore> {
  await requireFolder(folder);
  return openPublicStore({ root: folder });
}

export const openFolderMode = publicFolderMode;
export const openFileMode = publicFileMode;

/**
 * Makes one content complete in a folder that a web server publishes; what is there already is not sent again.
 * @throws Failure point-folder, disk-full, content-chunk-missing, content-chunk-corrupt (at the source)
 */
export async function copyToFolder({ source, folder, signal }: FolderCopy, contentId: string): Promise<void> {
  const target = await openFolder(folder);
  const { manifest, signed } = await source.readManifest(contentId);
  for (const sha256 of await target.missing(distinctChunks(manifest).keys())) {
    signal.throwIfAborted();
    await target.put(sha256, await readChunkFile(source, sha256));
  }
  await target.putManifest(manifest, signed);
}

/** Takes contents back, and what then belongs to none. Chunks that came within the grace time stay. */
export async function removeFromFolder(folder: string, contentIds: readonly string[], graceMs: number) {
  const target = await openFolder(folder);
  for (const contentId of contentIds) await target.removeManifest(contentId);
  await target.collectGarbage({ graceMs });
}

/** @throws Failure content-chunk-missing */
export async function readChunkFile(store: ChunkStore, sha256: string): Promise<Buffer> {
  return readFile(store.pathOf(sha256)).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new Failure('content-chunk-missing', { sha256 }, { cause: error })
      : error;
  });
}
