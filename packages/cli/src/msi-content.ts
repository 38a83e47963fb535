import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import { run } from './deb.ts';
import './failures.ts';

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

/**
 * Puts the files of an MSI into a new or empty folder, as `msiexec /a` does, by Debian's msitools; installs nothing.
 * Its names are judged before: msiextract itself would follow `..` out of the folder. Nothing is left where it fails.
 * @throws Failure tool-missing, msi-unreadable, msi-path-refused, content-target-exists
 * Source: HOTFIX-13.
 */
export async function extractMsi(msi: string, target: string, signal: AbortSignal): Promise<MsiContent> {
  await requireEmpty(target);
  const properties = parseProperties(await msiTool('msiinfo', ['export', msi, 'Property'], signal, msi));
  const listed = await msiTool('msiextract', ['--list', msi], signal, msi);
  const names = listed.split('\n').filter((line) => line !== '');
  refuseBadNames(names, msi);
  await mkdir(dirname(target), { recursive: true });
  // In the same file system, so that the whole appears at once.
  const staging = await mkdtemp(join(dirname(target), '.tenkai-msi-'));
  try {
    await msiTool('msiextract', ['-C', staging, msi], signal, msi);
    const files = await readTree(staging);
    if (files.length !== names.length)
      throw unreadable(msi, `${names.length} files are listed, ${files.length} came out`);
    await rmdir(target).catch(() => undefined);
    await rename(staging, target);
    return { properties, files };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function requireEmpty(target: string): Promise<void> {
  const entries = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length > 0) throw new Failure('content-target-exists', { path: target });
}

/** msiextract says nothing of a file that it cannot read, and ends with 0; msiinfo is asked first for that. */
async function msiTool(program: string, args: string[], signal: AbortSignal, msi: string): Promise<string> {
  try {
    return await run(program, args, signal, { debianPackage: 'msitools', limitMs: 600_000 });
  } catch (error) {
    if (error instanceof Failure && error.code === 'tool-failed') throw unreadable(msi, error.message);
    throw error;
  }
}

const unreadable = (path: string, detail: string) => new Failure('msi-unreadable', { path }, { detail });

/** The table as `msiinfo export` writes it: three lines of heads, then name and value divided by a tab. */
export function parseProperties(text: string): Record<string, string> {
  const rows = text.split(/\r?\n/).slice(3);
  const pairs = rows.map((row) => row.split('\t')).filter(([name]) => name !== undefined && name !== '');
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
}

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
