import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';

/** `killedBy`: the first test that failed, `timeout`; null: no test noticed. */
export interface MutantResult {
  readonly mutant: Mutant;
  readonly killedBy: string | null;
}

const timeoutMs = 120_000;

/**
 * Puts one mistake into a copy, runs the rule's tests, and takes it out again.
 * @param source the copy of the mutant's `place`
 * @throws Error when the table is out of date: `find` does not occur exactly once, or the mutant is no program
 */
export async function runMutant(source: string, mutant: Mutant): Promise<MutantResult> {
  const path = join(source, mutant.file);
  const original = await readFile(path, 'utf8');
  await writeFile(path, mutated(original, mutant));
  try {
    const killedBy = await firstFailure(source, mutant.tests, mutant.only);
    // A test file that cannot even be loaded proves nothing about its tests.
    if (killedBy?.endsWith('.test.ts')) throw new Error(`${mutant.file}: no program: ${mutant.replace}`);
    return { mutant, killedBy };
  } finally {
    await writeFile(path, original);
  }
}

/** @throws Error when `find` does not occur exactly once */
export function mutated(original: string, { file, find, replace }: Mutant): string {
  const parts = original.split(find);
  if (parts.length !== 2) throw new Error(`${file}: found ${parts.length - 1} times, wanted once: ${find}`);
  return parts.join(replace);
}

/** The first failing test of some files, `timeout` for tests that do not end, null when all pass. */
export async function firstFailure(
  source: string,
  tests: readonly string[],
  only?: string,
): Promise<string | null> {
  const limit = only === undefined ? [] : [`--test-name-pattern=${only}`];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', ...limit, ...tests], {
    cwd: source,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    signal: AbortSignal.timeout(timeoutMs),
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const code = await ended;
  if (code === 0) return null;
  return code === null ? 'timeout' : (/^\s*not ok \d+ - (.+)$/m.exec(output)?.[1] ?? 'the test file');
}
