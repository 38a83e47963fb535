import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { dataFolder, makeDataFolder } from './data-folder.ts';
import { keepSiteFacts, readSiteFacts } from './site-facts.ts';

test('what the site tells is read once, and again when somebody has replaced or removed it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-facts-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const data = dataFolder(folder);
  makeDataFolder(data);
  const site = { rootFingerprint: 'ab' };
  const facts = (address: string) => ({ multicastPorts: null, address });
  assert.equal(readSiteFacts(data, site), undefined);
  assert.equal(keepSiteFacts(data, site, facts('https://a')), true);
  const first = readSiteFacts(data, site);
  assert.deepEqual(first, facts('https://a'));
  assert.equal(readSiteFacts(data, site), first, 'the very same one: the file was not read again');
  assert.equal(keepSiteFacts(data, site, facts('https://a')), false);
  assert.equal(readSiteFacts(data, { rootFingerprint: 'cd' }), undefined, 'of another site');
  writeFileSync(data.siteFacts, JSON.stringify({ ...site, facts: facts('https://longer') }));
  assert.equal(readSiteFacts(data, site)?.address, 'https://longer');
  for (const broken of ['', '{"rootFingerprint":"ab","facts":{"address":7}}', 'null']) {
    writeFileSync(data.siteFacts, broken);
    assert.equal(readSiteFacts(data, site), undefined, broken);
  }
  rmSync(data.siteFacts);
  assert.equal(readSiteFacts(data, site), undefined);
});
