import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, NO_FOLLOW } from '../disk/durable.ts';
import { readFully, sha256Aside } from '../disk/file-bytes.ts';
import { CHUNK_SIZE_BYTES, type Manifest, type ManifestFile } from './manifest.ts';

export interface CompareFolder {
  readonly manifest: Manifest;
  readonly folder: string;
  /** Where a file lies below the folder, where that is not its path in the manifest. */
  readonly places?: ReadonlyMap<string, string>;
  readonly signal?: AbortSignal | undefined;
}

/** Reads every file of a content; returns the paths of those that are missing or not as promised (DIST-33). */
export async function compareFolder({ manifest, folder, places, signal }: CompareFolder): Promise<string[]> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_SIZE_BYTES);
  const damaged: string[] = [];
  for (const file of manifest.files) {
    signal?.throwIfAborted();
    const path = join(folder, places?.get(file.path) ?? file.path);
    if (!(await isRight(path, file, { buffer, signal }))) damaged.push(file.path);
  }
  return damaged;
}

interface Reading {
  readonly buffer: Buffer<ArrayBuffer>;
  readonly signal: AbortSignal | undefined;
}

async function isRight(path: string, file: ManifestFile, { buffer, signal }: Reading): Promise<boolean> {
  const handle = await open(path, constants.O_RDONLY | NO_FOLLOW).catch((error) => {
    // ELOOP: a symbolic link; ENXIO and the like: something that is no file.
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'EISDIR'].includes(errorCode(error))) return undefined;
    throw error;
  });
  if (!handle) return false;
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size !== file.sizeBytes) return false;
    for (const [index, { sha256, sizeBytes }] of file.chunks.entries()) {
      signal?.throwIfAborted();
      const bytes = buffer.subarray(0, sizeBytes);
      const filled = await readFully(handle, bytes, index * CHUNK_SIZE_BYTES);
      if (filled !== sizeBytes || (await sha256Aside(bytes)) !== sha256) return false;
    }
    return true;
  } finally {
    await handle.close();
  }
}
