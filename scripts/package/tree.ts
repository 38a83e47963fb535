/** A package as a table of files, and the folder that is made of it; the same for every package manager. */
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Script } from './install-scripts.ts';

/** One file of a package: a text, bytes, or a copy of a file or folder. Its mode is 0644 where none is named. */
export type PackageFile =
  | { readonly text: string | Uint8Array; readonly mode?: number }
  | { readonly copyOf: string; readonly mode?: number };

/** In the words of Debian; `make-rpm.ts` knows the others. */
export type Architecture = 'amd64' | 'arm64';

export interface LinuxPackage {
  readonly name: 'tenkai-server' | 'tenkai-agent';
  readonly version: string;
  readonly architecture: Architecture;
  /** Beside what Node itself needs. */
  readonly depends: { readonly deb: readonly string[]; readonly rpm: readonly string[] };
  readonly recommends: { readonly deb: readonly string[]; readonly rpm: readonly string[] };
  readonly synopsis: string;
  /** Lines of at most 79 characters. */
  readonly description: readonly string[];
  /** By absolute path on the machine. */
  readonly files: Readonly<Record<string, PackageFile>>;
  /** Files that keep an administrator's changes (Debian Policy 10.7; `%config(noreplace)`). */
  readonly conffiles: readonly string[];
  readonly scripts: { readonly deb: Scripts; readonly rpm: Scripts };
  /** Seconds since 1970 of everything that is newer: the same sources make the same bytes. */
  readonly epoch: number;
}
type Scripts = Readonly<Record<Script, string>>;

/** Lays the files out in a folder that is gone again when `use` has ended. */
export async function withTree<T>(
  { name, files }: LinuxPackage,
  use: (tree: string) => Promise<T>,
): Promise<T> {
  const tree = await mkdtemp(join(tmpdir(), `${name}-tree-`));
  try {
    for (const [path, file] of Object.entries(files)) await place(join(tree, path), file);
    await settleModes(tree, files);
    return await use(tree);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function place(target: string, file: PackageFile): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  if ('copyOf' in file) await cp(file.copyOf, target, { recursive: true, dereference: true });
  else await writeFile(target, file.text);
}

/** Whatever umask and modes the one who builds has: nothing can be changed by others (Debian Policy 10.9). */
async function settleModes(tree: string, files: LinuxPackage['files']): Promise<void> {
  await chmod(tree, 0o755);
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const named = files[`/${relative(tree, path)}`]?.mode;
    await chmod(path, entry.isDirectory() ? 0o755 : (named ?? 0o644));
  }
}

export interface ListedFile {
  /** Without the leading slash. */
  readonly path: string;
  readonly isFile: boolean;
  readonly bytes: number;
  /** Permission bits. */
  readonly mode: number;
}

/** All that lies in the tree, folders before what is in them. */
export async function listFiles(tree: string): Promise<ListedFile[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Promise.all(
    paths.map(async (path) => {
      const { size, mode, isFile } = await statOf(path);
      return { path: relative(tree, path), isFile, bytes: size, mode };
    }),
  );
}

async function statOf(path: string) {
  const stat = await lstat(path);
  return { size: stat.size, mode: stat.mode & 0o7777, isFile: stat.isFile() };
}
