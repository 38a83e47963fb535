import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../kernel/log.ts';
import { createReleaseLane, type LaneWork } from './release-lane.ts';

const log = createLog({ level: 'silent' as 'info', sink: { write: () => {} } });

test('what a round was about that failed is looked at again, with what came meanwhile', async () => {
  const rounds: LaneWork[] = [];
  const lane = createReleaseLane(log, async (work) => {
    rounds.push(work);
    if (rounds.length === 1) {
      lane.machine('b');
      throw new Error('the database is busy');
    }
  });
  lane.machine('a');
  lane.finished('d');
  lane.slots();
  await lane.idle();
  assert.equal(rounds.length, 2);
  assert.deepEqual(
    [rounds[1]?.machineIds, rounds[1]?.finishedIds, rounds[1]?.slots],
    [['a', 'b'], ['d'], true],
  );
});

test('work that fails again and again is let go, and what comes later is done', async () => {
  const seen: string[] = [];
  const lane = createReleaseLane(log, async ({ machineIds }) => {
    seen.push(machineIds.join(' '));
    if (machineIds.includes('bad')) throw new Error('a fault that stays');
  });
  lane.machine('bad');
  await lane.idle();
  assert.equal(seen.length, 6);
  lane.machine('good');
  await lane.idle();
  assert.equal(seen.at(-1), 'good');
});
