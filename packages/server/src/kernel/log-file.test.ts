import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { openLogFile } from './log-file.ts';

test('the log begins anew at its limit and keeps the last five files before', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-log-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const log = openLogFile(join(folder, 'log'), 20);
  for (let number = 1; number <= 10; number += 1) log.write(`line number ${number}\n`);
  const names = readdirSync(join(folder, 'log')).sort();
  assert.deepEqual(names, [
    'server.1.log',
    'server.2.log',
    'server.3.log',
    'server.4.log',
    'server.5.log',
    'server.log',
  ]);
  assert.equal(readFileSync(join(folder, 'log/server.log'), 'utf8'), 'line number 10\n');
  assert.equal(readFileSync(join(folder, 'log/server.5.log'), 'utf8'), 'line number 5\n');
  // A second start goes on in the same file.
  openLogFile(join(folder, 'log'), 100).write('after a start\n');
  assert.equal(readFileSync(join(folder, 'log/server.log'), 'utf8'), 'line number 10\nafter a start\n');
});
