import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSpeed } from './speed.ts';

it('the rate is of the last seconds only', () => {
  const speed = createSpeed();
  assert.equal(speed.at(0, 0), 0);
  assert.equal(speed.at(1000, 1000), 1000);
  assert.equal(speed.at(1000, 20_000), 0);
  assert.equal(speed.at(11_000, 21_000), 10_000);
});
