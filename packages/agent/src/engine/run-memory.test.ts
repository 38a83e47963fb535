import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aStepResult } from '@tenkai/testkit/builders.ts';
import type { JournalEntry } from './journal-entry.ts';
import { remember } from './run-memory.ts';

function finished(index: number, outcome: 'succeeded' | 'failed' | 'skipped'): JournalEntry {
  return {
    event: 'step-finished',
    index,
    at: 1,
    result: aStepResult(index, { outcome }),
    wantsRestart: false,
    hasActed: outcome !== 'skipped',
  } as JournalEntry;
}

test('BPKG-32: a package that was there already asks for no restart, whatever came before it', () => {
  const memory = remember([finished(0, 'succeeded'), finished(1, 'skipped')]);
  assert.equal(memory.outcomeBefore, 'skipped');
  assert.equal(remember([finished(0, 'skipped'), finished(1, 'succeeded')]).outcomeBefore, 'succeeded');
  assert.equal(remember([]).outcomeBefore, null);
});

test('a skipped step leaves the outcome before it to the conditions of a scenario', () => {
  assert.equal(remember([finished(0, 'failed'), finished(1, 'skipped')]).previousOutcome, 'failed');
  assert.equal(remember([finished(0, 'skipped')]).previousOutcome, null);
});

const started = (index: number, at: number, bootId: string, tries = 1) =>
  ({ event: 'step-started', index, at, bootId, tries }) as JournalEntry;
const restarting = (index: number) =>
  ({ event: 'restarting', index, at: 1, bootId: 'boot-1' }) as JournalEntry;

function asking(index: number): JournalEntry {
  return { ...finished(index, 'succeeded'), wantsRestart: true } as JournalEntry;
}

test('BPKG-33: the wish for a restart stays until a restart of the run has succeeded, and none is made twice', () => {
  const wishing = [asking(0), finished(1, 'succeeded')];
  assert.equal(remember(wishing).wantsRestart, true);
  const restarted = remember([...wishing, started(2, 5, 'boot-1'), restarting(2), finished(2, 'succeeded')]);
  assert.deepEqual([restarted.wantsRestart, restarted.hasActedSinceRestart], [false, false]);
  const failed = remember([...wishing, started(2, 5, 'boot-1'), restarting(2), finished(2, 'failed')]);
  assert.deepEqual([failed.wantsRestart, failed.hasActedSinceRestart], [true, true]);
});

test('BAGT-15: a step that is begun again keeps the time of its first start', () => {
  const again = remember([started(0, 100, 'boot-1'), started(0, 900, 'boot-2', 2)]);
  assert.deepEqual(again.open, { index: 0, startedAt: 100, bootId: 'boot-2', tries: 2 });
  const other = remember([started(0, 100, 'boot-1'), finished(0, 'succeeded'), started(1, 900, 'boot-1')]);
  assert.equal(other.open?.startedAt, 900);
});
