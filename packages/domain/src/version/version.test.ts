import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions, type VersionScheme, versionHolds, versionSchemeOf } from './index.ts';

function assertAscending(scheme: VersionScheme, row: string[]): void {
  for (let low = 0; low < row.length; low += 1) {
    for (let high = 0; high < row.length; high += 1) {
      const expected = Math.sign(low - high);
      assert.equal(
        compareVersions(scheme, row[low] ?? '', row[high] ?? ''),
        expected,
        `${row[low]} ? ${row[high]}`,
      );
    }
  }
}

test('BPKG-20: major.minor compare as numbers, so that 10.0 is the latest', () => {
  const latestFirst = ['2.0', '10.0', '3.0', '3.1'].sort((a, b) => compareVersions('generic', b, a));
  assert.deepEqual(latestFirst, ['10.0', '3.1', '3.0', '2.0']);
});

test('generic versions: announced versions before the release, words after it', () => {
  assertAscending('generic', [
    '1.0-dev',
    '1.0-rc1',
    '1.0-rc2',
    '1.0',
    '1.0a',
    '1.0b',
    '1.0.1',
    '1.2',
    '1.10',
  ]);
  assert.equal(compareVersions('generic', '1', '1.0.0'), 0);
  assert.equal(compareVersions('generic', '1.0-RC1', '1.0_rc1'), 0);
});

test('windows versions: field by field, text after the numbers does not count', () => {
  assertAscending('windows', ['6.1', '6.1.7601', '10.0.9200', '10.0.19045.4', '10.0.19045.10']);
  assert.equal(compareVersions('windows', '6, 1, 7601, 17514', '6.1.7601.17514'), 0);
  assert.equal(compareVersions('windows', '10.0.19041.1 (WinBuild.160101.0800)', '10.0.19041.1'), 0);
  assert.equal(compareVersions('windows', '', '0.0'), 0);
});

test('the same text means different things in different schemes', () => {
  assert.equal(compareVersions('dpkg', '1.0-1', '1.0'), 1);
  assert.equal(compareVersions('dpkg', '1.0^a', '1.0a'), 1);
  assert.equal(compareVersions('rpm', '1.0^a', '1.0a'), -1);
  assert.equal(compareVersions('windows', '1:1.0', '2.0'), -1);
  assert.equal(compareVersions('dpkg', '1:1.0', '2.0'), 1);
});

test('versions of an inventory source compare by its scheme', () => {
  const schemes = (['dpkg', 'rpm', 'msi', 'other'] as const).map(versionSchemeOf);
  assert.deepEqual(schemes, ['dpkg', 'rpm', 'windows', 'generic']);
});

test('operators agree with the order', () => {
  const rows = [
    ['1.9', { '=': false, '!=': true, '<': true, '<=': true, '>': false, '>=': false }],
    ['1.10', { '=': true, '!=': false, '<': false, '<=': true, '>': false, '>=': true }],
    ['1.11', { '=': false, '!=': true, '<': false, '<=': false, '>': true, '>=': true }],
  ] as const;
  for (const [actual, answers] of rows) {
    for (const [operator, expected] of Object.entries(answers)) {
      const holds = versionHolds('dpkg', actual, operator as '=', '1.10');
      assert.equal(holds, expected, `${actual} ${operator} 1.10`);
    }
  }
});

test('every scheme is a total order over any text', () => {
  const text = fc.oneof(fc.string({ maxLength: 12 }), fc.stringMatching(/^[0-9.a-z~^:-]{0,12}$/));
  fc.assert(
    fc.property(
      fc.constantFrom<VersionScheme>('dpkg', 'rpm', 'windows', 'generic'),
      text,
      text,
      text,
      (scheme, a, b, c) => {
        assert.equal(compareVersions(scheme, a, b) + compareVersions(scheme, b, a), 0);
        const [x = '', y = '', z = ''] = [a, b, c].sort((left, right) =>
          compareVersions(scheme, left, right),
        );
        assert.ok(compareVersions(scheme, x, y) <= 0);
        assert.ok(compareVersions(scheme, y, z) <= 0);
        assert.ok(compareVersions(scheme, x, z) <= 0);
      },
    ),
    { numRuns: 500 },
  );
});
