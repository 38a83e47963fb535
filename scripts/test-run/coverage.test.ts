import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverage, idsOf, type ReportedTest } from './coverage.ts';

const documents = new Map([
  ['b_one', '# one\n- **BONE-01** text. Check: BONE-02.\n- **BONE-02** text\n- **BONE-03** text\n'],
  ['b_two', '- **BTWO-01** [BETTER] text\n- **BTWO-02** text\n'],
]);
const reported = (outcome: ReportedTest['outcome'], ...path: string[]): ReportedTest => ({
  file: 'x',
  path,
  outcome,
});

test('ids are read at the start of a name only, several with commas', () => {
  assert.deepEqual(idsOf('BPKG-05, BPKG-06: the rule'), ['BPKG-05', 'BPKG-06']);
  assert.deepEqual(idsOf('the rule of BPKG-05: kept'), []);
  assert.deepEqual(idsOf('BPKG-05 without a colon'), []);
});

test('a requirement counts with a passing test and without a failing one', () => {
  const { areas, unknown } = coverage(documents, [
    reported('passed', 'BONE-01, BTWO-01: a'),
    reported('failed', 'BTWO-01: b'),
    reported('skipped', 'BONE-03: c'),
    reported('passed', 'BTWO-02: a suite', 'a test in it'),
    reported('passed', 'BXXX-99: a slip'),
  ]);
  assert.deepEqual(areas, [
    { area: 'b_one', covered: ['BONE-01'], failing: [], skipped: ['BONE-03'], missing: ['BONE-02'] },
    { area: 'b_two', covered: ['BTWO-02'], failing: ['BTWO-01'], skipped: [], missing: [] },
  ]);
  assert.deepEqual(unknown, ['BXXX-99']);
});
