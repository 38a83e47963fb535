import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitted, padded, textWidth } from '@tenkai/domain/text-width.ts';
import { bytesText, durationText } from './format.ts';
import { pick } from './pick.ts';
import { progressLine } from './progress.ts';
import { renderTable } from './table.ts';
import { printable, styleFor } from './terminal.ts';

test('a wide character takes two columns, and is never cut in half', () => {
  assert.equal(textWidth('日本e\u0301'), 5);
  assert.equal(fitted('日本語', 6), '日本語');
  assert.equal(fitted('日本語', 5), '日本…');
  assert.equal(fitted('日本語', 4), '日…');
  assert.equal(padded('日', 4), '日  ');
  assert.equal(padded('1', 3, 'right'), '  1');
});

test('bytes and times are short', () => {
  assert.deepEqual([0, 1023, 1024, 1536, 104_857_600, 2 ** 40].map(bytesText), [
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 KiB',
    '100 MiB',
    '1.0 TiB',
  ]);
  assert.deepEqual([0, 7400, 65_000, 3_725_000].map(durationText), ['0:00', '0:07', '1:05', '1:02:05']);
});

test('a progress line has share, bytes, rate and remaining time, and fits 80 columns', () => {
  const line = progressLine('Uploading', 512 * 2 ** 20, 2 ** 30, 128 * 2 ** 20);
  assert.equal(line, 'Uploading [######------]  50 %  512 MiB of 1.0 GiB  128 MiB/s  0:04 left');
  assert.ok(progressLine('Uploading', 1000 * 2 ** 30, 1023 * 2 ** 30, 2 ** 20).length < 80);
  assert.match(progressLine('Uploading', 0, 0, 0), /100 %/);
});

test('a table is cut where it may shrink, and what servers say cannot move the cursor', () => {
  const style = styleFor(false);
  const columns = [
    { title: 'Name', value: (row: string[]) => row[0] ?? '', shrinks: true },
    { title: 'ID', value: (row: string[]) => row[1] ?? '', align: 'right' as const },
  ];
  const rows = [
    ['a rather long name', '1'],
    ['\u001b[2Jx\u202e', '22'],
  ];
  assert.equal(
    renderTable(rows, columns, { style, width: undefined }),
    'Name                ID\na rather long name   1\n\\u{1b}[2Jx\\u{202e}  22',
  );
  const narrow = renderTable(rows, columns, { style, width: 14 }).split('\n');
  assert.deepEqual(narrow.map(textWidth), [14, 14, 14]);
  assert.equal(printable('a\nb\u0007'), 'a\\u{a}b\\u{7}');
});

test('an object is found by id or by a name that only it has', () => {
  const items = [
    { id: '1', name: 'Web' },
    { id: '2', name: 'web' },
    { id: '3', name: 'データ' },
  ];
  assert.equal(pick(items, '2', 'collection').id, '2');
  assert.equal(pick(items, 'ﾃﾞｰﾀ', 'collection').id, '3');
  assert.throws(() => pick(items, 'WEB', 'collection'), { code: 'name-ambiguous' });
  assert.throws(() => pick(items, 'x', 'collection'), { code: 'not-found' });
});
