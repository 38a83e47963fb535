import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOrderLane } from './order-lane.ts';

const machines = (count: number) => Array.from({ length: count }, (_, n) => `m${n}`);
const ordersOf = (ids: readonly string[]) => new Map(ids.map((id) => [id, [`order of ${id}`]]));

test('machines that ask at the same moment are answered some at a time, in order, with turns of the loop between', async () => {
  const groups: number[] = [];
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const turnsAt: number[] = [];
  const ask = createOrderLane(async (ids) => {
    groups.push(ids.length);
    turnsAt.push(turns);
    return ordersOf(ids);
  });
  const answers = await Promise.all(machines(100).map(ask));
  isOver = true;
  assert.deepEqual(
    answers,
    machines(100).map((id) => [`order of ${id}`]),
  );
  assert.deepEqual(groups, [25, 25, 25, 25]);
  assert.deepEqual([...new Set(turnsAt)], turnsAt, 'no two groups in one turn');
});

test('a machine that asks twice is looked up once and answered twice; one without orders has none', async () => {
  const asked: (readonly string[])[] = [];
  const ask = createOrderLane(async (ids) => {
    asked.push(ids);
    return ordersOf(['a']);
  });
  assert.deepEqual(await Promise.all(['a', 'b', 'a'].map(ask)), [['order of a'], [], ['order of a']]);
  assert.deepEqual(asked, [['a', 'b']]);
});

test('a machine whose orders cannot be read keeps nobody else from their own, now and later', async () => {
  const ask = createOrderLane(async (ids) => {
    if (ids.includes('b')) throw new Error('broken row');
    return ordersOf(ids);
  });
  const answers = await Promise.allSettled(['a', 'b', 'c'].map(ask));
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(await ask('d'), ['order of d']);
});
