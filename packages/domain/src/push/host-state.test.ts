import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type HostEvent,
  type HostState,
  hostStates,
  needsSecret,
  nextHostState,
  pushStateOf,
} from './host-state.ts';

/** From where, by what, to where; `-`: it cannot happen. */
const rows: readonly [HostState, HostEvent, HostState | '-'][] = [
  ['waiting', 'begin', 'checking-key'],
  ['waiting', 'copy', '-'],
  ['waiting', 'cancel', 'cancelled'],
  ['checking-key', 'ask-key', 'awaiting-approval'],
  ['checking-key', 'connect', 'connecting'],
  ['checking-key', 'install', '-'],
  ['awaiting-approval', 'approve', 'waiting'],
  ['awaiting-approval', 'connect', '-'],
  ['awaiting-approval', 'resume', 'awaiting-approval'],
  ['awaiting-approval', 'lose-secret', 'interrupted'],
  ['connecting', 'copy', 'copying'],
  ['connecting', 'finish', 'done'],
  ['copying', 'connect', 'connecting'],
  ['copying', 'install', 'installing'],
  ['copying', 'cancel', 'cancelled'],
  ['copying', 'lose-secret', 'interrupted'],
  ['installing', 'installed', 'enrolling'],
  ['installing', 'cancel', '-'],
  ['installing', 'resume', 'waiting'],
  ['enrolling', 'lose-secret', 'enrolling'],
  ['enrolling', 'cancel', '-'],
  ['enrolling', 'finish', 'done'],
  ['enrolling', 'fail', 'failed'],
  ['failed', 'retry', 'waiting'],
  ['cancelled', 'retry', 'waiting'],
  ['interrupted', 'retry', 'waiting'],
  ['interrupted', 'begin', '-'],
  ['done', 'retry', '-'],
  ['done', 'cancel', '-'],
];

describe('where a machine of a push stands after', () => {
  for (const [from, event, to] of rows)
    test(`${from}: ${event}`, () => assert.equal(nextHostState(from, event) ?? '-', to));
  test('nothing leaves a secret in memory for a machine that needs none', () =>
    assert.deepEqual(hostStates.filter(needsSecret), [
      'waiting',
      'checking-key',
      'awaiting-approval',
      'connecting',
      'copying',
      'installing',
    ]));
});

describe('what is said of a push first', () => {
  const cases: readonly [Parameters<typeof pushStateOf>[0], string][] = [
    [{ 'awaiting-approval': 1, installing: 3, failed: 1 }, 'awaiting-approval'],
    [{ enrolling: 1, failed: 2 }, 'running'],
    [{ interrupted: 1, failed: 2, done: 5 }, 'interrupted'],
    [{ failed: 1, done: 5, cancelled: 1 }, 'failed'],
    [{ done: 5, cancelled: 1 }, 'cancelled'],
    [{ done: 5, failed: 0 }, 'done'],
  ];
  for (const [counts, state] of cases)
    test(JSON.stringify(counts), () => assert.equal(pushStateOf(counts), state));
});
