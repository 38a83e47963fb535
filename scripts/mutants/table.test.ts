/** Whether every row still fits: running all of them takes minutes, so that a rotten one would be found late. */
import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { mutated } from './run-mutant.ts';
import { table } from './table.ts';

const packages = join(import.meta.dirname, '../../packages');

test('each mistake of the table is in its file exactly once, changes it, and the tests that must notice it are there', async () => {
  for (const mutant of table) {
    const source = join(packages, mutant.place);
    const original = await readFile(join(source, mutant.file), 'utf8');
    assert.notEqual(mutated(original, mutant), original, mutant.rule);
    for (const file of mutant.tests) await access(join(source, file));
  }
});
