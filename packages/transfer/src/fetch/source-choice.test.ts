import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContentSource, createSourceChoice } from './source-choice.ts';

const near: ContentSource = { baseUrl: 'https://near' };
const far: ContentSource = { baseUrl: 'https://far' };
const none = () => false;

function choose(random = 1) {
  const clock = { ms: 0 };
  const options = {
    sources: [near, far],
    now: () => clock.ms,
    random: () => random,
    firstRestMs: 100,
    longestRestMs: 400,
  };
  return { clock, choice: createSourceChoice(options) };
}

test('DIST-34: the first source in order is asked as long as it works', () => {
  const { choice } = choose();
  assert.equal(choice.next(none), near);
  choice.worked(near);
  assert.equal(choice.next(none), near);
});

test('DIST-34: when the near source fails, the far one is asked until the near one has rested', () => {
  const { clock, choice } = choose();
  choice.failed(near);
  assert.equal(choice.next(none), far);
  clock.ms = 99;
  assert.equal(choice.next(none), far);
  clock.ms = 100;
  assert.equal(choice.next(none), near);
});

test('a source rests twice as long after each further failure, up to a limit; success forgets them', () => {
  const { clock, choice } = choose();
  const rests: number[] = [];
  const restOfNear = () => {
    choice.failed(near);
    const next = choice.next((source) => source === far);
    const waitMs = next && 'waitMs' in next ? next.waitMs : 0;
    clock.ms += waitMs;
    return waitMs;
  };
  for (let failure = 0; failure < 5; failure++) rests.push(restOfNear());
  choice.worked(near);
  rests.push(restOfNear());
  assert.deepEqual(rests, [100, 200, 400, 400, 400, 100]);
});

test('connections that break together count as one failure', () => {
  const { choice } = choose();
  for (let connection = 0; connection < 4; connection++) choice.failed(near);
  assert.deepEqual(
    choice.next((source) => source === far),
    { waitMs: 100 },
  );
});

test('chance shortens a rest to half at most, so that many machines do not come back at once', () => {
  const { choice } = choose(0);
  choice.failed(near);
  assert.deepEqual(
    choice.next((source) => source === far),
    { waitMs: 50 },
  );
});

test('when every source rests, the shortest rest is told; when every one is out, nothing', () => {
  const { clock, choice } = choose();
  choice.failed(near);
  clock.ms = 30;
  choice.failed(far);
  assert.deepEqual(choice.next(none), { waitMs: 70 });
  choice.exclude(near);
  assert.deepEqual(choice.next(none), { waitMs: 100 });
  assert.equal(
    choice.next(() => true),
    undefined,
  );
  choice.exclude(far);
  assert.equal(choice.next(none), undefined);
});
