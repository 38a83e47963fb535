import assert from 'node:assert/strict';
import { it } from 'node:test';
import { oneTimeToken } from './one-time-token.ts';

it('reads the secret of a one-time link in both of its forms', () => {
  assert.equal(oneTimeToken('#abc-123_x'), 'abc-123_x');
  assert.equal(oneTimeToken('#token=abc%2D1'), 'abc-1');
  assert.equal(oneTimeToken(''), undefined);
  assert.equal(oneTimeToken('#'), undefined);
});
