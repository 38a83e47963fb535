/** Folders that take minutes to make and are made once for each checkout: `.cache/NAME-KEY`. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { end, spawnOwned } from './own-process.ts';

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
  const release = await takeLock(join(cache, `${name}.lock`), limitMs);
  try {
    if (existsSync(folder)) return folder;
    await removeOthers(name, key);
    const unfinished = `${folder}.unfinished`;
    await mkdir(unfinished);
    await make(unfinished);
    await rename(unfinished, folder);
    return folder;
  } finally {
    await release();
  }
}

/** Waits for the lock of flock(1). The kernel gives it back when its holder ends, however that happens. */
async function takeLock(lock: string, limitMs: number): Promise<() => Promise<void>> {
  const args = [
    '--no-fork',
    '--timeout',
    String(limitMs / 1000),
    lock,
    'sh',
    '-c',
    'echo locked; exec sleep infinity',
  ];
  const holder = spawnOwned('flock', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    holder.stdout?.once('data', () => resolve());
    holder.once('exit', () => reject(new Error(`${lock} was not free within ${limitMs / 1000} s`)));
  });
  return () => end(holder, 'SIGKILL');
}

async function removeOthers(name: string, key: string): Promise<void> {
  const others = (await readdir(cache)).filter(
    (entry) => entry.startsWith(`${name}-`) && entry !== `${name}-${key}`,
  );
  for (const other of others) await rm(join(cache, other), { recursive: true, force: true });
}
