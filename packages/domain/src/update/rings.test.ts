import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultUpdatePolicy } from './policy.ts';
import { judgeRing, type RingCounts, type RingQuestion, ringOf } from './rings.ts';

const minute = 60_000;
const nowMs = 1_000_000_000;
const policy = {
  ...defaultUpdatePolicy,
  rings: [{ collectionId: 'pilot', successPercent: 90, soakMinutes: 60 }],
  failureLimitPercent: 20,
  failureSample: 10,
};

function judged(counts: Partial<RingCounts>, over: Partial<RingQuestion> = {}): string {
  const all = { targets: 100, succeeded: 0, failed: 0, ...counts };
  return judgeRing({ openRing: 0, counts: all, enoughSince: null, nowMs, ...over }, policy).kind;
}

const table: [string, Partial<RingCounts>, Partial<RingQuestion>, string][] = [
  [
    'BAUT-25: two failures of the first ten are the limit, not over it',
    { succeeded: 8, failed: 2 },
    {},
    'stay',
  ],
  ['BAUT-25: three failures of the first ten halt', { succeeded: 7, failed: 3 }, {}, 'halt'],
  ['BAUT-25: before ten have ended, no failure halts', { succeeded: 0, failed: 9 }, {}, 'stay'],
  [
    'BAUT-25: a ring of three halts when all three have ended',
    { targets: 3, succeeded: 2, failed: 1 },
    {},
    'halt',
  ],
  ['BAUT-25: too many failures halt the last ring, too', { failed: 10 }, { openRing: 1 }, 'halt'],
  ['89 of 100 are not enough', { succeeded: 89 }, {}, 'stay'],
  ['90 of 100 are enough, and must prove themselves', { succeeded: 90 }, {}, 'soak'],
  ['one minute before the hour is over', { succeeded: 90 }, { enoughSince: nowMs - 59 * minute }, 'soak'],
  ['after the hour', { succeeded: 90 }, { enoughSince: nowMs - 60 * minute }, 'advance'],
  ['a ring in which nobody is to have it is passed', { targets: 0 }, {}, 'advance'],
  ['after the last ring nothing follows', { succeeded: 100 }, { openRing: 1 }, 'stay'],
];
for (const [title, counts, question, kind] of table)
  test(title, () => assert.equal(judged(counts, question), kind));

test('a soak tells since when and until when', () => {
  const counts = { targets: 10, succeeded: 9, failed: 0 };
  assert.deepEqual(judgeRing({ openRing: 0, counts, enoughSince: null, nowMs }, policy), {
    kind: 'soak',
    enoughSince: nowMs,
    until: nowMs + 60 * minute,
  });
});

test('a machine belongs to the first ring that holds it; in none it comes last', () => {
  const rings = [policy.rings[0], { collectionId: 'floor', successPercent: 50, soakMinutes: 0 }].flatMap(
    (ring) => ring ?? [],
  );
  assert.equal(ringOf({ rings }, new Set(['floor', 'pilot'])), 0);
  assert.equal(ringOf({ rings }, new Set(['floor'])), 1);
  assert.equal(ringOf({ rings }, new Set(['other'])), 2);
  assert.equal(ringOf({ rings: rings.map((ring) => ({ ...ring, collectionId: 'all' })) }, new Set()), 0);
});
