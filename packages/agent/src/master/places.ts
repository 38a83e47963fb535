import { globSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { errorCode } from '../durable-file.ts';
import type { Paths } from '../platform/platform.ts';

/** Places of the machine that a pattern names, as the machine sees them: `/etc/ssh/ssh_host_rsa_key`. */
export function placesOf({ root, real }: Paths, pattern: string): string[] {
  const found = globSync(real(pattern));
  return found.map((path) => (root === null ? path : `/${relative(root, path)}`)).sort();
}

/** What is there under that name, without following it. */
export function kindOf(path: string): 'file' | 'folder' | 'link' | null {
  try {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) return 'link';
    return stat.isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null;
    throw error;
  }
}

/** Files with something in them, in a folder and below; links are not followed out of the image. */
export function filledFiles(folder: string): string[] {
  if (kindOf(folder) !== 'folder') return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const kind = kindOf(path);
    if (kind === 'folder') return filledFiles(path);
    return kind === 'file' && statSync(path).size > 0 ? [path] : [];
  });
}

/** All files and links of a folder and below. */
export function allFiles(folder: string): string[] {
  if (kindOf(folder) !== 'folder') return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return kindOf(path) === 'folder' ? allFiles(path) : [path];
  });
}

export const remove = (path: string): void => rmSync(path, { recursive: true, force: true });
