import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from '../../kernel/clock.ts';
import { createListening } from './listening.ts';

test('BSRV-21: listening begins with the server, and anew after its pause or with a clock that was set', () => {
  const clock = createFakeClock();
  const listenedFor = createListening(clock);
  const after = (ms: number) => {
    clock.advance(ms);
    return listenedFor();
  };
  assert.equal(after(15_000), 15_000);
  assert.equal(after(120_000), 135_000, 'a look that took long is no pause');
  assert.equal(after(120_001), 0, 'asleep, or set forward');
  assert.equal(after(60_000), 60_000);
  assert.equal(after(-1), 0, 'put back');
  assert.equal(after(15_000), 15_000);
});
