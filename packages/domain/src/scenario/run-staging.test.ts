import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aStepResult } from '@tenkai/testkit/builders.ts';
import type { RunReported } from './run-reports.ts';
import { next, type RunEvent } from './run-state.ts';
import { newRun, type RunState } from './run-transition.ts';

const install = { isInstall: true, continueOnError: false, mustBeDetected: true, timeoutMs: 1000 };
const at = 1000;
const day = 24 * 60 * 60_000;
const report = (reported: RunReported): RunEvent => ({ kind: 'report', attempt: 1, report: reported, at });
const moved = (to: 'received' | 'delivering' | 'delivered' | 'executing') => report({ kind: 'moved', to });
const release: RunEvent = { kind: 'release', at };
const staged = report({ kind: 'staged' });
const machineStarted: RunEvent = { kind: 'machine-started', at };
const done = report({ kind: 'step-finished', result: aStepResult(0) });
const verified = [{ index: 0, isDetected: true, found: '' }];
const finished = report({ kind: 'finished', succeeded: true, reason: null, verified });

function walk(...events: RunEvent[]): RunState {
  return events.reduce((state, event) => next(state, event).state, newRun([install], 0));
}
const delivered = [release, moved('received'), moved('delivering'), moved('delivered')];
const pick = ({ status, isReleased, isStaged, reason }: RunState) => [
  status,
  isReleased ? 'released' : 'free',
  isStaged ? 'staged' : 'not staged',
  reason?.code ?? null,
];

const table: [string, RunEvent[], ReturnType<typeof pick>][] = [
  ['BSCN-19: delivered, it waits and holds no slot', [staged], ['waiting', 'free', 'staged', 'next-start']],
  ['staged twice is as once', [staged, staged], ['waiting', 'free', 'staged', 'next-start']],
  [
    'a late word of the delivery changes nothing',
    [staged, moved('delivering')],
    ['waiting', 'free', 'staged', 'next-start'],
  ],
  [
    'nobody releases or holds it meanwhile',
    [staged, release, { kind: 'hold', reason: { code: 'x', params: {} }, until: 1, at }],
    ['waiting', 'free', 'staged', 'next-start'],
  ],
  [
    'it waits for weeks',
    [staged, { kind: 'tick', at: 90 * day }],
    ['waiting', 'free', 'staged', 'next-start'],
  ],
  [
    'BSCN-24: the machine has started, and its turn comes',
    [staged, machineStarted],
    ['waiting', 'released', 'staged', 'next-start-queued'],
  ],
  [
    'a machine that was set up anew stages it again',
    [staged, machineStarted, moved('received'), staged],
    ['waiting', 'free', 'staged', 'next-start'],
  ],
  [
    'a machine that has lost it does not keep it for ever',
    [staged, machineStarted, { kind: 'tick', at: at + day }],
    ['failed', 'free', 'not staged', 'timed-out'],
  ],
  [
    'its turn: it is in hand',
    [staged, machineStarted, moved('executing')],
    ['executing', 'released', 'not staged', null],
  ],
  [
    'its turn before the start was noticed',
    [staged, moved('executing')],
    ['executing', 'released', 'not staged', null],
  ],
  [
    'a late word that it is staged changes nothing then',
    [staged, moved('executing'), staged],
    ['executing', 'released', 'not staged', null],
  ],
  [
    'a start of the machine in the middle changes nothing',
    [staged, moved('executing'), machineStarted],
    ['executing', 'released', 'not staged', null],
  ],
  [
    'it ends like any other run',
    [staged, machineStarted, moved('executing'), done, finished],
    ['succeeded', 'free', 'not staged', null],
  ],
  [
    'BSCN-38: cancelled, it can be fetched again, so that the machine is told',
    [staged, { kind: 'cancel', at }],
    ['waiting', 'released', 'staged', 'next-start'],
  ],
  [
    'BSCN-38: cancelled while it was on its way, it stays within reach',
    [{ kind: 'cancel', at }, staged],
    ['waiting', 'released', 'staged', 'next-start'],
  ],
  [
    'BSCN-38: the machine has given it up',
    [staged, { kind: 'cancel', at }, report({ kind: 'cancelled' })],
    ['cancelled', 'free', 'not staged', 'cancelled'],
  ],
];

for (const [name, events, expected] of table)
  test(name, () => assert.deepEqual(pick(walk(...delivered, ...events)), expected));
