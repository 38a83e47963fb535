import { lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../durable-file.ts';
import type { Paths } from '../platform/platform.ts';

/**
 * Places of the machine that a pattern names, as the machine sees them: `/etc/ssh/ssh_host_*_key`. A star stands for any
 * part of one name. Node's own glob asks for the working directory, and a rescued system may have none.
 */
export function placesOf(paths: Paths, pattern: string): string[] {
  const names = pattern.split('/').filter((name) => name !== '');
  let found = [''];
  for (const name of names) found = found.flatMap((folder) => inFolder(paths, folder, name));
  return found.sort();
}

function inFolder({ real }: Paths, folder: string, name: string): string[] {
  if (!name.includes('*')) return kindOf(real(`${folder}/${name}`)) === null ? [] : [`${folder}/${name}`];
  const [start = '', ...rest] = name.split('*');
  const fits = (entry: string) => {
    let at = start.length;
    const isInOrder = rest.every((part) => {
      const index = entry.indexOf(part, at);
      at = index + part.length;
      return index >= 0;
    });
    return entry.startsWith(start) && isInOrder && entry.endsWith(rest.at(-1) ?? '');
  };
  if (kindOf(real(folder)) !== 'folder') return [];
  return readdirSync(real(folder))
    .filter(fits)
    .map((entry) => `${folder}/${entry}`);
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
