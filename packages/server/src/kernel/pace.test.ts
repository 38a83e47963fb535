import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from './pace.ts';

const anHour = 3_600_000;

test('what comes alone is not held up', async () => {
  let at = 0;
  const pace = createPace(anHour, () => at);
  await pace.turn();
  at = anHour;
  await pace.turn();
});

test('what comes soon after a round gathers until somebody waits for it', async () => {
  const pace = createPace(anHour, () => 0);
  await pace.turn();
  let isRound = false;
  const round = pace.turn().then(() => {
    isRound = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(isRound, false);
  pace.hurry(round);
  await round;
  assert.equal(isRound, true);
});

test('as long as somebody waits no round gathers, and after that they do again', async () => {
  const pace = createPace(anHour, () => 0);
  const waiting = Promise.withResolvers<void>();
  pace.hurry(waiting.promise);
  for (let n = 0; n < 3; n += 1) await pace.turn();
  waiting.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  let isRound = false;
  const round = pace.turn().then(() => {
    isRound = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(isRound, false);
  pace.hurry(Promise.resolve());
  await round;
});
