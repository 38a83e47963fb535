import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAgentChannel } from './agent-channel.ts';
import { createMetrics } from './metrics.ts';

function createBook() {
  const channel = createAgentChannel({ metrics: createMetrics() });
  const said: string[] = [];
  const front = (name: string) => ({
    nudge: (id: string) => void said.push(`${name} nudge ${id}`),
    drop: (id: string, why: string) => void said.push(`${name} drop ${id} ${why}`),
  });
  channel.onPresence((id, isOnline) => void said.push(`${id} ${isOnline ? 'on' : 'off'}`));
  return { channel, said, a: front('a'), b: front('b') };
}

test('what a front says late of a machine that moved on is no news', () => {
  const { channel, said, a, b } = createBook();
  channel.appeared('m1', a);
  channel.appeared('m1', a);
  channel.appeared('m1', b);
  channel.gone('m1', a);
  channel.lost(a);
  assert.equal(channel.isOnline('m1'), true);
  assert.equal(channel.nudge('m1'), true);
  channel.drop('m1');
  assert.deepEqual(said, ['m1 on', 'a drop m1 replaced', 'b nudge m1', 'b drop m1 dropped']);
});

test('a front that is lost takes all its machines with it, and no others', () => {
  const { channel, said, a, b } = createBook();
  for (const id of ['m1', 'm2']) channel.appeared(id, a);
  channel.appeared('m3', b);
  channel.lost(a);
  assert.deepEqual([channel.online(), said.slice(3)], [['m3'], ['m1 off', 'm2 off']]);
});

test('a nudge is heard by features also for machines that are away', () => {
  const { channel, said } = createBook();
  channel.onNudge((id) => void said.push(`heard ${id}`));
  assert.equal(channel.nudge('m1'), false);
  channel.drop('m1');
  assert.deepEqual(said, ['heard m1']);
});
