import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hearInstance, type KeyInUse, keyInUseWindowMs } from './key-in-use.ts';

const minute = 60_000;

/** Says after how many contacts the key counts as shared; 0: never. */
function judge(contacts: Iterable<readonly [instance: string, at: number]>): number {
  let known: KeyInUse | undefined;
  let count = 0;
  for (const [instance, at] of contacts) {
    count += 1;
    const { now, isShared } = hearInstance(known, instance, at);
    if (isShared) return count;
    known = now;
  }
  return 0;
}

const evenly = (instances: readonly string[], everyMs: number) =>
  instances.map((instance, index) => [instance, index * everyMs] as const);
const times = <T>(count: number, make: (index: number) => readonly T[]) =>
  Array.from({ length: count }, (_, index) => make(index)).flat();

const oneMachine: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  'a machine that reconnects, or changes its network, a thousand times': evenly(
    times(1000, () => ['a']),
    1000,
  ),
  'an agent that crashes as soon as it has spoken': evenly(
    times(500, (index) => [`boot-${index}`]),
    1000,
  ),
  'restarts whose last words come after the first ones of the next': evenly(
    times(300, (index) => [`b${index + 1}`, `b${index}`, `b${index + 1}`]),
    500,
  ),
  'a snapshot with its memory to which a machine goes back all the time, restarting in between': evenly(
    times(200, (index) => ['snapshot', `boot-${index}`]),
    1000,
  ),
  'the same, and last words that come late': evenly(
    times(200, (index) => ['snapshot', `boot-${index}`, 'snapshot', `boot-${index}`]),
    1000,
  ),
  'two snapshots with their memory, in turn, every two minutes for a day': evenly(
    times(360, () => ['one', 'two']),
    2 * minute,
  ),
};

for (const [what, contacts] of Object.entries(oneMachine))
  test(`MASTER-20 one machine, never two: ${what}`, () => {
    assert.equal(judge(contacts), 0);
  });

test('MASTER-20 two agents that live at once are told from one, however seldom they speak between sockets and once a minute', () => {
  for (const everyMs of [1, 500, 10_000, minute])
    assert.equal(
      judge(
        evenly(
          times(50, () => ['original', 'copy']),
          everyMs,
        ),
      ),
      10,
      String(everyMs),
    );
});

test('MASTER-20 copies that restart, and images on a hundred machines, are told, too', () => {
  const restarting = times(3, (boot) => times(6, () => [`original-${boot}`, `copy-${boot}`]));
  assert.ok(judge(evenly(restarting, 1000)) > 0);
  let seed = 1;
  const draw = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const many = times(5000, () => [`copy-${draw(100)}`]);
  assert.ok(judge(evenly(many, 50)) > 0);
});

test('what an agent said longer ago than the window is no sign', () => {
  const slowly = times(50, () => ['original', 'copy']);
  assert.equal(judge(evenly(slowly, keyInUseWindowMs)), 0);
});

test('the memory of a machine stays small', () => {
  let known: KeyInUse | undefined;
  for (let index = 0; index < 5000; index += 1) known = hearInstance(known, `boot-${index}`, index).now;
  assert.ok((known?.heard.size ?? 0) <= 34);
});
