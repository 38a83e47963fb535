import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, stat, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explainWriteError } from '../disk/disk-space.ts';
import { errorCode, makeFolder, renameDurably } from '../disk/durable.ts';
import { writeFully } from '../disk/file-bytes.ts';
import { Failure } from '../failures.ts';
import { CHUNK_SIZE_BYTES, chunkPath, type Manifest, type SignedManifest } from '../manifest/manifest.ts';
import { isSha256 } from '../manifest/manifest-check.ts';
import {
  listManifests,
  type ManifestProof,
  putManifest,
  readManifest,
  removeManifest,
} from './store-manifests.ts';
import {
  collectGarbage,
  type GarbageOptions,
  type GarbageReport,
  type StoreReport,
  type VerifyOptions,
  verifyStore,
} from './store-upkeep.ts';

/**
 * Chunks by hash and manifests by contentId in a folder that any static web server can publish as it is:
 * `objects/<first two digits>/<sha256>` and `manifests/<contentId>.json`. A file under its final name is whole and
 * durable; unfinished ones are in `incoming/`, which need not be published.
 */
export interface ChunkStore {
  readonly root: string;
  /** The file of a chunk, whether it exists or not. */
  pathOf(sha256: string): string;
  has(sha256: string): Promise<boolean>;
  /** Those of the hashes that are not here, each once; the others are kept from garbage collection for its grace time. */
  missing(hashes: Iterable<string>): Promise<string[]>;
  /**
   * Stores bytes under their hash, durably, replacing a damaged copy.
   * @throws Failure content-chunk-corrupt, content-too-large, disk-full
   */
  put(
    sha256: string,
    bytes: Uint8Array | AsyncIterable<Uint8Array>,
    options?: PutOptions,
  ): Promise<{ sizeBytes: number }>;
  /** @throws Failure content-chunk-missing */
  open(sha256: string): Promise<{ handle: FileHandle; sizeBytes: number }>;
  /**
   * Publishes a manifest all of whose chunks are here.
   * @throws Failure content-chunk-missing, and as parseManifest
   */
  putManifest(manifest: Manifest, proof: ManifestProof): Promise<void>;
  /** @throws Failure not-found, and as parseManifest */
  readManifest(contentId: string): Promise<{ manifest: Manifest; signed: SignedManifest }>;
  listManifests(): Promise<string[]>;
  /** Takes a manifest back; its chunks go with the next garbage collection. */
  removeManifest(contentId: string): Promise<void>;
  /** Reads and hashes every chunk (DIST-33). */
  verifyAll(options?: VerifyOptions): Promise<StoreReport>;
  /** Deletes chunks that no manifest here refers to and that nobody has asked for within the grace time. */
  collectGarbage(options?: GarbageOptions): Promise<GarbageReport>;
}

export interface PutOptions {
  readonly signal?: AbortSignal;
}

/** Opens or creates a store. Several processes may use one folder. */
export async function openChunkStore({ root }: { root: string }): Promise<ChunkStore> {
  for (const folder of ['objects', 'manifests', 'incoming']) await makeFolder(join(root, folder));
  const pathOf = (sha256: string) => join(root, chunkPath(checkedHash(sha256)));
  const has = async (sha256: string) => (await sizeOf(pathOf(sha256))) !== undefined;
  // A manifest must not be published between the moment garbage is told from content and its deletion.
  const oneAtATime = serializer();
  return {
    root,
    pathOf,
    has,
    missing: (hashes) => missingChunks(pathOf, hashes),
    put: (sha256, bytes, options = {}) =>
      putChunk({ root, sha256, target: pathOf(sha256), bytes, ...options }),
    open: (sha256) => openChunk(pathOf(sha256), sha256),
    putManifest: (manifest, proof) => oneAtATime(() => putManifest({ root, pathOf }, manifest, proof)),
    readManifest: (contentId) => readManifest(root, contentId),
    listManifests: () => listManifests(root),
    removeManifest: (contentId) => removeManifest(root, contentId),
    verifyAll: (options = {}) => verifyStore(root, options),
    collectGarbage: (options = {}) => oneAtATime(() => collectGarbage(root, options)),
  };
}

function checkedHash(sha256: string): string {
  if (isSha256(sha256)) return sha256;
  throw new Failure('invalid-request', {}, { detail: 'not a SHA-256 in lower-case hexadecimal digits' });
}

function serializer(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const result = last.then(act, act);
    last = result;
    return result;
  };
}

async function missingChunks(
  pathOf: (sha256: string) => string,
  hashes: Iterable<string>,
): Promise<string[]> {
  const missing: string[] = [];
  const now = new Date();
  for (const sha256 of new Set(hashes)) {
    const isHere = await utimes(pathOf(sha256), now, now).then(
      () => true,
      () => false,
    );
    if (!isHere) missing.push(sha256);
  }
  return missing;
}

interface PutChunk extends PutOptions {
  readonly root: string;
  readonly sha256: string;
  readonly target: string;
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>;
}

async function putChunk(put: PutChunk): Promise<{ sizeBytes: number }> {
  const temporary = join(put.root, 'incoming', randomUUID());
  try {
    const sizeBytes = await writeChecked(temporary, put);
    await makeFolder(dirname(put.target));
    await renameDurably(temporary, put.target);
    return { sizeBytes };
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw await explainWriteError(error, put.root, CHUNK_SIZE_BYTES);
  }
}

async function writeChecked(temporary: string, { sha256, bytes, signal }: PutChunk): Promise<number> {
  const handle = await open(temporary, 'wx');
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const part of bytes instanceof Uint8Array ? [bytes] : bytes) {
      signal?.throwIfAborted();
      if (sizeBytes + part.length > CHUNK_SIZE_BYTES) {
        throw new Failure('content-too-large', { limitBytes: CHUNK_SIZE_BYTES });
      }
      hash.update(part);
      await writeFully(handle, part, sizeBytes);
      sizeBytes += part.length;
    }
    const actual = hash.digest('hex');
    if (actual !== sha256) throw corrupt(sha256, actual);
    await handle.sync();
    return sizeBytes;
  } finally {
    await handle.close();
  }
}

function corrupt(sha256: string, actual: string): Failure {
  const params = { chunk: sha256, path: 'a content part', source: 'the sender' };
  return new Failure('content-chunk-corrupt', params, { detail: `its SHA-256 is ${actual}` });
}

async function openChunk(path: string, sha256: string): Promise<{ handle: FileHandle; sizeBytes: number }> {
  const handle = await open(path, 'r').catch((error) => {
    throw errorCode(error) === 'ENOENT' ? new Failure('content-chunk-missing', { sha256 }) : error;
  });
  const { size } = await handle.stat();
  return { handle, sizeBytes: size };
}

/** The size of a regular file, or undefined where there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
