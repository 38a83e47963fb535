import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import { run } from './deb.ts';
import './failures.ts';
import { type MsiDatabase, openMsi } from './msi/database.ts';
import { extractByMsiexec, namesInMsi } from './msi/msiexec.ts';

/** One file of an MSI as it lies in the folder now. */
export interface ExtractedFile {
  /** With forward slashes, relative to the folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface MsiContent {
  /** Rows of the table Property: ProductName, ProductVersion, ProductCode, Manufacturer, ... */
  readonly properties: Readonly<Record<string, string>>;
  readonly files: readonly ExtractedFile[];
}

const mostFiles = 100_000;

interface Extractor {
  /** How many files the MSI lists; refuses bad names. */
  list(msi: string, database: MsiDatabase, signal: AbortSignal): Promise<number>;
  /** Puts them into the folder that is there. */
  extract(msi: string, folder: string, signal: AbortSignal): Promise<void>;
}

/**
 * Puts the files of an MSI into a new or empty folder, as `msiexec /a` does: on Windows by itself, elsewhere by Debian's
 * msitools; installs nothing. Names are judged before: both would follow `..` out of the folder. Nothing is left where it
 * fails.
 * @throws Failure tool-missing, msi-unreadable, msi-path-refused, msiexec-failed, content-target-exists
 * Source: HOTFIX-13.
 */
export async function extractMsi(msi: string, target: string, signal: AbortSignal): Promise<MsiContent> {
  await requireEmpty(target);
  const database = await reading(msi, () => openMsi(msi));
  try {
    const properties = await reading(msi, () => propertiesOf(database));
    const extractor = process.platform === 'win32' ? msiexec : msitools;
    const listed = await extractor.list(msi, database, signal);
    const files = await staged(target, async (staging) => {
      await extractor.extract(msi, staging, signal);
      const found = await readTree(staging);
      if (found.length !== listed)
        throw unreadable(msi, `${listed} files are listed, ${found.length} came out`);
      return found;
    });
    return { properties, files };
  } finally {
    await database.close();
  }
}

/** In the same file system, so that the whole appears at once. */
async function staged<T>(target: string, fill: (staging: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(join(dirname(target), '.tenkai-msi-'));
  try {
    const filled = await fill(staging);
    await rmdir(target).catch(() => undefined);
    await rename(staging, target);
    return filled;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const msitools: Extractor = {
  async list(msi, _database, signal) {
    const text = await msiTool('msiextract', ['--list', msi], signal, msi);
    const names = text.split('\n').filter((line) => line !== '');
    refuseBadNames(names, msi);
    return names.length;
  },
  async extract(msi, folder, signal) {
    await msiTool('msiextract', ['-C', folder, msi], signal, msi);
  },
};

const msiexec: Extractor = {
  async list(msi, database) {
    const { files, folders, moved } = await reading(msi, () => namesInMsi(database));
    const bad = moved[0] ?? [...files, ...folders].find((name) => /[/\\:]/.test(name));
    if (bad !== undefined) throw new Failure('msi-path-refused', { path: msi, name: bad.slice(0, 200) });
    refuseBadNames([...files, ...folders], msi);
    return files.length;
  },
  async extract(msi, folder, signal) {
    const { copy } = await extractByMsiexec(msi, folder, signal);
    await rm(join(folder, copy), { force: true });
  },
};

/** A patch has no product of its own. */
async function propertiesOf(database: MsiDatabase): Promise<Record<string, string>> {
  const rows = await database.rows('Property');
  const properties = Object.fromEntries(rows.map(({ Property = '', Value = '' }) => [Property, Value]));
  if (!properties.ProductCode) throw new RangeError('no ProductCode');
  return properties;
}

/** What the reader says of a damaged file; a file that is not there says so itself. */
async function reading<T>(msi: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw unreadable(msi, String(error));
  }
}

async function requireEmpty(target: string): Promise<void> {
  const entries = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length > 0) throw new Failure('content-target-exists', { path: target });
}

/** msiextract says nothing of a file that it cannot read, and ends with 0: its tables are read first. */
async function msiTool(program: string, args: string[], signal: AbortSignal, msi: string): Promise<string> {
  try {
    return await run(program, args, signal, { debianPackage: 'msitools', limitMs: 600_000 });
  } catch (error) {
    if (error instanceof Failure && error.code === 'tool-failed') throw unreadable(msi, error.message);
    throw error;
  }
}

const unreadable = (path: string, detail: string) => new Failure('msi-unreadable', { path }, { detail });

function refuseBadNames(names: readonly string[], path: string): void {
  if (names.length > mostFiles) throw unreadable(path, `${names.length} files`);
  const bad = names.find((name) => {
    const parts = name.replaceAll('\\', '/').split('/');
    return /^[A-Za-z]:|\p{Cc}/u.test(name) || parts.some((part) => part === '' || part === '..');
  });
  if (bad !== undefined) throw new Failure('msi-path-refused', { path, name: bad.slice(0, 200) });
}

async function readTree(folder: string): Promise<ExtractedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: ExtractedFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.push({ path: relative(folder, file).replaceAll('\\', '/'), ...(await hashOf(file)) });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function hashOf(file: string): Promise<Pick<ExtractedFile, 'sizeBytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  });
  return { sizeBytes, sha256: hash.digest('hex') };
}
