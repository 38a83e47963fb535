import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareRpmVersions } from './rpm.ts';

/** Each row is in ascending order. Source: rpm-version(7). */
const ascending = [
  ['1.0~rc1', '1.0~rc1^git1', '1.0', '1.0^', '1.0^git1', '1.0^git2', '1.0.1', '1.1'],
  ['1.0^git1~pre', '1.0^git1', '1.01'],
  ['xyz', 'xyz.4', '8'],
  ['5.5p1', '5.5p2', '5.5p10', '5.6p1'],
  ['6.0', '6.0.rc1', '10.0001', '10.0039'],
  ['9', '10', '1:1', '2:0'],
  ['1.22', '1.22-1.el9', '1.22-2.el9', '1.22-2.el9_1', '1.22-10.el9'],
  ['5.14.0-70.el9', '5.14.0-427.13.1.el9_4', '5.14.0-503.el9'],
];
const equal = [
  ['1.0', '1_0'],
  ['1.0010', '1.10'],
  ['0:4.0', '4.0'],
  ['2_0', '2.0.'],
  ['1.0~rc1', '1.0~rc1'],
];

test('rpm versions stand in the order of rpm', () => {
  for (const row of ascending) {
    for (let low = 0; low < row.length; low += 1) {
      for (let high = 0; high < row.length; high += 1) {
        const expected = Math.sign(low - high);
        assert.equal(
          compareRpmVersions(row[low] ?? '', row[high] ?? ''),
          expected,
          `${row[low]} ? ${row[high]}`,
        );
      }
    }
  }
  for (const [a = '', b = ''] of equal) assert.equal(compareRpmVersions(a, b), 0, `${a} = ${b}`);
});

const version = fc.string({
  unit: fc.constantFrom('0', '1', '9', 'a', 'Z', '.', '_', '~', '^', '+'),
  maxLength: 8,
});

test('rpm order is a total order', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      assert.equal(compareRpmVersions(a, b) + compareRpmVersions(b, a), 0);
      const [x = '', y = '', z = ''] = [a, b, c].sort(compareRpmVersions);
      assert.ok(
        compareRpmVersions(x, y) <= 0 && compareRpmVersions(y, z) <= 0 && compareRpmVersions(x, z) <= 0,
      );
    }),
  );
});

const hasRpm = spawnSync('rpm', ['--version']).status === 0;

test('rpm itself agrees', { skip: hasRpm ? false : 'rpm is not installed' }, () => {
  const pairs = fc
    .sample(fc.tuple(version, version), { numRuns: 400, seed: 20 })
    .map(([a, b]) => [`1${a}`, `1${b}`] as const);
  const script = pairs.map(([a, b]) => `print(rpm.vercmp("${a}","${b}"))`).join(' ');
  const answer = spawnSync('rpm', ['--eval', `%{lua:${script}}`], { encoding: 'utf8', timeout: 20_000 });
  const orders = answer.stdout.match(/-?\d/g)?.map(Number);
  assert.deepEqual(
    orders,
    pairs.map(([a, b]) => compareRpmVersions(a, b)),
  );
});
