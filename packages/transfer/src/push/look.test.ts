import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { lookScript, readLook } from '@tenkai/domain/push/choose-package.ts';

test('this machine answers the question', () => {
  const look = readLook(execFileSync('sh', { input: lookScript, encoding: 'utf8', timeout: 20_000 }));
  const machine = execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim();
  assert.deepEqual([look?.machine, look?.isRoot], [machine, process.getuid?.() === 0]);
});
