import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { packageVersion } from './package-version.ts';
import { agentVersion } from './version.ts';

test('the version of the package is what it wrote beside the programs, whatever these say', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-version-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  assert.equal(packageVersion(folder), agentVersion);
  writeFileSync(join(folder, 'VERSION.txt'), 'Tenkai Agent 98.7.6\r\n');
  assert.equal(packageVersion(folder), '98.7.6');
});
