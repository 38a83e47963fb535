import { constants, type Dirent } from 'node:fs';
import { type FileHandle, lstat, open, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { NO_FOLLOW } from '../disk/durable.ts';
import { readFully, sha256Of } from '../disk/file-bytes.ts';
import { Failure } from '../failures.ts';
import { inParallel } from '../in-parallel.ts';
import { checkContentPath, checkDistinctPaths, printablePath } from './content-path.ts';
import { CHUNK_SIZE_BYTES, type Manifest, type ManifestChunk, type ManifestFile } from './manifest.ts';
import { defaultManifestLimits, type ManifestLimits } from './manifest-check.ts';
import { sealManifest } from './manifest-digest.ts';

export interface BuildOptions {
  /** Folders on disk; each keeps its own name at the top of the content (BPKG-22). */
  readonly folders: readonly string[];
  readonly limits?: ManifestLimits;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

export interface BuildProgress {
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** Something that works here and may surprise elsewhere. */
export interface ContentWarning {
  readonly code: 'non-ascii-path' | 'empty-folder';
  readonly path: string;
}

export interface BuiltManifest {
  readonly manifest: Manifest;
  /** Where each file of the manifest was read, by its path in the manifest. */
  readonly sources: ReadonlyMap<string, string>;
  /** When each file was changed last, epoch milliseconds; no part of the content, which stays the same without. */
  readonly times: ReadonlyMap<string, number>;
  readonly warnings: readonly ContentWarning[];
}

interface FoundFile {
  readonly path: string;
  readonly source: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

const FILES_AT_ONCE = 2;

/**
 * Reads folders and makes the manifest of their content. Memory is bounded by two chunks, whatever the sizes.
 * @throws Failure content-folder-missing, content-empty, content-symlink, content-special-file, content-changed,
 *   content-path-*, content-too-many-files, content-too-large; AbortError
 */
export async function buildManifest(options: BuildOptions): Promise<BuiltManifest> {
  const limits = options.limits ?? defaultManifestLimits;
  const walk: Walk = { files: [], warnings: [], limits, signal: options.signal, totalBytes: 0 };
  checkDistinctPaths(options.folders.map(topName));
  for (const folder of options.folders) await walkTop(walk, folder);
  if (walk.files.length === 0) throw new Failure('content-empty');
  checkDistinctPaths(walk.files.map((file) => file.path));
  const files = await readFiles(walk, options);
  return {
    manifest: sealManifest(files, limits),
    sources: new Map(walk.files.map((file) => [file.path, file.source])),
    times: new Map(walk.files.map((file) => [file.path, file.modifiedAt])),
    warnings: walk.warnings,
  };
}

interface Walk {
  readonly files: FoundFile[];
  readonly warnings: ContentWarning[];
  readonly limits: ManifestLimits;
  readonly signal: AbortSignal | undefined;
  totalBytes: number;
}

function topName(folder: string): string {
  return basename(resolve(folder)).normalize('NFC');
}

async function walkTop(walk: Walk, folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new Failure('content-folder-missing', { path: folder });
  await walkFolder(walk, resolve(folder), topName(folder));
}

async function walkFolder(walk: Walk, folder: string, path: string): Promise<void> {
  walk.signal?.throwIfAborted();
  checkContentPath(path);
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.length === 0) walk.warnings.push({ code: 'empty-folder', path });
  for (const entry of entries) await addEntry(walk, entry, join(folder, entry.name), path);
}

async function addEntry(walk: Walk, entry: Dirent, source: string, folderPath: string): Promise<void> {
  const path = `${folderPath}/${entry.name.normalize('NFC')}`;
  if (entry.isSymbolicLink()) throw new Failure('content-symlink', { path: printablePath(path) });
  if (entry.isDirectory()) return walkFolder(walk, source, path);
  if (!entry.isFile()) throw new Failure('content-special-file', { path: printablePath(path) });
  checkContentPath(path);
  if (/[^ -~]/.test(path)) walk.warnings.push({ code: 'non-ascii-path', path });
  const { size: sizeBytes, mtimeMs } = await lstat(source);
  walk.files.push({ path, source, sizeBytes, modifiedAt: Math.max(0, Math.trunc(mtimeMs)) });
  walk.totalBytes += sizeBytes;
  checkLimits(walk);
}

function checkLimits({ files, totalBytes, limits }: Walk): void {
  if (files.length > limits.maxFiles) throw new Failure('content-too-many-files', { limit: limits.maxFiles });
  if (totalBytes > limits.maxTotalBytes)
    throw new Failure('content-too-large', { limitBytes: limits.maxTotalBytes });
}

async function readFiles(walk: Walk, options: BuildOptions): Promise<ManifestFile[]> {
  const { signal } = options;
  const files: ManifestFile[] = [];
  const buffers = Array.from({ length: FILES_AT_ONCE }, () => Buffer.allocUnsafeSlow(CHUNK_SIZE_BYTES));
  let bytesDone = 0;
  const report = (bytes: number) => {
    bytesDone += bytes;
    const totals = { filesTotal: walk.files.length, bytesTotal: walk.totalBytes };
    options.onProgress?.({ filesDone: files.length, bytesDone, ...totals });
  };
  await inParallel({ items: walk.files, limit: FILES_AT_ONCE, signal }, async (found) => {
    const buffer = buffers.pop() ?? Buffer.allocUnsafeSlow(CHUNK_SIZE_BYTES);
    files.push(await readFile({ found, buffer, signal, onBytes: report }));
    buffers.push(buffer);
    report(0);
  });
  return files;
}

interface ReadFile {
  readonly found: FoundFile;
  readonly buffer: Buffer;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (bytes: number) => void;
}

async function readFile({ found, buffer, signal, onBytes }: ReadFile): Promise<ManifestFile> {
  const handle = await open(found.source, constants.O_RDONLY | NO_FOLLOW);
  try {
    const before = await handle.stat({ bigint: true });
    const chunks: ManifestChunk[] = [];
    let isScript = false;
    for (let position = 0; position < found.sizeBytes; position += CHUNK_SIZE_BYTES) {
      signal?.throwIfAborted();
      const bytes = await readChunkAt(handle, buffer, position, found);
      if (position === 0) isScript = looksExecutable(bytes);
      chunks.push({ sha256: sha256Of(bytes), sizeBytes: bytes.length });
      onBytes(bytes.length);
    }
    const after = await handle.stat({ bigint: true });
    if (after.size !== BigInt(found.sizeBytes) || after.mtimeNs !== before.mtimeNs) throw changed(found);
    // Windows has no executable bit: there the content itself must tell.
    const isExecutable = process.platform === 'win32' ? isScript : (before.mode & 0o100n) !== 0n;
    return { path: found.path, sizeBytes: found.sizeBytes, isExecutable, chunks };
  } finally {
    await handle.close();
  }
}

async function readChunkAt(
  handle: FileHandle,
  buffer: Buffer,
  position: number,
  found: FoundFile,
): Promise<Buffer> {
  const wanted = Math.min(CHUNK_SIZE_BYTES, found.sizeBytes - position);
  const filled = await readFully(handle, buffer.subarray(0, wanted), position);
  if (filled < wanted) throw changed(found);
  return buffer.subarray(0, wanted);
}

function changed(found: FoundFile): Failure {
  return new Failure('content-changed', { path: found.source });
}

/** Whether a file without mode bits (from Windows or a browser) is a program or script on Linux. */
export function looksExecutable(start: Uint8Array): boolean {
  const isScript = start[0] === 0x23 && start[1] === 0x21;
  const isElf = start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46;
  return isScript || isElf;
}
