import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { ended, newAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { dataFolder, makeDataFolder } from '../data-folder.ts';
import { readEnrollment, writeEnrollment } from '../identity.ts';
import { removeTrust } from '../master/agent-state.ts';
import type { OldTrust } from '../platform/platform.ts';
import { createOldTrust } from '../platform/windows/old-trust.ts';
import { readStatus } from '../service/status-file.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { heldTrust } from './held-trust.ts';
import { statusText } from './texts.ts';

const options = { timeout: 300_000 };
const { signal } = new AbortController();
const none: OldTrust = { count: async () => null, removeAll: async () => {} };

function machine(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-trust-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const data = dataFolder(folder);
  makeDataFolder(data);
  return data;
}

/** PowerShell of a machine with that many keys; null: there is no such namespace. Notes each line. */
function wmi(keys: number | null) {
  const lines: string[] = [];
  let left = keys;
  const ask = async (program: string, args: readonly string[]) => {
    lines.push([program.split('\\').at(-1), ...args].join(' '));
    if (args.at(-1)?.includes('Remove-WmiObject')) left = 0;
    const stdout = left === null ? '' : `${left}\r\n`;
    return { code: left === null ? 1 : 0, stdout, stderr: '', problem: '' };
  };
  return { lines, oldTrust: createOldTrust(ask) };
}

test('IDENT-25, IDENT-27: who never met a site has nothing; a pinned key is held; what was forgotten leaves it clean', async (t) => {
  const data = machine(t);
  const look = async () => {
    const trust = await heldTrust({ data, oldTrust: none }, signal);
    return [trust.status, trust.keys.length, statusText(trust, 'en')];
  };
  assert.deepEqual(await look(), ['never-contacted', 0, 'never contacted']);
  writeSettings(data, { server: 'https://a.example', rootFingerprint: 'ab'.repeat(32) });
  assert.deepEqual(await look(), ['holds-keys', 1, 'holds 1 key']);
  removeTrust(data);
  assert.deepEqual(await look(), ['clean', 0, 'clean']);
});

test('IDENT-26, IDENT-28, IDENT-30: keys of the old product are counted and removed by exactly these lines, and nothing else is touched', async (t) => {
  const data = machine(t);
  const { lines, oldTrust } = wmi(2);
  const trust = await heldTrust({ data, oldTrust }, signal);
  assert.deepEqual(
    [trust.status, trust.keys.map((key) => [key.class, key.place])],
    ['holds-keys', Array(2).fill(['TrustedRootKey', 'wmi'])],
  );
  await oldTrust.removeAll(signal);
  assert.equal((await heldTrust({ data, oldTrust }, signal)).status, 'clean', 'the class itself stays');
  const query =
    'Get-WmiObject -Namespace root\\ccm\\locationservices -Class TrustedRootKey -ErrorAction Stop';
  const shell = 'powershell.exe -NoProfile -NonInteractive -Command';
  assert.deepEqual(lines, [
    `${shell} @(${query}).Count`,
    `${shell} ${query} | Remove-WmiObject`,
    `${shell} @(${query}).Count`,
  ]);
  assert.equal((await heldTrust({ data, oldTrust: wmi(null).oldTrust }, signal)).status, 'never-contacted');
});

test(
  'IDENT-25, IDENT-29, IDENT-31, IDENT-32: a machine with the key of site A says so at site B, forgets it, and gets the key of B',
  options,
  async (t) => {
    const [a, b] = [await startSmallSite(), await startSmallSite()];
    atEnd(t, () => Promise.all([a.close(), b.close()]));
    const agent = newAgent();
    atEnd(t, () => agent.remove());
    const { data } = agent;
    // Online, assigned to A; its disk is then copied into a machine of B.
    agent.configure({ server: a.url, rootFingerprint: a.keys.rootFingerprint });
    agent.start();
    await until(() => a.connected()[0]);
    const held = JSON.parse((await agent.command('trust', 'list', '--json')).stdout);
    assert.deepEqual(
      held.map((key: Record<string, string>) => [key.class, key.place, key.fingerprint, key.server]),
      [['TrustedRootKey', 'agent', a.keys.rootFingerprint, a.url]],
    );
    await ended(agent.services()[0] as never, 'SIGTERM');

    // The address is now that of B, and everything else is still of A.
    const enrollment = readEnrollment(data);
    assert.ok(enrollment);
    writeEnrollment(data, { ...enrollment, server: b.url });
    agent.configure({ server: b.url });
    agent.start();
    const mismatch = await until(() => /Trust key mismatch.*/.exec(readStatus(data)?.trouble ?? '')?.[0]);
    for (const print of [a, b]) assert.ok(mismatch.includes(print.keys.rootFingerprint), mismatch);
    assert.deepEqual(
      [b.enrollments, b.connected()],
      [[], []],
      'nothing was told to a site that is not trusted',
    );
    await ended(agent.services()[1] as never, 'SIGTERM');

    const verified = await agent.command('trust', 'verify');
    assert.deepEqual([verified.status, /trust-held/.test(verified.stderr)], [1, true]);
    const purged = await agent.command('trust', 'purge', '--yes');
    assert.deepEqual([purged.status, purged.stdout], [0, 'clean\n'], purged.stderr);
    assert.deepEqual([readSettings(data).rootFingerprint, readEnrollment(data)], [undefined, undefined]);
    assert.equal((await agent.command('trust', 'verify')).status, 0);
    assert.ok(readFileSync(join(data.log, 'identity.log'), 'utf8').includes(a.keys.rootFingerprint));

    // As the console of B says.
    agent.configure({ rootFingerprint: b.keys.rootFingerprint });
    agent.start();
    await until(() => b.connected()[0]);
    assert.equal(readEnrollment(data)?.rootFingerprint, b.keys.rootFingerprint);
  },
);

test('a damaged enrollment holds the key that it was made with', async (t) => {
  const data = machine(t);
  writeSettings(data, {});
  writeFileSync(
    join(data.identity, 'enrollment.json'),
    '{"rootFingerprint":"cd","rootCertificate":"-----BEGIN"}',
  );
  const { keys } = await heldTrust({ data, oldTrust: none }, signal);
  assert.deepEqual(
    keys.map(({ fingerprint }) => fingerprint),
    ['cd'],
  );
  removeTrust(data);
  assert.ok(!existsSync(join(data.identity, 'enrollment.json')));
});
