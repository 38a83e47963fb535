import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Mutant } from './mutant.ts';
import { runMutant } from './run-mutant.ts';

const code = 'export function isOld(years: number): boolean {\n  return years >= 10;\n}\n';
const tests = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOld } from './age.ts';
test('ten is old', () => { assert.equal(isOld(10), true); });
`;

async function withFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-mutants-test-'));
  try {
    await writeFile(join(folder, 'age.ts'), code);
    await writeFile(join(folder, 'age.test.ts'), tests);
    await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
const mutant = (find: string, replace: string): Mutant => ({
  rule: 'r',
  place: '',
  file: 'age.ts',
  find,
  replace,
  tests: ['age.test.ts'],
});

test('a mistake is killed by the test that notices it, survives where none does, and is taken out again', async () => {
  await withFolder(async (folder) => {
    assert.equal((await runMutant(folder, mutant('>= 10', '> 10'))).killedBy, 'ten is old');
    assert.equal((await runMutant(folder, mutant('>= 10', '>= 9'))).killedBy, null);
    assert.equal(await readFile(join(folder, 'age.ts'), 'utf8'), code);
  });
});

test('a row that is out of date is an error, not a kill', async () => {
  await withFolder(async (folder) => {
    await assert.rejects(runMutant(folder, mutant('>= 11', '> 10')), /found 0 times/);
    await assert.rejects(runMutant(folder, mutant('years', 'age')), /found 2 times/);
    await assert.rejects(runMutant(folder, mutant('>= 10', '>= (')), /no program/);
    assert.equal(await readFile(join(folder, 'age.ts'), 'utf8'), code);
  });
});
