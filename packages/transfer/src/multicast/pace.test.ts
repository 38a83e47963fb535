import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carry } from './line-for-test.ts';
import { createPace } from './pace.ts';

const MB = 1_000_000;
const FAST = 2000 * MB;
const run = (line: Parameters<typeof carry>[1], ms: number) => carry(createPace({ now: 0 }), line, ms);

for (const [megabytes, queueMs, mostLost] of [
  [3, 50, 0.02],
  [12, 20, 0.02],
  [25, 10, 0.02],
  [25, 50, 0.02],
  [25, 200, 0.02],
  [25, 600, 0.04],
  [110, 5, 0.02],
  [110, 50, 0.02],
] as const)
  test(`a line of ${megabytes} MB/s with a queue of ${queueMs} ms is kept full, and little is lost`, () => {
    const { lost, used } = run({ bytesPerSecond: megabytes * MB, queueMs }, 20_000);
    assert.ok(lost < mostLost, `${lost} lost`);
    assert.ok(used > 0.98, `${used} of the line`);
  });

for (const [processorMs, least] of [
  [5, 0.85],
  [2, 0.7],
] as const)
  test(`so it is by a sender that has a processor for ${processorMs} of 10 ms`, () => {
    const { lost, used } = run({ bytesPerSecond: 25 * MB, queueMs: 200, processorMs }, 20_000);
    assert.ok(lost < 0.015, `${lost} lost`);
    assert.ok(used > least, `${used} of the line`);
  });

for (const [loss, least] of [
  [0.01, 0.9],
  [0.05, 0.6],
  [0.1, 0.55],
  [0.3, 0.4],
] as const)
  test(`a line that loses ${loss} at any rate is not taken for a full one`, () => {
    const { used: lossFree } = run({ bytesPerSecond: FAST, queueMs: 50 }, 1500);
    const { used } = run({ bytesPerSecond: FAST, queueMs: 50, loss }, 1500);
    assert.ok(used > lossFree * least, `${used / lossFree} of what goes without losses`);
  });

test('a full line that loses a hundredth by itself is found as well', () => {
  const { lost, used } = run({ bytesPerSecond: 25 * MB, queueMs: 50, loss: 0.01 }, 20_000);
  assert.ok(lost < 0.03, `${lost} lost`);
  assert.ok(used > 0.96, `${used} of the line`);
});

test('a sender whose processor is busy half of the time still goes as fast as that allows', () => {
  const { used: alone } = run({ bytesPerSecond: FAST, queueMs: 50 }, 1500);
  const { used } = run({ bytesPerSecond: FAST, queueMs: 50, processorMs: 5 }, 1500);
  assert.ok(used > alone * 0.5, `${used / alone} of what goes with all of it`);
});

test('what a queue loses is no loss of the line, for which repairs would go out with the data', () => {
  const pace = createPace({ now: 0 });
  const heard = { from: 100, bytesPerSecond: 10 * MB };
  const sent = { next: 1000, bytesPerSecond: 12 * MB };
  assert.equal(pace.adapt({ ...heard, loss: 0.01 }, sent), 0.01);
  assert.equal(pace.adapt({ ...heard, loss: 0.4 }, sent), undefined);
  const cutTo = pace.bytesPerSecond();
  assert.ok(cutTo < 10 * MB, `${cutTo}: below what arrives`);
  assert.equal(pace.adapt({ ...heard, from: 999, loss: 0.4 }, sent), undefined, 'sent before the cut');
  assert.equal(pace.bytesPerSecond(), cutTo);
  assert.equal(pace.adapt({ ...heard, from: 1000, loss: 0.02 }, sent), 0.02, 'sent after it');
});

test('a line that is away for a moment is not cut, a full one at once, however much it loses', () => {
  const sent = { next: 1000, bytesPerSecond: 12 * MB };
  for (const [arrived, isCut] of [
    [12 * MB, true],
    [2 * MB, false],
  ] as const) {
    const pace = createPace({ now: 0 });
    pace.adapt({ from: 0, loss: 0, bytesPerSecond: 12 * MB }, sent);
    const before = pace.bytesPerSecond();
    const away = { from: 500, loss: 0.6, bytesPerSecond: arrived };
    pace.adapt(away, sent);
    assert.equal(pace.bytesPerSecond() < before, isCut, `${arrived} arrived`);
    pace.adapt(away, sent);
    assert.ok(pace.bytesPerSecond() < before, 'believed when seen twice');
  }
});
