import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One file of a package: a text, bytes, or a copy of a file or folder. Its mode is 0644 where none is named. */
export type DebFile =
  | { readonly text: string | Uint8Array; readonly mode?: number }
  | { readonly copyOf: string; readonly mode?: number };

export interface Deb {
  readonly name: string;
  readonly version: string;
  readonly architecture: 'amd64' | 'arm64';
  readonly depends: readonly string[];
  readonly recommends: readonly string[];
  readonly synopsis: string;
  /** Lines of at most 79 characters. */
  readonly description: readonly string[];
  /** By absolute path on the machine. */
  readonly files: Readonly<Record<string, DebFile>>;
  /** Files that keep an administrator's changes (Debian Policy 10.7). */
  readonly conffiles: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
}

const buildTimeoutMs = 10 * 60_000;

/** Builds the package with dpkg-deb and returns its path in `outDir`. */
export async function makeDeb(deb: Deb, outDir: string): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), 'tenkai-deb-'));
  try {
    for (const [path, file] of Object.entries(deb.files)) await place(join(tree, path), file);
    await settleModes(tree, deb);
    await placeControl(tree, deb, await listFiles(tree));
    await mkdir(outDir, { recursive: true });
    const out = join(outDir, `${deb.name}_${deb.version}_${deb.architecture}.deb`);
    // gzip: read by every dpkg in use, and a tenth of the time of xz on Node's 100 MB.
    const args = ['--root-owner-group', '-Zgzip', '-z6', '--build', tree, out];
    await run('dpkg-deb', args, { timeout: buildTimeoutMs });
    return out;
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function place(target: string, file: DebFile): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  if ('copyOf' in file) await cp(file.copyOf, target, { recursive: true, dereference: true });
  else await writeFile(target, file.text);
}

/** Whatever umask and modes the one who builds has: nothing can be changed by others (Debian Policy 10.9). */
async function settleModes(tree: string, { files }: Deb): Promise<void> {
  await chmod(tree, 0o755);
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const named = files[`/${relative(tree, path)}`]?.mode;
    await chmod(path, entry.isDirectory() ? 0o755 : (named ?? 0o644));
  }
}

interface ListedFile {
  /** Without the leading slash. */
  readonly path: string;
  readonly isFile: boolean;
  readonly bytes: number;
}

async function listFiles(tree: string): Promise<ListedFile[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Promise.all(
    paths.map(async (path) => {
      const stat = await lstat(path);
      return { path: relative(tree, path), isFile: stat.isFile(), bytes: stat.size };
    }),
  );
}

async function placeControl(tree: string, deb: Deb, files: readonly ListedFile[]): Promise<void> {
  const dir = join(tree, 'DEBIAN');
  await mkdir(dir, { recursive: true });
  const put = async (name: string, text: string, mode = 0o644) => {
    await writeFile(join(dir, name), text);
    await chmod(join(dir, name), mode);
  };
  await put('control', `${controlFields(deb, installedSize(files)).join('\n')}\n`);
  await put('md5sums', await md5sums(tree, deb, files));
  if (deb.conffiles.length > 0) await put('conffiles', `${deb.conffiles.join('\n')}\n`);
  for (const [name, text] of Object.entries(deb.scripts)) await put(name, text, 0o755);
}

/** KiB as Debian Policy 5.6.20 counts them: files in whole KiB, one for everything else. */
function installedSize(files: readonly ListedFile[]): number {
  return files.reduce((sum, { isFile, bytes }) => sum + (isFile ? Math.ceil(bytes / 1024) : 1), 0);
}

function controlFields(deb: Deb, installedKib: number): string[] {
  const relation = (name: string, list: readonly string[]) =>
    list.length > 0 ? [`${name}: ${list.join(', ')}`] : [];
  return [
    `Package: ${deb.name}`,
    `Version: ${deb.version}`,
    `Architecture: ${deb.architecture}`,
    'Maintainer: Tenkai maintainers <maintainers@tenkai.invalid>',
    `Installed-Size: ${installedKib}`,
    ...relation('Depends', deb.depends),
    ...relation('Recommends', deb.recommends),
    'Section: admin',
    'Priority: optional',
    `Description: ${deb.synopsis}`,
    ...deb.description.map((line) => ` ${line}`),
  ];
}

/** For `dpkg --verify`: settings are not in it, for they may be changed. */
async function md5sums(tree: string, { conffiles }: Deb, files: readonly ListedFile[]): Promise<string> {
  const listed = files.filter(({ path, isFile }) => isFile && !conffiles.includes(`/${path}`));
  const lines: string[] = [];
  for (const { path } of listed) {
    const hash = createHash('md5');
    for await (const part of createReadStream(join(tree, path))) hash.update(part);
    lines.push(`${hash.digest('hex')}  ${path}\n`);
  }
  return lines.join('');
}
