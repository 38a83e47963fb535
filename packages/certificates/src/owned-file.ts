import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { digestOf } from './examination.ts';
import { readPlainFile } from './replace-file.ts';

/** A file that says which process made it; its text is like no other's. */
export interface Owner {
  readonly text: string;
  /** Holds the text: it becomes the wanted file by a second name, so that nobody sees one half written. */
  readonly candidate: string;
}

/** `impossible`: no file can be made there; else who has it, in words. */
export type Taken = 'taken' | 'impossible' | { readonly holder: string };

/** Each time round, another process has just taken or left it; so many in a row are left for the next look. */
const mostRounds = 10;

/**
 * Takes a file for this process, if nobody who lives has it. What a process left that was killed is removed by one
 * process at a time: who has taken the right to remove this very text, and has then seen that it is still there.
 * Nobody else may remove it, and no text comes twice, so a lock that is new is never taken for the old one.
 */
export function takeFile(file: string, owner: Owner): Taken {
  for (let round = 0; round < mostRounds; round += 1) {
    const made = make(file, owner);
    if (made !== 'held') return made;
    const text = textOf(file);
    if (text === undefined) continue;
    const holder = holderOf(text);
    if (holder !== 'gone') return { holder };
    const right = `${file}.${digestOf(Buffer.from(text)).slice(0, 16)}`;
    const taken = takeFile(right, owner);
    if (taken !== 'taken') return taken;
    removeIf(file, text);
    removeIf(right, owner.text);
  }
  return { holder: 'another process' };
}

/** Removes a file that only this process may remove, if it has this text. */
export function removeIf(file: string, text: string): void {
  if (textOf(file) === text) rmSync(file, { force: true });
}

/** Of this process, and of this moment: `process`, its start, and what makes it like no other. */
export const ownerText = (unique: string) => `${process.pid} ${startOf(process.pid)} ${unique}`;

function make(file: string, { candidate, text }: Owner): 'taken' | 'held' | 'impossible' {
  const made = attempt(() => linkSync(candidate, file));
  // A file system without second names, such as FAT: for a moment the text is not whole, and then nobody's.
  return made === 'impossible' ? attempt(() => writeFileSync(file, text, { flag: 'wx', mode: 0o600 })) : made;
}

function attempt(act: () => void): 'taken' | 'held' | 'impossible' {
  try {
    act();
    return 'taken';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // On Windows a file that is just being removed is refused like this.
    const isGoing = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(code ?? '');
    return code === 'EEXIST' || isGoing ? 'held' : 'impossible';
  }
}

/** Whether the process that wrote this text has ended; not where none of ours wrote it. */
export function isOfEnded(file: string): boolean {
  const text = textOf(file);
  return text !== undefined && holderOf(text) === 'gone';
}

/** Who holds it, in words; `gone` where it has ended. */
function holderOf(text: string): string {
  const [pid = '', start = ''] = text.split(' ');
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
