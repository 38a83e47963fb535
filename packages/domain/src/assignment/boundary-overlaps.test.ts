import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Boundary } from './boundary.ts';
import { boundaryOverlaps } from './boundary-overlaps.ts';

const made = (range: string): Boundary => ({
  ...{ name: range, range, siteCode: 'TK1', managementPoint: null, isForAssignment: true },
});
const told = (ranges: readonly string[]) =>
  [...boundaryOverlaps(ranges.map(made))].map(
    ([{ name }, overlaps]) =>
      `${name}: ${overlaps.map(({ boundary, kind }) => `${kind} ${boundary.name}`).join(', ')}`,
  );

test('SITE-16: boundaries that share addresses are named, with how they lie to each other', () => {
  assert.deepEqual(
    told([
      '10.0.0.0/8',
      '10.1.0.0/16',
      '10.1.255.0-10.2.0.9',
      '10.1.0.0-10.1.255.255',
      '192.0.2.0/24',
      '::/0',
    ]),
    [
      '10.0.0.0/8: holds 10.1.0.0/16, holds 10.1.255.0-10.2.0.9, holds 10.1.0.0-10.1.255.255',
      '10.1.0.0/16: within 10.0.0.0/8, crosses 10.1.255.0-10.2.0.9, same 10.1.0.0-10.1.255.255',
      '10.1.255.0-10.2.0.9: within 10.0.0.0/8, crosses 10.1.0.0/16, crosses 10.1.0.0-10.1.255.255',
      '10.1.0.0-10.1.255.255: within 10.0.0.0/8, same 10.1.0.0/16, crosses 10.1.255.0-10.2.0.9',
      '192.0.2.0/24: ',
      '::/0: ',
    ],
  );
});

const inverse = { same: 'same', within: 'holds', holds: 'within', crosses: 'crosses' } as const;

test('whatever the plan: an overlap is told from both sides, and where addresses are shared alone', () => {
  const end = fc.integer({ min: 0, max: 40 });
  const ranges = fc.array(fc.tuple(end, end), { maxLength: 12 });
  fc.assert(
    fc.property(ranges, (ends) => {
      const plan = ends.map(([a, b]) => made(`10.0.0.${Math.min(a, b)}-10.0.0.${Math.max(a, b)}`));
      const found = boundaryOverlaps(plan);
      for (const [index, one] of plan.entries())
        for (const [at, other] of plan.entries()) {
          if (index === at) continue;
          const kind = found.get(one)?.find(({ boundary }) => boundary === other)?.kind;
          const [[a = 0, b = 0], [c = 0, d = 0]] = [ends[index] ?? [], ends[at] ?? []];
          const isShared =
            Math.max(Math.min(a, b), Math.min(c, d)) <= Math.min(Math.max(a, b), Math.max(c, d));
          assert.equal(kind !== undefined, isShared);
          const back = found.get(other)?.find(({ boundary }) => boundary === one)?.kind;
          assert.equal(back, kind && inverse[kind]);
        }
    }),
  );
});
