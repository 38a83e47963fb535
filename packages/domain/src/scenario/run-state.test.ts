import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aStepResult } from '@tenkai/testkit/builders.ts';
import fc from 'fast-check';
import { isFinal } from './run-progress.ts';
import type { RunReported } from './run-reports.ts';
import { next, type RunEvent } from './run-state.ts';
import {
  at,
  done,
  failed,
  finished,
  install,
  received,
  release,
  report,
  script,
  started,
  walk,
} from './run-state-for-test.ts';
import { holdsSlot, newRun } from './run-transition.ts';

test('a run goes the whole road to succeeded', () => {
  const road: [RunEvent, string][] = [
    [release, 'waiting'],
    [received, 'delivering'],
    [report({ kind: 'moved', to: 'delivering' }), 'delivering'],
    [started, 'executing'],
    [report({ kind: 'power', to: 'restarting' }), 'restarting'],
    [report({ kind: 'moved', to: 'resumed' }), 'executing'],
    [done, 'executing'],
    [report({ kind: 'moved', to: 'verifying' }), 'verifying'],
    [finished(), 'succeeded'],
  ];
  let state = newRun([install], 0);
  for (const [event, status] of road) {
    state = next(state, event).state;
    assert.equal(state.status, status);
  }
  assert.equal(state.isReleased, false, 'its slot is free');
});

test('BSCN-36: a failure puts the machine into error until an operator clears it', () => {
  const state = walk(newRun([install], 0), release, received, failed);
  assert.equal(state.isInError, true);
  const cleared = walk(state, { kind: 'clear', at });
  assert.deepEqual([cleared.isInError, cleared.status], [false, 'failed']);
});

test('BSCN-37: automatic retries begin new attempts, then the failure stays', () => {
  const once = walk(newRun([install], 1), release, received, failed);
  assert.deepEqual([once.status, once.attempt, once.isInError], ['planned', 2, false]);
  assert.equal(walk(once, failed).attempt, 2, 'a late report of the first attempt changes nothing');
  const again: RunEvent = { ...failed, attempt: 2 } as RunEvent;
  const twice = walk(once, release, again);
  assert.deepEqual([twice.status, twice.attempt, twice.isInError], ['failed', 2, true]);
});

test('retry by hand is a new attempt, and only of what has ended without success', () => {
  const state = walk(newRun([install], 0), release, received, failed, { kind: 'retry', at });
  assert.deepEqual(
    [state.status, state.attempt, state.isInError, state.steps[0]?.result],
    ['planned', 2, false, null],
  );
  const good = walk(newRun([install], 0), release, started, done, finished());
  assert.equal(next(good, { kind: 'retry', at }).state, good);
});

test('BSCN-38: cancel ends a waiting run at once and tells a running machine', () => {
  assert.equal(walk(newRun([install], 0), release, { kind: 'cancel', at }).status, 'cancelled');
  const running = next(walk(newRun([install], 0), release, started), { kind: 'cancel', at });
  assert.deepEqual([running.state.status, running.state.isCancelRequested], ['executing', true]);
  assert.deepEqual(running.effects, [{ kind: 'nudge' }]);
  assert.equal(walk(running.state, report({ kind: 'cancelled' })).status, 'cancelled');
});

test('a cancelled run whose order was on its way is told to stop, and ends with the truth', () => {
  const cancelled = walk(newRun([install], 0), release, { kind: 'cancel', at });
  assert.equal(cancelled.status, 'cancelled');
  const late = next(cancelled, started);
  assert.deepEqual([late.state.status, late.state.isCancelRequested], ['executing', true]);
  assert.deepEqual(late.effects.at(-1), { kind: 'nudge' });
  assert.equal(walk(late.state, report({ kind: 'cancelled' })).status, 'cancelled');
  assert.equal(walk(late.state, done, finished()).status, 'succeeded', 'it was faster than the cancellation');
});

test('BSRV-16: a machine that does not fetch its order gives its slot back and is asked again later', () => {
  const released = walk(newRun([install], 0), release);
  assert.equal(walk(released, { kind: 'tick', at: (released.deadlineAt ?? 0) - 1 }).isReleased, true);
  const back = walk(released, { kind: 'tick', at: released.deadlineAt ?? 0 });
  assert.deepEqual([back.status, back.isReleased, back.deadlineAt], ['waiting', false, null]);
  assert.ok(back.waitsUntil !== null && back.waitsUntil > (released.deadlineAt ?? 0));
  assert.equal(walk(back, started).isReleased, true, 'it had fetched it after all');
});

test('BSRV-27: a silent machine does not keep a run for ever, and its late word still counts', () => {
  const running = walk(newRun([install], 0), release, received, started);
  assert.equal(walk(running, { kind: 'tick', at: (running.deadlineAt ?? 0) - 1 }).status, 'executing');
  const late = walk(running, { kind: 'tick', at: running.deadlineAt ?? 0 });
  assert.deepEqual([late.status, late.reason?.code, late.isInError], ['failed', 'timed-out', true]);
  const truth = walk(late, done, finished());
  assert.deepEqual([truth.status, truth.isInError], ['succeeded', false]);
});

test('BSRV-16: a machine that goes off in the middle gives its slot to others, and goes on when it is back', () => {
  const off: RunEvent = { kind: 'machine-off', at };
  const delivering = walk(newRun([install], 0), release, received);
  const executing = walk(delivering, started);
  const restarting = walk(delivering, report({ kind: 'power', to: 'restarting' }));
  for (const run of [delivering, executing, restarting]) {
    assert.equal(holdsSlot(run), true);
    const silent = walk(run, off);
    assert.deepEqual(
      [silent.status, silent.reason?.code, silent.isReleased, holdsSlot(silent)],
      ['waiting', 'machine-off-meanwhile', true, false],
    );
    assert.deepEqual(next(silent, off), { state: silent, effects: [] }, 'it is told once');
    const back = walk(silent, report({ kind: 'moved', to: 'delivering' }));
    assert.deepEqual(
      [back.status, back.reason, holdsSlot(back)],
      [run.stepIndex === null ? 'delivering' : 'executing', null, true],
    );
    assert.equal(walk(silent, started, done, finished()).status, 'succeeded');
  }
  assert.equal(walk(delivering, off).deadlineAt, null, 'nothing is lost by waiting with the delivery');
  assert.equal(walk(executing, off).deadlineAt, executing.deadlineAt, 'a change that did not end is told');
  const unfetched = walk(newRun([install], 0), release);
  assert.equal(next(unfetched, off).state, unfetched, 'that it was not fetched is seen by its own limit');
  for (const run of [delivering, executing]) {
    const back = walk(run, off, { kind: 'machine-back', at: at + 1000 });
    assert.deepEqual([back.status, back.isSilent, holdsSlot(back)], [run.status, false, true]);
    assert.ok((back.deadlineAt ?? 0) > at + 1000, 'what hangs after that ends some time');
    assert.deepEqual(next(back, { kind: 'machine-back', at }), { state: back, effects: [] });
  }
  const cancelled = walk(delivering, off, { kind: 'cancel', at });
  const ended = walk(cancelled, { kind: 'tick', at: cancelled.deadlineAt ?? 0 });
  assert.equal(ended.status, 'cancelled');
  const speaks = next(ended, report({ kind: 'moved', to: 'delivering' }));
  assert.deepEqual(
    [speaks.state.isCancelRequested, speaks.state.isReleased, speaks.effects],
    [true, true, [{ kind: 'nudge' }]],
    'it is told to stop when it is back',
  );
});

test('a held run shows why and until when, and a released one is not held again', () => {
  const reason = { code: 'window-closed', params: {} };
  const held = walk(newRun([install], 0), { kind: 'hold', reason, until: 5000, at });
  assert.deepEqual([held.status, held.reason, held.waitsUntil], ['waiting', reason, 5000]);
  const released = walk(held, release);
  assert.equal(
    walk(released, { kind: 'hold', reason, until: 1, at }).reason?.code,
    'machine-has-not-fetched',
  );
});

const anyReported = fc.oneof<fc.Arbitrary<RunReported>[]>(
  fc
    .constantFrom('received', 'delivering', 'executing', 'resumed', 'verifying')
    .map((to) => ({ kind: 'moved' as const, to: to as 'received' })),
  fc.constantFrom<RunReported>(
    { kind: 'power', to: 'restarting' },
    { kind: 'staged' },
    { kind: 'cancelled' },
    { kind: 'refused', reason: { code: 'x', params: {} } },
  ),
  fc.nat(3).map((index) => ({ kind: 'step-started' as const, index })),
  fc
    .tuple(fc.nat(3), fc.constantFrom('succeeded', 'failed', 'skipped'), fc.boolean())
    .map(([index, outcome, isDetected]) => ({
      kind: 'step-finished' as const,
      result: aStepResult(index, {
        outcome: outcome as 'succeeded',
        detection: [{ rule: { kind: 'file', path: '/x' }, isDetected, found: '' }],
      }),
    })),
  fc
    .tuple(
      fc.boolean(),
      fc.array(fc.record({ index: fc.nat(3), isDetected: fc.boolean(), found: fc.constant('') }), {
        maxLength: 4,
      }),
    )
    .map(([succeeded, verified]) => ({ kind: 'finished' as const, succeeded, reason: null, verified })),
);
const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.constantFrom<RunEvent>(
    release,
    { kind: 'cancel', at },
    { kind: 'machine-started', at },
    { kind: 'machine-off', at },
    { kind: 'machine-back', at },
    { kind: 'retry', at },
    { kind: 'clear', at },
    { kind: 'hold', reason: { code: 'y', params: {} }, until: null, at },
  ),
  fc.nat(10_000_000_000).map((time): RunEvent => ({ kind: 'tick', at: time })),
  fc.tuple(anyReported, fc.integer({ min: 1, max: 3 })).map(([one, attempt]) => report(one, attempt)),
);

test('property: whatever happens, results never change, success is verified, and every event twice is as once', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), fc.nat(2), (events, retries) => {
      let state = newRun([install, { ...script, continueOnError: true }], retries);
      for (const event of events) {
        const after = next(state, event).state;
        assert.ok(after.attempt >= state.attempt);
        if (after.attempt === state.attempt) {
          for (const [index, step] of state.steps.entries())
            if (step.result) assert.equal(after.steps[index]?.result, step.result, 'a result never changes');
        }
        if (after.status === 'succeeded') {
          const first = after.steps[0]?.result;
          assert.ok(
            first?.outcome !== 'failed' &&
              first?.detection.every((one) => one.isDetected || first.outcome === 'skipped'),
          );
        }
        if (isFinal(after.status))
          assert.deepEqual([after.isReleased, after.isStaged], [false, false], 'a final run holds nothing');
        if (after.isSilent) assert.deepEqual([after.status, after.isReleased], ['waiting', true]);
        if (after.isStaged) assert.equal(after.status, 'waiting', 'what is staged waits');
        if (event.kind === 'report') {
          const twice = next(after, event).state;
          assert.equal(isFinal(twice.status) && !isFinal(after.status), false);
        }
        state = after;
      }
    }),
    { numRuns: 300 },
  );
});
