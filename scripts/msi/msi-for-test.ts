/** The tables of a package for Windows, as msitools reads them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
export const version = '98.7.6';
export const limitMs = 300_000;

/** What the program prints; that it fails is an error. */
export const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, {
    encoding: 'utf8',
    timeout: limitMs,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Rows of a table by the name of their columns. */
export function rowsOf(msi: string, table: string): Record<string, string>[] {
  const [head = '', , , ...lines] = run('msiinfo', 'export', msi, table).split(/\r?\n/);
  const names = head.split('\t');
  return lines
    .filter((line) => line !== '')
    .map((line) => Object.fromEntries(line.split('\t').map((value, at) => [names[at] ?? '', value])));
}

/** The row with that value; that there is none is an error. */
export function rowOf(msi: string, table: string, column: string, value: string): Record<string, string> {
  const found = rowsOf(msi, table).find((each) => each[column] === value);
  assert.ok(found, `${table} has no ${value}`);
  return found;
}

export const propertyOf = (msi: string, name: string) => rowOf(msi, 'Property', 'Property', name).Value;
