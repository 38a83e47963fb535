import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

// Synchronous on purpose: what is written here is small, must be on the disk before anything else happens, and must
// not be interleaved with other work of the same process.

/** Makes names in a folder durable: without this a power cut may lose a file that was written and synced. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Creates a folder and its parents, durably. Data of the agent is for itself alone; others may pass through. */
export function makeFolder(folder: string, mode = 0o711): void {
  const first = mkdirSync(folder, { recursive: true, mode });
  if (first === undefined) return;
  for (let path = folder; path.length >= first.length; path = dirname(path)) syncFolder(dirname(path));
}

/** Replaces a file as a whole: after a crash there is the old text or the new one, never a part. */
export function writeDurably(file: string, text: string, mode = 0o600): void {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    const handle = openSync(temporary, 'w', mode);
    try {
      writeAll(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    replace(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(file));
}

/** Puts a file in the place of another, durably: after a crash there is the one or the other. */
export function moveDurably(from: string, to: string): void {
  replace(from, to);
  syncFolder(dirname(to));
  syncFolder(dirname(from));
}

const heldLimit = 40;
const heldPauseMs = 50;

/** On Windows a virus scanner, or a reader, may hold the old file for a moment. */
function replace(from: string, to: string): void {
  for (let left = process.platform === 'win32' ? heldLimit : 0; ; left -= 1) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (left === 0 || !['EPERM', 'EBUSY', 'EACCES'].includes(errorCode(error))) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, heldPauseMs);
    }
  }
}

export function writeAll(handle: number, text: string | Uint8Array): void {
  const bytes = Buffer.from(text as string);
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(handle, bytes, offset);
}

/** Text of a file; undefined where there is none. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A JSON file that we wrote durably; undefined where there is none or somebody damaged it. */
export function readJson<T>(file: string): T | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

export function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** The code of a system error such as ENOENT; empty for anything else. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
