import { constants } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Refuses to follow a symbolic link at the last part of a path; Windows has no such flag and needs none here. */
export const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** Makes the names in a folder durable: a rename is lost by a power cut until its folder is written. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows neither allows nor needs this: NTFS journals the names.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates a folder and its parents, each durable in its parent. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let path = folder; path.length >= first.length; path = dirname(path)) await syncFolder(dirname(path));
}

/** Renames and makes both names durable. On Windows a virus scanner may hold the source for a moment. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await renamePatiently(from, to, process.platform === 'win32' ? 20 : 0);
  await syncFolder(dirname(to));
  if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
}

async function renamePatiently(from: string, to: string, retries: number): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const isHeld = ['EPERM', 'EBUSY', 'EACCES'].includes(errorCode(error));
    if (!isHeld || retries === 0) throw error;
    await sleep(100);
    await renamePatiently(from, to, retries - 1);
  }
}

/** Writes a small file so that after a crash either the old or the new text is there. */
export async function writeFileDurably(folder: string, name: string, text: string): Promise<void> {
  await makeFolder(folder);
  const temporary = join(folder, `.${name}.${process.pid}.${temporaryNumber++}.tmp`);
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await renameDurably(temporary, join(folder, name));
}

let temporaryNumber = 0;

/** The code of a system error such as ENOENT; empty for anything else. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
