import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeDirectly } from '../disk/direct-write.ts';
import { explainWriteError, requireFreeBytes } from '../disk/disk-space.ts';
import { errorCode, makeFolder, NO_FOLLOW, syncFolder } from '../disk/durable.ts';
import { readFully, sha256Aside, writeFully } from '../disk/file-bytes.ts';
import { CHUNK_SIZE_BYTES, type Manifest, type ManifestFile } from '../manifest/manifest.ts';
import type { ChunkWant } from './fetch-part.ts';

/**
 * A folder in which a content grows. It needs no journal: what is already there is found by hashing it against the
 * manifest, which is as true after a power cut as after `kill -9`, and holds for damaged trees as well.
 */
export interface Staging {
  /** Distinct chunks that are not there yet, in order of the files. */
  readonly wants: readonly ChunkWant[];
  /** Bytes of files that were found to be right. */
  readonly presentBytes: number;
  /** Writes a verified chunk to every place where the content has it; a complete file is made durable. */
  write(want: ChunkWant, bytes: Uint8Array): Promise<{ bytesWritten: number }>;
  /** Makes all folders durable, once every chunk is written. */
  finish(): Promise<void>;
}

export interface StagingOptions {
  readonly manifest: Manifest;
  readonly folder: string;
  /** Where a path of the manifest lies below the folder. */
  readonly placeOf: (path: string) => string;
  /** True: what does not belong to the content stays. */
  readonly keepsStrangers?: boolean;
  /** Contents from this size on are written past the system's page cache: 256 MiB, unless told. */
  readonly directFromBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Less than this is soon read again, by the installer, and better still in memory then. */
const DIRECT_FROM_BYTES = 256 * 1024 * 1024;

interface Place {
  readonly file: StagedFile;
  readonly position: number;
}

interface StagedFile {
  readonly file: ManifestFile;
  readonly path: string;
  chunksLeft: number;
  /** Written through the page cache. */
  piecesCached: number;
}

/**
 * Prepares the folder: what does not belong is removed, what is right is kept, room for the rest is made sure of.
 * @throws Failure disk-full; AbortError
 */
export async function openStaging(options: StagingOptions): Promise<Staging> {
  const { manifest, folder, placeOf, signal, directFromBytes = DIRECT_FROM_BYTES } = options;
  const isDirect = manifest.totalBytes >= directFromBytes;
  await makeFolder(folder);
  const files = manifest.files.map((file) => staged(file, join(folder, placeOf(file.path))));
  await clearStrangers(options, files);
  const { missing, presentBytes } = await findMissing(files, signal);
  const missingBytes = manifest.totalBytes - presentBytes;
  await requireFreeBytes(folder, missingBytes);
  const folders = await makeFolders(folder, files);
  for (const file of files) if (file.chunksLeft === 0) await seal(file);
  return {
    wants: [...missing.values()].map(({ want }) => want),
    presentBytes,
    async write(want, bytes) {
      try {
        const places = missing.get(want.sha256)?.places ?? [];
        for (const place of places) await writePlace(place, bytes, isDirect);
        return { bytesWritten: places.length * bytes.length };
      } catch (error) {
        throw await explainWriteError(error, folder, missingBytes);
      }
    },
    async finish() {
      for (const path of folders) await syncFolder(path);
    },
  };
}

function staged(file: ManifestFile, path: string): StagedFile {
  return { file, path, chunksLeft: file.chunks.length, piecesCached: 0 };
}

/**
 * Removes whatever is neither a file nor a folder of the content: other content's files, links, devices. What stands
 * where the content needs its place goes in any case.
 */
async function clearStrangers(options: StagingOptions, files: readonly StagedFile[]): Promise<void> {
  const { folder, signal, keepsStrangers = false } = options;
  const expected = new Map<string, 'file' | 'folder'>();
  for (const { path } of files) {
    expected.set(path, 'file');
    for (let up = dirname(path); up.length > folder.length; up = dirname(up)) expected.set(up, 'folder');
  }
  await clearFolder(folder, { expected, signal, keepsStrangers });
}

interface Clearing {
  readonly expected: ReadonlyMap<string, 'file' | 'folder'>;
  readonly signal: AbortSignal | undefined;
  readonly keepsStrangers: boolean;
}

async function clearFolder(folder: string, clearing: Clearing): Promise<void> {
  clearing.signal?.throwIfAborted();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const kind = clearing.expected.get(path);
    if (kind === 'folder' && entry.isDirectory()) await clearFolder(path, clearing);
    else if (kind === 'file' && entry.isFile()) continue;
    else if (kind || !clearing.keepsStrangers) await rm(path, { recursive: true, force: true });
  }
}

interface Missing {
  readonly want: ChunkWant;
  readonly places: Place[];
}

async function findMissing(files: readonly StagedFile[], signal: AbortSignal | undefined) {
  const missing = new Map<string, Missing>();
  let presentBytes = 0;
  const note = (file: StagedFile, index: number, isPresent: boolean) => {
    const chunk = file.file.chunks[index];
    if (!chunk) return;
    if (isPresent) {
      presentBytes += chunk.sizeBytes;
      file.chunksLeft--;
      return;
    }
    const want = { ...chunk, path: file.file.path, chunk: index };
    const entry = missing.get(chunk.sha256) ?? { want, places: [] };
    entry.places.push({ file, position: index * CHUNK_SIZE_BYTES });
    missing.set(chunk.sha256, entry);
  };
  const buffer = Buffer.allocUnsafeSlow(CHUNK_SIZE_BYTES);
  for (const file of files) {
    signal?.throwIfAborted();
    const found = await statOf(file.path);
    if (found) await compare(file, found, { buffer, signal, note });
    else for (const index of file.file.chunks.keys()) note(file, index, false);
  }
  return { missing, presentBytes };
}

async function statOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error) => {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  });
}

interface Compare {
  readonly buffer: Buffer<ArrayBuffer>;
  readonly signal: AbortSignal | undefined;
  readonly note: (file: StagedFile, index: number, isPresent: boolean) => void;
}

async function compare(file: StagedFile, found: Stats, { buffer, signal, note }: Compare): Promise<void> {
  const handle = await open(file.path, constants.O_RDWR | NO_FOLLOW);
  try {
    if (found.size > file.file.sizeBytes) await handle.truncate(file.file.sizeBytes);
    for (const [index, { sha256, sizeBytes }] of file.file.chunks.entries()) {
      signal?.throwIfAborted();
      const bytes = buffer.subarray(0, sizeBytes);
      const filled = await readFully(handle, bytes, index * CHUNK_SIZE_BYTES);
      note(file, index, filled === sizeBytes && (await sha256Aside(bytes)) === sha256);
    }
  } finally {
    await handle.close();
  }
}

/** Makes the folders of all files; returns them, inner ones first. */
async function makeFolders(root: string, files: readonly StagedFile[]): Promise<string[]> {
  const folders = new Set([root]);
  for (const { path } of files) {
    for (let up = dirname(path); up.length > root.length && !folders.has(up); up = dirname(up))
      folders.add(up);
  }
  const outerFirst = [...folders].sort((a, b) => a.length - b.length);
  for (const folder of outerFirst) await mkdir(folder, { recursive: true });
  return outerFirst.reverse();
}

async function writePlace(place: Place, bytes: Uint8Array, isDirect: boolean): Promise<void> {
  const { file, position } = place;
  const done = isDirect ? await writeDirectly(file.path, bytes, position) : 0;
  if (done < bytes.length) await writeCached({ file, position: position + done }, bytes.subarray(done));
  file.chunksLeft--;
  if (file.chunksLeft === 0) await seal(file);
}

/** How many chunks of a file, or ends of chunks, are written before the disk is set to work on them, while the network goes on. */
const PIECES_PER_FLUSH = 16;

async function writeCached({ file, position }: Place, bytes: Uint8Array): Promise<void> {
  const handle = await openForWriting(file.path);
  try {
    await writeFully(handle, bytes, position);
    file.piecesCached++;
    if (file.piecesCached % PIECES_PER_FLUSH === 0) await handle.datasync();
  } finally {
    await handle.close();
  }
}

function openForWriting(path: string): Promise<FileHandle> {
  return open(path, constants.O_WRONLY | constants.O_CREAT | NO_FOLLOW, 0o644);
}

/** The last step of a file: its mode, and everything of it on the disk. */
async function seal({ file, path }: StagedFile): Promise<void> {
  const handle = await openForWriting(path);
  try {
    if (process.platform !== 'win32') await handle.chmod(file.isExecutable ? 0o755 : 0o644);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
