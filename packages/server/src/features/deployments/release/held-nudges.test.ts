import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAgentChannel } from '../../../kernel/agent-channel.ts';
import { createFakeClock } from '../../../kernel/clock.ts';
import { createMetrics } from '../../../kernel/metrics.ts';
import { holdNudges } from './held-nudges.ts';

function scene() {
  const channel = createAgentChannel({ metrics: createMetrics() });
  const nudged: string[] = [];
  channel.onNudge((machineId) => void nudged.push(machineId));
  const clock = createFakeClock();
  return { clock, channel, nudged, held: holdNudges(channel, clock) };
}

test('nudges of a round go out together, each machine once', async () => {
  const { held, nudged } = scene();
  for (const machineId of ['a', 'b', 'a']) held.channel.nudge(machineId);
  assert.deepEqual(nudged, []);
  await held.send();
  assert.deepEqual(nudged, ['a', 'b']);
  await held.send();
  assert.deepEqual(nudged, ['a', 'b']);
});

test('many machines are asked to come one after another, a few at once', async () => {
  for (const [count, withinMs] of [
    [100, 0],
    [101, 1],
    [10_000, 660],
    [100_000, 18_660],
    [400_000, 60_000],
  ] as const) {
    const { held, channel } = scene();
    const asked = new Set<number>();
    const front = { nudge: (_: string, within: number) => void asked.add(within), drop: () => {} };
    for (let index = 0; index < count; index += 1) {
      channel.appeared(`m${index}`, front);
      held.channel.nudge(`m${index}`);
    }
    await held.send();
    assert.deepEqual([...asked], [withinMs], `${count} machines`);
  }
});

test('in a long round no machine waits longer than ten seconds, whichever way the clock is put', () => {
  for (const passed of [10_000, -10_000]) {
    const { held, nudged, clock } = scene();
    held.channel.nudge('a');
    clock.advance(passed);
    held.channel.nudge('b');
    assert.deepEqual(nudged, ['a', 'b'], `${passed} ms`);
    held.channel.nudge('c');
    assert.deepEqual(nudged, ['a', 'b'], 'the time begins anew');
  }
});

test('the event loop has its turns while many nudges go out', async () => {
  const { held, channel, nudged } = scene();
  channel.onNudge(() => {
    // Longer than a slice.
    const until = performance.now() + 25;
    while (performance.now() < until);
  });
  for (const machineId of ['a', 'b', 'c', 'd']) held.channel.nudge(machineId);
  const sent = held.send();
  const seen: number[] = [];
  const look = () => {
    seen.push(nudged.length);
    if (nudged.length < 4) setImmediate(look);
  };
  setImmediate(look);
  await sent;
  assert.deepEqual(nudged, ['a', 'b', 'c', 'd']);
  assert.ok(seen.length > 2, `others had a turn after ${seen} nudges`);
  assert.ok((seen[0] ?? 4) < 4, 'before the last of them');
});
