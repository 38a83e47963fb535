import { constants } from 'node:fs';
import { open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, NO_FOLLOW } from '../disk/durable.ts';
import { readFully, sha256Of } from '../disk/file-bytes.ts';
import { CHUNK_SIZE_BYTES, chunkPath, distinctChunks } from '../manifest/manifest.ts';
import { isSha256 } from '../manifest/manifest-check.ts';
import { listManifests, readManifest } from './store-manifests.ts';

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { chunksDone: number; chunksTotal: number; bytesDone: number }) => void;
}

export interface StoreReport {
  readonly chunks: number;
  readonly bytes: number;
  /** Chunks whose bytes are not those of their name; putting the right bytes repairs them. */
  readonly corrupt: readonly string[];
  /** Chunks that a manifest here promises and that are not here. */
  readonly missing: readonly { readonly contentId: string; readonly sha256: string }[];
  /** Manifests whose text is not that of their name. */
  readonly brokenManifests: readonly string[];
}

/** Reads and hashes every chunk and manifest of a store, and reports what is not as promised (DIST-33). */
export async function verifyStore(root: string, { signal, onProgress }: VerifyOptions): Promise<StoreReport> {
  const hashes = await listChunks(root);
  const buffer = Buffer.allocUnsafeSlow(CHUNK_SIZE_BYTES + 1);
  const corrupt: string[] = [];
  let bytes = 0;
  for (const [index, sha256] of hashes.entries()) {
    signal?.throwIfAborted();
    const sizeBytes = await readChunk(join(root, chunkPath(sha256)), buffer);
    if (sha256Of(buffer.subarray(0, sizeBytes)) !== sha256) corrupt.push(sha256);
    bytes += sizeBytes;
    onProgress?.({ chunksDone: index + 1, chunksTotal: hashes.length, bytesDone: bytes });
  }
  return { chunks: hashes.length, bytes, corrupt, ...(await verifyManifests(root, new Set(hashes))) };
}

async function readChunk(path: string, buffer: Buffer): Promise<number> {
  const handle = await open(path, constants.O_RDONLY | NO_FOLLOW);
  try {
    return await readFully(handle, buffer, 0);
  } finally {
    await handle.close();
  }
}

async function verifyManifests(root: string, present: ReadonlySet<string>) {
  const missing: { contentId: string; sha256: string }[] = [];
  const brokenManifests: string[] = [];
  for (const contentId of await listManifests(root)) {
    const found = await readManifest(root, contentId).catch(() => undefined);
    if (!found) brokenManifests.push(contentId);
    for (const sha256 of found ? distinctChunks(found.manifest).keys() : []) {
      if (!present.has(sha256)) missing.push({ contentId, sha256 });
    }
  }
  return { missing, brokenManifests };
}

export interface GarbageOptions {
  /** How long an unreferenced chunk is kept after it came or was last asked for: a day, unless told. */
  readonly graceMs?: number;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

export interface GarbageReport {
  readonly deletedChunks: number;
  readonly freedBytes: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Deletes chunks without a manifest, and unfinished files, that are older than the grace time.
 * @throws Failure when a manifest cannot be read: what it refers to must not be taken for garbage
 */
export async function collectGarbage(root: string, options: GarbageOptions): Promise<GarbageReport> {
  const before = (options.now ?? Date.now)() - (options.graceMs ?? DAY_MS);
  const referenced = new Set<string>();
  for (const contentId of await listManifests(root)) {
    const { manifest } = await readManifest(root, contentId);
    for (const sha256 of distinctChunks(manifest).keys()) referenced.add(sha256);
  }
  const chunks = (await listChunks(root)).filter((sha256) => !referenced.has(sha256)).map(chunkPath);
  const freed = await deleteOld(root, chunks, before, options.signal);
  const unfinished = (await readdir(join(root, 'incoming'))).map((name) => join('incoming', name));
  await deleteOld(root, unfinished, before, options.signal);
  return freed;
}

async function deleteOld(
  root: string,
  names: readonly string[],
  before: number,
  signal: AbortSignal | undefined,
): Promise<GarbageReport> {
  let deletedChunks = 0;
  let freedBytes = 0;
  for (const name of names) {
    signal?.throwIfAborted();
    const found = await stat(join(root, name)).catch(() => undefined);
    if (!found || found.mtimeMs > before) continue;
    await unlink(join(root, name));
    deletedChunks++;
    freedBytes += found.size;
  }
  return { deletedChunks, freedBytes };
}

/** The hashes of all chunks under their final names, sorted. */
async function listChunks(root: string): Promise<string[]> {
  const hashes: string[] = [];
  for (const prefix of await readdir(join(root, 'objects'))) {
    const names = await readdir(join(root, 'objects', prefix)).catch((error) => {
      if (errorCode(error) === 'ENOTDIR') return [];
      throw error;
    });
    hashes.push(...names.filter((name) => isSha256(name) && name.startsWith(prefix)));
  }
  return hashes.sort();
}
