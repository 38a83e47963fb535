import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemFromBody } from '@tenkai/protocol/problem.ts';
import { queryClient } from './query-client.ts';

test('a question to a busy site is asked again when the site has said, and otherwise soon', () => {
  const { retry, retryDelay } = queryClient.getDefaultOptions().queries ?? {};
  assert.ok(typeof retry === 'function' && typeof retryDelay === 'function');
  const busy = problemFromBody(503, null, '5');
  assert.deepEqual([retry(0, busy), retry(2, busy)], [true, false]);
  assert.deepEqual([retryDelay(0, busy), retryDelay(1, busy)], [5000, 5000]);
  const away = problemFromBody(502, null);
  assert.deepEqual([retryDelay(0, away), retryDelay(1, away)], [1000, 2000]);
  assert.equal(retry(0, problemFromBody(422, null)), false);
});
