import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { writeAll } from '../durable-file.ts';

const outputLimitBytes = 1024 * 1024;
const outputKeptBytes = 64 * 1024;
/** NTFS lets no file that was opened for appending be cut. */
const cutFlags = process.platform === 'win32' ? 'r+' : 'a+';

/** The end of what the process of this folder has printed, without half a character at its start. */
export function outputTail(folder: string, bytes: number): string {
  const output = openIfThere(join(folder, 'output.log'), 'r');
  if (output === undefined) return '';
  try {
    return readTail(output, bytes);
  } finally {
    closeSync(output);
  }
}

function readTail(file: number, bytes: number): string {
  const { size } = fstatSync(file);
  const part = Buffer.alloc(Math.min(size, bytes));
  const length = readSync(file, part, 0, part.length, size - part.length);
  const from = size > bytes ? part.findIndex((byte) => (byte & 0xc0) !== 0x80) : 0;
  return part.subarray(Math.max(from, 0), length).toString('utf8');
}

/** The program appends to the file, so that it can be emptied under its feet. */
export function trimOutput(folder: string): void {
  const output = openIfThere(join(folder, 'output.log'), cutFlags);
  if (output === undefined) return;
  try {
    if (fstatSync(output).size <= outputLimitBytes) return;
    const kept = readTail(output, outputKeptBytes);
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
