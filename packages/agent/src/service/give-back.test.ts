import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGiveBack } from './give-back.ts';

test('memory is given back once after a burst of work, and not after the end of the service', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let count = 0;
  const giveBack = createGiveBack(() => {
    count += 1;
  });
  for (let step = 0; step < 3; step += 1) {
    giveBack.afterWork();
    t.mock.timers.tick(1000);
  }
  assert.equal(count, 0, 'it is not quiet yet');
  t.mock.timers.tick(60_000);
  assert.equal(count, 1);
  giveBack.afterWork();
  giveBack.stop();
  t.mock.timers.tick(60_000);
  assert.equal(count, 1);
});
