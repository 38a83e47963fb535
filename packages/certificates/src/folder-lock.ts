import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import './failures.ts';
import { readPlainFile } from './replace-file.ts';

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
  const file = join(folder, lockName);
  const endsAt = performance.now() + options.waitMs;
  for (;;) {
    options.signal.throwIfAborted();
    const made = make(file);
    if (made === 'made') return () => rmSync(file, { force: true });
    if (made === 'impossible') return () => {};
    const holder = holderOf(file);
    if (holder === 'gone') rmSync(file, { force: true });
    else if (performance.now() >= endsAt) throw stillLocked(options, holder);
    else await sleep(lookAgainMs, undefined, { signal: options.signal });
  }
}

function stillLocked({ store, waitMs }: FolderLockOptions, holder: string): Failure {
  const reason = `${holder} has held it for ${Math.round(waitMs / 1000)} seconds and more`;
  return new Failure('certfix-store-locked', { store, reason });
}

function make(file: string): 'made' | 'held' | 'impossible' {
  try {
    writeFileSync(file, `${process.pid} ${startOf(process.pid)}`, { flag: 'wx', mode: 0o600 });
    return 'made';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'held';
    // A full disk may have taken the name without the text.
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') rmSync(file, { force: true });
    return 'impossible';
  }
}

/** Who holds it, in words; `gone` where it has ended. */
function holderOf(file: string): string {
  const text = textOf(file);
  if (text === undefined) return 'gone';
  const [pid = '', start = ''] = text.split(' ');
  // Made, and not yet written: it is about to tell. Or it is none of ours.
  if (!/^\d+$/.test(pid)) return 'another process';
  return isRunning(Number(pid), start) ? `the process ${pid}${nameOf(Number(pid))}` : 'gone';
}

function isRunning(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(pid) === start;
}

/** When a process began, in ticks since the start of the system: its number may be somebody else's by now. */
function startOf(pid: number): string {
  const stat = process.platform === 'linux' ? readIf(`/proc/${pid}/stat`) : undefined;
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function nameOf(pid: number): string {
  const name = process.platform === 'linux' ? readIf(`/proc/${pid}/comm`)?.trim() : undefined;
  return name ? ` (${name})` : '';
}

/** Undefined: it is not there any more. A pipe in its place must not hold an administrator's certfix for ever. */
function textOf(file: string): string | undefined {
  try {
    const state = readPlainFile(file, 100);
    return typeof state === 'object' ? state.bytes.toString('utf8') : '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '';
  }
}

function readIf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
