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
  return { clock, nudged, held: holdNudges(channel, clock) };
}

test('nudges of a round go out together, each machine once', () => {
  const { held, nudged } = scene();
  for (const machineId of ['a', 'b', 'a']) held.channel.nudge(machineId);
  assert.deepEqual(nudged, []);
  held.send();
  assert.deepEqual(nudged, ['a', 'b']);
  held.send();
  assert.deepEqual(nudged, ['a', 'b']);
});

test('in a long round no machine waits longer than three seconds, whichever way the clock is put', () => {
  for (const passed of [3000, -3000]) {
    const { held, nudged, clock } = scene();
    held.channel.nudge('a');
    clock.advance(passed);
    held.channel.nudge('b');
    assert.deepEqual(nudged, ['a', 'b'], `${passed} ms`);
    held.channel.nudge('c');
    assert.deepEqual(nudged, ['a', 'b'], 'the time begins anew');
  }
});
