import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { run } from '../shell.ts';

export const recording = (name: string) =>
  readFileSync(join(import.meta.dirname, '../recordings', name), 'utf8');
export const signal = AbortSignal.timeout(60_000);

const none = { code: 1, stdout: '', stderr: '', problem: '' };

/** Writes down what would be run, and answers as given. */
export function recorder(answer: (args: readonly string[]) => { code: number | null; stdout: string }) {
  const lines: string[] = [];
  const ask: typeof run = async (program, args, { decode }) => {
    lines.push([program, ...args].join(' '));
    const { code, stdout } = answer(args);
    return { ...none, code, stdout: decode ? decode(Buffer.from(stdout)) : stdout };
  };
  return { ask, lines };
}
