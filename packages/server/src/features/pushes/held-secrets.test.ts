import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PushCredentials } from '@tenkai/protocol/api/pushes.ts';
import { usesSecret, withoutSecrets } from './held-secrets.ts';

const byKey: PushCredentials = {
  kind: 'private-key',
  privateKey: 'line one\nline two',
  passphrase: 'phrase-1',
  sudoPassword: 'sudo-2',
};

describe('what a machine has said, without what it was told', () => {
  const rows: readonly [PushCredentials, said: string, kept: string][] = [
    [{ kind: 'password', password: 'a.b$' }, 'sorry: a.b$, a.b$', 'sorry: [secret], [secret]'],
    [{ kind: 'site-key', sudoPassword: 'sudo-2' }, 'sudo-2 password', '[secret] password'],
    [{ kind: 'site-key' }, 'kind: site-key', 'kind: site-key'],
    [byKey, 'phrase-1 sudo-2 private-key', '[secret] [secret] private-key'],
    [byKey, 'line one\nline two', '[secret]'],
    [{ kind: 'password', password: 'hidden' }, 'a\0b hid\0den', 'ab [secret]'],
    [{ kind: 'site-key' }, 'got tenkai_ticket_abc-DEF_1 there', 'got [secret] there'],
  ];
  for (const [credentials, said, kept] of rows)
    test(JSON.stringify(said), () => assert.equal(withoutSecrets(said, credentials), kept));
});

test('only what the site does not keep itself is a secret of the push', () => {
  assert.equal(usesSecret({ kind: 'site-key' }), false);
  for (const credentials of [
    byKey,
    { kind: 'password', password: 'x' },
    { kind: 'site-key', sudoPassword: 'x' },
  ])
    assert.equal(usesSecret(credentials as PushCredentials), true);
});
