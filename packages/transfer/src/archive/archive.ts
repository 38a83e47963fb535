import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { explainWriteError } from '../disk/disk-space.ts';
import { errorCode } from '../disk/durable.ts';
import { readFully, writeFully } from '../disk/file-bytes.ts';
import { Failure } from '../failures.ts';
import { partialOf } from '../fetch/fetch.ts';
import { checkContentPath, createPathSet, printablePath } from '../manifest/content-path.ts';
import type { ArchiveEntry } from './archive-entry.ts';
import { readTar } from './archive-tar.ts';
import { readZip } from './archive-zip.ts';

export interface ExpandOptions {
  /** A .zip, .tar, .tar.gz or .tar.zst file; told by its content, not by its name. */
  readonly archive: string;
  /** A folder that does not exist or is empty; it gets the whole content or none. */
  readonly target: string;
  readonly limits?: ExpandLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: { filesDone: number; bytesDone: number }) => void;
}

export interface ExpandLimits {
  readonly maxFiles: number;
  readonly maxTotalBytes: number;
  /** How many times its own size an archive may expand to, beyond RATIO_FREE_BYTES. */
  readonly maxRatio: number;
}

/** Text and logs shrink to a hundredth; zip bombs to a thousandth and less. */
export const defaultExpandLimits: ExpandLimits = { maxFiles: 100_000, maxTotalBytes: 2 ** 40, maxRatio: 250 };

/** An archive may always expand to so much, whatever its own size: it does no harm. */
export const RATIO_FREE_BYTES = 64 * 1024 * 1024;

export interface ExpandResult {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Expands an archive that anyone may have made. Every name must be one that a manifest could have; links, devices and
 * encrypted entries are refused, and so is what expands out of proportion.
 * @throws Failure archive-*, content-path-*, content-symlink, content-special-file, content-too-many-files,
 *   content-target-exists, disk-full; AbortError
 */
export async function expandArchive(options: ExpandOptions): Promise<ExpandResult> {
  const { archive, target } = options;
  const { size } = await stat(archive);
  const limits = options.limits ?? defaultExpandLimits;
  const limitBytes = Math.min(limits.maxTotalBytes, Math.max(RATIO_FREE_BYTES, size * limits.maxRatio));
  await refuseUsedFolder(target);
  const staging = partialOf(target);
  await rm(staging, { recursive: true, force: true });
  try {
    await mkdir(staging, { recursive: true });
    const expansion: Expansion = {
      options,
      limits,
      limitBytes,
      staging,
      paths: createPathSet(),
      files: 0,
      bytes: 0,
    };
    for await (const entry of await entriesOf(expansion)) await expandEntry(expansion, entry);
    options.signal?.throwIfAborted();
    // Windows does not rename onto a folder, not even an empty one.
    await rmdir(target).catch(() => undefined);
    await rename(staging, target);
    return { files: expansion.files, bytes: expansion.bytes };
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw await explain(error, options);
  }
}

interface Expansion {
  readonly options: ExpandOptions;
  readonly limits: ExpandLimits;
  readonly limitBytes: number;
  readonly staging: string;
  readonly paths: ReturnType<typeof createPathSet>;
  files: number;
  bytes: number;
}

async function refuseUsedFolder(target: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (!found) return;
  const isEmpty = await rmdir(target).then(
    () => true,
    () => false,
  );
  if (!isEmpty) throw new Failure('content-target-exists', { path: target });
  await mkdir(target);
}

async function entriesOf(expansion: Expansion): Promise<AsyncIterable<ArchiveEntry>> {
  const { archive } = expansion.options;
  const format = formatOf(await firstBytes(archive));
  if (format === undefined) throw new Failure('archive-unknown', { path: archive });
  if (format === 'zip') return readZip(archive);
  return readTar(limited(expansion, uncompressed(archive, format)));
}

const HEAD_BYTES = 512;

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, await readFully(handle, head, 0));
  } finally {
    await handle.close();
  }
}

type Format = 'zip' | 'tar' | 'gzip' | 'zstd';

const marks: readonly { format: Format; offset: number; hex: string }[] = [
  { format: 'zip', offset: 0, hex: '504b0304' },
  { format: 'zip', offset: 0, hex: '504b0506' },
  { format: 'gzip', offset: 0, hex: '1f8b' },
  { format: 'zstd', offset: 0, hex: '28b52ffd' },
  { format: 'tar', offset: 257, hex: '7573746172' },
];

function formatOf(head: Buffer): Format | undefined {
  return marks.find(({ offset, hex }) => head.toString('hex', offset, offset + hex.length / 2) === hex)
    ?.format;
}

function uncompressed(path: string, format: Format): Readable {
  const stage =
    format === 'gzip' ? createGunzip() : format === 'zstd' ? createZstdDecompress() : new PassThrough();
  // An error of either end reaches whoever reads the last one.
  return pipeline(createReadStream(path), stage, () => undefined);
}

/** Counts what comes out of the decompressor, names and padding included: nothing can hide there. */
async function* limited(expansion: Expansion, stream: Readable): AsyncGenerator<Uint8Array, undefined> {
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > expansion.limitBytes) throw new Failure('archive-bomb', { path: expansion.options.archive });
    yield piece;
  }
}

async function expandEntry(expansion: Expansion, entry: ArchiveEntry): Promise<void> {
  const { options, limits, staging, paths } = expansion;
  options.signal?.throwIfAborted();
  const { path, kind } = entry;
  if (kind === 'link') throw new Failure('content-symlink', { path: printablePath(path) });
  if (kind === 'special') throw new Failure('content-special-file', { path: printablePath(path) });
  const name = path.normalize('NFC');
  checkContentPath(name);
  expansion.files++;
  if (expansion.files > limits.maxFiles)
    throw new Failure('content-too-many-files', { limit: limits.maxFiles });
  const target = join(staging, name);
  if (kind === 'folder') {
    paths.addFolder(name);
    await mkdir(target, { recursive: true });
    return;
  }
  paths.add(name);
  await mkdir(dirname(target), { recursive: true });
  await writeEntry(expansion, entry, target);
  options.onProgress?.({ filesDone: expansion.files, bytesDone: expansion.bytes });
}

async function writeEntry(expansion: Expansion, entry: ArchiveEntry, target: string): Promise<void> {
  const { options, limitBytes } = expansion;
  const handle = await open(target, 'wx', 0o644);
  try {
    let position = 0;
    for await (const piece of entry.bytes) {
      options.signal?.throwIfAborted();
      expansion.bytes += piece.length;
      if (expansion.bytes > limitBytes) throw new Failure('archive-bomb', { path: options.archive });
      await writeFully(handle, piece, position);
      position += piece.length;
    }
  } finally {
    await handle.close();
  }
  if (entry.isExecutable) await chmod(target, 0o755);
}

/** Damage shows as errors of the decompressor or of the format; those of the file system are told as they are. */
async function explain(error: unknown, { archive, target, signal }: ExpandOptions): Promise<unknown> {
  if (error instanceof Failure || signal?.aborted) return error;
  const explained = await explainWriteError(error, dirname(target), 0);
  const isSystem = error instanceof Error && 'syscall' in error;
  if (explained !== error || isSystem) return explained;
  const detail = error instanceof Error ? error.message : String(error);
  return new Failure(
    'archive-broken',
    { path: archive },
    { detail: detail || errorCode(error), cause: error },
  );
}
