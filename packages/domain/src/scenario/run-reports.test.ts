import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aStepResult } from '@tenkai/testkit/builders.ts';
import { next } from './run-state.ts';
import {
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
import { newRun } from './run-transition.ts';

test('BPKG-35, BSCN-40: complete means verified: exit 0 without detection ends failed', () => {
  const result = aStepResult(0, {
    detection: [{ rule: { kind: 'file', path: '/x' }, isDetected: false, found: 'no such file' }],
  });
  const state = walk(
    newRun([install], 0),
    release,
    received,
    started,
    report({ kind: 'step-finished', result }),
    finished(),
  );
  assert.equal(state.status, 'failed');
  assert.equal(state.reason?.code, 'not-detected');
  assert.equal(state.steps[0]?.result?.outcome, 'failed');
});

test('BPKG-35: a success without any detection result is none', () => {
  const result = aStepResult(0, { detection: [] });
  const state = walk(
    newRun([install], 0),
    release,
    started,
    report({ kind: 'step-finished', result }),
    finished(),
  );
  assert.equal(state.status, 'failed');
});

test('an install that is gone after the last restart ends failed', () => {
  const gone = [{ index: 0, isDetected: false, found: 'not installed' }];
  assert.equal(
    walk(newRun([install], 0), release, started, done, finished(gone)).reason?.code,
    'not-detected',
  );
  assert.equal(walk(newRun([install], 0), release, started, done, finished([])).reason?.code, 'not-verified');
});

test('a run cannot succeed while a step has no result', () => {
  const state = walk(newRun([install, script], 0), release, started, done, finished());
  assert.equal(state.reason?.code, 'step-without-result');
});

test('the first result of a step stays, whatever is said of it later', () => {
  const failure = aStepResult(0, { outcome: 'failed', reason: { code: 'exit-code', params: {} } });
  const state = walk(
    newRun([install], 0),
    release,
    started,
    report({ kind: 'step-finished', result: failure }),
  );
  const later = walk(state, done, started);
  assert.deepEqual(later.steps, state.steps);
  assert.equal(walk(later, finished()).status, 'failed');
});

test('what is said of another attempt, or after the end, changes nothing', () => {
  const running = walk(newRun([install], 0), release, started);
  for (const attempt of [0, 2]) {
    const event = report({ kind: 'step-finished', result: aStepResult(0) }, attempt);
    assert.deepEqual(next(running, event), { state: running, effects: [] });
  }
  const succeeded = walk(running, done, finished());
  assert.equal(succeeded.status, 'succeeded');
  for (const event of [failed, report({ kind: 'cancelled' }), received])
    assert.deepEqual(next(succeeded, event), { state: succeeded, effects: [] });
});

test('a failed step that may fail does not end the run', () => {
  const tolerant = { ...script, continueOnError: true };
  const result = aStepResult(0, {
    outcome: 'failed',
    detection: [],
    reason: { code: 'exit-code', params: {} },
  });
  const state = walk(
    newRun([tolerant], 0),
    release,
    started,
    report({ kind: 'step-finished', result }),
    finished([]),
  );
  assert.equal(state.status, 'succeeded');
});

test('BSCN-41: a package whose condition does not hold is not applicable, not an error', () => {
  const result = aStepResult(0, {
    outcome: 'skipped',
    detection: [],
    reason: { code: 'condition-not-met', params: {} },
  });
  const state = walk(
    newRun([install], 0),
    release,
    started,
    report({ kind: 'step-finished', result }),
    finished([]),
  );
  assert.equal(state.status, 'not-applicable');
  assert.equal(state.isInError, false);
});
