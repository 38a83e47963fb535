import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import './failures.ts';
import { isOfEnded, type Owner, ownerText, removeIf, takeFile } from './owned-file.ts';

const lockName = '.certfix.lock';
const lookAgainMs = 100;

export interface FolderLockOptions {
  /** How the folder is called where it stays locked. */
  readonly store: string;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * One certfix at a time repairs the files of a folder; a second one waits. Where no file can be made nothing can be
 * repaired either, so there is nothing to lock. What a killed process left behind holds nobody up.
 * @returns gives the folder free
 * @throws Failure certfix-store-locked, which names the process; the signal's reason
 */
export async function lockFolder(folder: string, options: FolderLockOptions): Promise<() => void> {
  const owner = candidateIn(folder);
  if (!owner) return () => {};
  const file = join(folder, lockName);
  const leave = () => rmSync(owner.candidate, { force: true });
  try {
    const isTaken = await take(file, owner, options);
    if (isTaken) removeLeftOver(folder);
  } catch (error) {
    leave();
    throw error;
  }
  return () => {
    removeIf(file, owner.text);
    leave();
  };
}

async function take(file: string, owner: Owner, options: FolderLockOptions): Promise<boolean> {
  const endsAt = performance.now() + options.waitMs;
  for (;;) {
    options.signal.throwIfAborted();
    const taken = takeFile(file, owner);
    if (typeof taken === 'string') return taken === 'taken';
    if (performance.now() >= endsAt) throw stillLocked(options, taken.holder);
    await sleep(lookAgainMs, undefined, { signal: options.signal });
  }
}

function stillLocked({ store, waitMs }: FolderLockOptions, holder: string): Failure {
  const reason = `${holder} has held it for ${Math.round(waitMs / 1000)} seconds and more`;
  return new Failure('certfix-store-locked', { store, reason });
}

/** Undefined: no file can be made in the folder. */
function candidateIn(folder: string): Owner | undefined {
  const unique = randomUUID();
  const candidate = join(folder, `${lockName}.${unique}`);
  const text = ownerText(unique);
  try {
    writeFileSync(candidate, text, { flag: 'wx', mode: 0o600 });
    return { text, candidate };
  } catch {
    // A full disk may have taken the name without the text.
    rmSync(candidate, { force: true });
    return undefined;
  }
}

/** What others needed to take the lock, and could not remove because they were killed. */
function removeLeftOver(folder: string): void {
  const names = readdirSync(folder).filter((name) => name.startsWith(`${lockName}.`));
  for (const file of names.map((name) => join(folder, name)))
    if (isOfEnded(file)) rmSync(file, { force: true });
}
