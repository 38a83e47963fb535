import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allTruth, anyTruth, notTruth, type Truth } from './truth.ts';

test('unknown is neither yes nor no, and decides nothing that another answer decides', () => {
  const rows: [Truth, Truth, Truth, Truth][] = [
    ['yes', 'yes', 'yes', 'yes'],
    ['yes', 'no', 'no', 'yes'],
    ['no', 'no', 'no', 'no'],
    ['yes', 'unknown', 'unknown', 'yes'],
    ['no', 'unknown', 'no', 'unknown'],
    ['unknown', 'unknown', 'unknown', 'unknown'],
  ];
  for (const [a, b, all, any] of rows) {
    assert.deepEqual([allTruth([a, b]), allTruth([b, a])], [all, all], `${a} ${b}`);
    assert.deepEqual([anyTruth([a, b]), anyTruth([b, a])], [any, any], `${a} ${b}`);
  }
  assert.deepEqual((['yes', 'no', 'unknown'] as const).map(notTruth), ['no', 'yes', 'unknown']);
  assert.deepEqual([allTruth([]), anyTruth([])], ['yes', 'no']);
});
