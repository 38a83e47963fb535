import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FoundBy, isFound, systemsOf } from './find-packages.ts';

const row: FoundBy = {
  id: 'KB977203',
  displayName: 'Microsoft 修正 1.0',
  type: 'hotfix',
  operatingSystems: ['Windows XP', 'Debian 12'],
};

test('BSCN-03: a package is found by words of ID, name, type and operating system, in any order', () => {
  for (const search of [
    '',
    'kb97',
    '修正',
    'hotfix',
    'ホットフィックス',
    'debian',
    'XP microsoft',
    'ＫＢ９７',
  ])
    assert.ok(isFound(row, search, 'ホットフィックス'), search);
  for (const search of ['KB1', 'vista', 'debian kb1']) assert.ok(!isFound(row, search, 'HotFix'), search);
});

test('the filter offers each system once', () => {
  const other = { ...row, operatingSystems: ['Debian 12', 'Ubuntu'] };
  assert.deepEqual(systemsOf([row, other]), ['Debian 12', 'Ubuntu', 'Windows XP']);
});
