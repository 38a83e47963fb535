/** Folders that take minutes to make and are made once for each checkout: `.cache/NAME-KEY`. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './until.ts';

const cache = join(import.meta.dirname, '../../../../.cache');

export interface CachedFolder {
  readonly name: string;
  /** Changes whenever the recipe does; what other recipes made is removed. */
  readonly key: string;
  /** Fills the folder. It is kept only when this ends well. */
  readonly make: (folder: string) => Promise<void>;
  /** How long to wait for another process that is making it. */
  readonly limitMs: number;
}

/** Gives the folder, made if need be; of several processes that ask at once, one makes it. */
export async function cachedFolder({ name, key, make, limitMs }: CachedFolder): Promise<string> {
  const folder = join(cache, `${name}-${key}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const lock = join(cache, `${name}.lock`);
  await until(`${name} is free to be made`, () => existsSync(folder) || takeLock(lock), limitMs);
  if (existsSync(folder)) return folder;
  try {
    await removeOthers(name, key);
    const unfinished = join(cache, `${name}-${key}.unfinished`);
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    await make(unfinished);
    await rename(unfinished, folder);
    return folder;
  } finally {
    await rm(lock, { force: true });
  }
}

/** Whether the lock is ours now. A lock whose owner has died is broken. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = await readFile(lock, 'utf8').catch(() => '');
  if (owner !== '' && !existsSync(`/proc/${owner}`)) await rm(lock, { force: true });
  return false;
}

async function removeOthers(name: string, key: string): Promise<void> {
  const others = (await readdir(cache)).filter(
    (entry) => entry.startsWith(`${name}-`) && entry !== `${name}-${key}`,
  );
  for (const other of others) await rm(join(cache, other), { recursive: true, force: true });
}
