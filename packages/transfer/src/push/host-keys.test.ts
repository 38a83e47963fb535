import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerprintsOf, onlyNamed } from './host-keys.ts';

const noSsh = !existsSync('/usr/bin/ssh-keygen') && 'OpenSSH is MISSING';

test('of the keys that were offered, those that were named are kept, by their lines too', {
  skip: noSsh,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-host-keys-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  let lines = '';
  for (const kind of ['ed25519', 'ecdsa', 'rsa']) {
    const file = join(folder, kind);
    execFileSync('ssh-keygen', ['-q', '-t', kind, '-N', '', '-f', file], { timeout: 60_000 });
    const [type, key] = (await readFile(`${file}.pub`, 'utf8')).split(' ');
    lines += `web-1 ${type} ${key}\n`;
  }
  const signal = AbortSignal.timeout(60_000);
  const offered = { lines, fingerprints: await fingerprintsOf(lines, signal) };
  for (const one of offered.fingerprints) {
    const kept = onlyNamed(offered, [one.split(' ')[0] ?? '']);
    assert.deepEqual(kept.fingerprints, [one]);
    assert.deepEqual(await fingerprintsOf(kept.lines, signal), [one]);
  }
  assert.deepEqual(onlyNamed(offered, offered.fingerprints), offered);
  assert.deepEqual(onlyNamed(offered, ['SHA256:other', '']), { lines: '', fingerprints: [] });
});
