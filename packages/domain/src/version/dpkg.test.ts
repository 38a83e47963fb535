import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareDpkgVersions } from './dpkg.ts';

/** Each row is in ascending order. Source: Debian Policy 5.6.12 and its examples. */
const ascending = [
  [
    '1.0~~',
    '1.0~~a',
    '1.0~',
    '1.0~rc1',
    '1.0',
    '1.0-1',
    '1.0-1+b1',
    '1.0-2',
    '1.0a',
    '1.0+b1',
    '1.0.1',
    '1.1',
  ],
  ['1-1', '1-~x-1', '1-1-1'],
  ['9', '10', '1:0', '1:1', '2:0.1', '10:0'],
  ['1.2.3~beta2-1', '1.2.3-0.1', '1.2.3-1~bpo12+1', '1.2.3-1', '1.2.3-1+deb12u1', '1.2.3-1+deb12u2'],
  ['1.18.0-6ubuntu14.4', '1.18.0-6ubuntu14.10', '1.22.1-9', '1.22.1-9+deb12u1'],
  ['20240101', '20240102', '99999999999999999999', '100000000000000000000'],
];
const equal = [
  ['1.0', '0:1.0'],
  ['1.0', '1.0-0'],
  ['1.01', '1.1'],
  ['1.', '1.0'],
  ['', '0'],
];

test('dpkg versions stand in the order of Debian policy', () => {
  for (const row of ascending) {
    for (let low = 0; low < row.length; low += 1) {
      for (let high = 0; high < row.length; high += 1) {
        const expected = Math.sign(low - high);
        assert.equal(
          compareDpkgVersions(row[low] ?? '', row[high] ?? ''),
          expected,
          `${row[low]} ? ${row[high]}`,
        );
      }
    }
  }
  for (const [a = '', b = ''] of equal) assert.equal(compareDpkgVersions(a, b), 0, `${a} = ${b}`);
});

const part = fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'Z', '.', '+', '~'), maxLength: 6 });
const version = fc
  .tuple(fc.option(fc.nat(2)), part, fc.option(fc.tuple(part, part)))
  .map(
    ([epoch, upstream, revision]) =>
      `${epoch === null ? '' : `${epoch}:`}1${upstream}${revision === null ? '' : `-${revision.join('-')}0`}`,
  );

test('dpkg order is a total order', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      assert.equal(compareDpkgVersions(a, a), 0);
      assert.equal(compareDpkgVersions(a, b) + compareDpkgVersions(b, a), 0);
      const [x = '', y = '', z = ''] = [a, b, c].sort(compareDpkgVersions);
      assert.ok(
        compareDpkgVersions(x, y) <= 0 && compareDpkgVersions(y, z) <= 0 && compareDpkgVersions(x, z) <= 0,
      );
    }),
  );
});

const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;

test('dpkg itself agrees', { skip: hasDpkg ? false : 'dpkg is not installed' }, () => {
  const pairs = fc.sample(fc.tuple(version, version), { numRuns: 150, seed: 20 });
  for (const [a, b] of pairs) {
    const order = compareDpkgVersions(a, b);
    const operator = order < 0 ? 'lt' : order > 0 ? 'gt' : 'eq';
    execFileSync('dpkg', ['--compare-versions', a, operator, b], { timeout: 10_000 });
  }
});
