import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { createLog } from '../../../kernel/log.ts';
import { createPing } from './ping.ts';

/** What ping.exe of Windows says; each of them with exit code 0. */
const said = {
  'Reply from 10.0.0.1: bytes=32 time<1ms TTL=64': true,
  '10.0.0.1 からの応答: バイト数 =32 時間 <1ms TTL=128': true,
  'Reply from fd00::1: time=3ms': true,
  'Reply from 10.0.0.254: Destination host unreachable.': false,
  'Antwort von 10.0.0.254: Zielhost nicht erreichbar.\nPakete: Gesendet = 1, Empfangen = 1, Verloren = 0': false,
};

test('BSRV-22: on Windows a host is there when it answers itself, not when a router answers for it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-ping-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const [program, args] = [join(folder, 'ping'), join(folder, 'args')];
  const ping = createPing({ log: createLog({ level: 'silent' }), program, system: 'windows' });
  for (const [answer, isHere] of Object.entries(said)) {
    writeFileSync(program, `#!/bin/sh\nprintf %s "$*" >${args}\ncat <<'END'\n\n${answer}\nEND\n`);
    chmodSync(program, 0o755);
    assert.equal(await ping('10.0.0.1'), isHere, answer);
  }
  assert.equal(readFileSync(args, 'utf8'), '-n 1 -w 1000 10.0.0.1');
});
