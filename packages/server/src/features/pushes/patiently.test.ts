import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../kernel/log.ts';
import { Overtaken } from './move.ts';
import { patiently } from './patiently.ts';

const deps = { clock: { now: () => 0, wait: async () => undefined }, log: createLog({ level: 'silent' }) };

/** Fails so often, then says how often it was called. */
function failing(times: number, error: Error) {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
}

test('what fails in passing is done again until it succeeds', async () => {
  const { signal } = new AbortController();
  assert.equal(await patiently(deps, signal, failing(3, new Error('no database'))), 4);
  await assert.rejects(patiently(deps, signal, failing(1, new Overtaken())), Overtaken);
});

test('it ends with the server', async () => {
  const error = new Error('no database');
  await assert.rejects(patiently(deps, AbortSignal.abort(), failing(1, error)), error);
});
