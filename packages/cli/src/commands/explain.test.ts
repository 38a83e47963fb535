import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCli } from '@tenkai/testkit/tenkai-cli.ts';

test('IDENT-12: tenkai explain 0x80092024 says cause and remedy, in both languages, and asks no site', async (t) => {
  const { run, json } = await createCli(t);
  const answer: Record<string, string> = await json(['explain', '0x80092024']);
  assert.equal(answer.name, 'CRYPT_E_NOT_CHAR_STRING');
  const said = await run(['explain', '80092024'], { env: { LANG: 'ja_JP.UTF-8' } });
  assert.match(said.stdout, /原因[\s\S]*NULL[\s\S]*対処[\s\S]*KB977203/);
  const own = await run(['explain', 'site-root-mismatch']);
  assert.match(own.stdout, /Trust key mismatch[\s\S]*trust purge/);
  assert.equal((await run(['explain', '0x1234567'])).code, 1);
});
