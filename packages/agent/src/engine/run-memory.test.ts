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
