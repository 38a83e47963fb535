import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { withServiceSettings } from './service-folder.ts';

test('a service has its settings and its data in its folder, and the environment wins', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai service-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const env = { TENKAI_SERVICE_FOLDER: folder };
  assert.equal(withServiceSettings(env).TENKAI_DATA, folder);
  const text =
    '# ports\r\nTENKAI_PORT=443\r\nTENKAI_NAMES="a.example b.example"\r\nTENKAI_DATA=D:\\new site\r\n';
  const forms = [Buffer.from(text), Buffer.from(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, 'utf16le')];
  for (const bytes of forms) {
    writeFileSync(join(folder, 'server.env'), bytes);
    const { TENKAI_PORT, TENKAI_NAMES, TENKAI_DATA } = withServiceSettings(env);
    assert.deepEqual(
      [TENKAI_PORT, TENKAI_NAMES, TENKAI_DATA],
      ['443', 'a.example b.example', 'D:\\new site'],
    );
    assert.equal(withServiceSettings({ ...env, TENKAI_PORT: '8443' }).TENKAI_PORT, '8443');
  }
  assert.deepEqual(withServiceSettings({ TENKAI_PORT: '1' }), { TENKAI_PORT: '1' });
});
