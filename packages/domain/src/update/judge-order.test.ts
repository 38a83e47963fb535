/** Which package goes first: levels on the way, standalone ones, windows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SoftwarePackage } from '../software/software-package.ts';
import { judge, now, one, pair, told } from './judge-for-test.ts';
import type { UpdatePolicy } from './policy.ts';

const closedWindow = {
  id: 'w',
  name: 'night',
  schedule: {
    kind: 'recurring',
    rule: { every: 'day', interval: 1, at: '01:00' },
    timeZone: 'UTC',
    startsAt: '2026-01-01T00:00:00Z',
  },
  durationMinutes: 180,
} as const;

test('BAUT-10, BAUT-13: the latest alone is the goal, a level on the way to it goes first', () => {
  const first = one('v1');
  const second = one('v2', { supersedes: ['v1'] });
  const third = one('v3', { supersedes: ['v2'], requires: [{ anyOf: ['v1'] }] });
  assert.deepEqual(told({ packages: [first, second] }), {
    rows: ['v1 not-applicable update-superseded', 'v2 delivering'],
    order: 'v2 for v2 in-window',
  });
  assert.deepEqual(told({ packages: [first, third] }), {
    rows: ['v1 delivering', 'v3 delivering update-before'],
    order: 'v1 for v1 in-window',
  });
});

test('a later level that is stopped does not keep the machine from an earlier one', () => {
  const packages = [one('v1'), one('v2', { supersedes: ['v1'] })];
  const held = { code: 'update-halted', params: { failed: 2, ended: 3, ring: 1 } };
  assert.deepEqual(told({ packages, releases: new Map([['v2', { registeredAt: 0, openRing: 0, held }]]) }), {
    rows: ['v1 delivering', 'v2 held update-halted'],
    order: 'v1 for v1 in-window',
  });
});

test('BAUT-19: one at a time, urgent ones first, standalone ones alone at the end', () => {
  const packages = [
    one('b', { standalone: true }),
    one('c'),
    one('a', { urgency: 'high' }),
    one('d', { standalone: true }),
  ];
  const verified = new Map<string, number>();
  const order: string[] = [];
  const pairs = new Map([['a', pair({ since: now - 86_400_000 })]]);
  for (let round = 0; round < 9; round++) {
    const next = judge({ packages, machine: { verified, pairs } }).order;
    if (!next) break;
    order.push(next.packageId);
    verified.set(next.packageId, 1);
  }
  assert.deepEqual(order, ['c', 'b', 'd', 'a']);
});

test('BAUT-20: what may be installed and not restarted, what waits as a whole, and what needs no window', () => {
  const windows = [closedWindow];
  const policy = { installWindows: 'ignore', restartWindows: 'respect' } as const;
  const variant = (
    software: SoftwarePackage,
    over: Partial<UpdatePolicy> = {},
    some: readonly (typeof closedWindow)[] = windows,
  ) =>
    judge({ packages: [software], machine: { windows: some }, policy: { ...policy, ...over } }).order
      ?.variant;
  assert.equal(variant(one('p')), 'restart-later');
  assert.equal(variant(one('p', { standalone: true })), 'in-window');
  assert.equal(variant(one('p', { type: 'service-pack', majorVersion: 1 })), 'in-window');
  assert.equal(variant(one('p'), {}, []), 'plain', 'without windows there is nothing to wait for');
  assert.equal(variant(one('p'), { restartWindows: 'ignore' }), 'plain');
  assert.equal(variant(one('p'), { installWindows: 'respect' }), 'in-window');
});
