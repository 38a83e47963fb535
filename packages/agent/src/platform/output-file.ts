import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { writeAll } from '../durable-file.ts';

const outputLimitBytes = 1024 * 1024;
const outputKeptBytes = 64 * 1024;
/** NTFS lets no file that was opened for appending be cut. */
const cutFlags = process.platform === 'win32' ? 'r+' : 'a+';

/**
 * The end of what the process of this folder has printed, without half a character at its start.
 * @param decode reads whole lines; absent: it is UTF-8
 */
export function outputTail(folder: string, bytes: number, decode?: (bytes: Buffer) => string): string {
  const output = openIfThere(join(folder, 'output.log'), 'r');
  if (output === undefined) return '';
  try {
    const { tail, isCut } = readTail(output, bytes);
    if (!decode) return (isCut ? fromCharacter(tail) : tail).toString('utf8');
    return decode(isCut ? fromLine(tail) : tail);
  } finally {
    closeSync(output);
  }
}

function readTail(file: number, bytes: number): { tail: Buffer; isCut: boolean } {
  const { size } = fstatSync(file);
  const part = Buffer.alloc(Math.min(size, bytes));
  const length = readSync(file, part, 0, part.length, size - part.length);
  return { tail: part.subarray(0, length), isCut: size > bytes };
}

function fromCharacter(tail: Buffer): Buffer {
  return tail.subarray(
    Math.max(
      tail.findIndex((byte) => (byte & 0xc0) !== 0x80),
      0,
    ),
  );
}

/** Where a character of two bytes begins cannot be told from its middle; the first line that is whole can be. */
function fromLine(tail: Buffer): Buffer {
  return tail.subarray(tail.indexOf(0x0a) + 1);
}

/** The program appends to the file, so that it can be emptied under its feet. */
export function trimOutput(folder: string): void {
  const output = openIfThere(join(folder, 'output.log'), cutFlags);
  if (output === undefined) return;
  try {
    if (fstatSync(output).size <= outputLimitBytes) return;
    const kept = fromLine(readTail(output, outputKeptBytes).tail);
    ftruncateSync(output, 0);
    writeAll(output, kept);
  } finally {
    closeSync(output);
  }
}

function openIfThere(file: string, flags: string): number | undefined {
  if (!existsSync(file)) return undefined;
  return openSync(file, flags);
}
