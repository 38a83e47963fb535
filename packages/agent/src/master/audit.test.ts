/** What the audit finds, and the commands that tell it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  livedMachine,
  livedMachineId as machineId,
  livedRoot as root64,
  writeFiles as write,
} from '@tenkai/testkit/lived-machine.ts';
import { readSettings, type Settings, writeSettings } from '../settings.ts';
import { findings, prepare, values } from './master-for-test.ts';
import { openScene } from './scene.ts';

const withLocator = (locator: string): Settings =>
  JSON.parse(JSON.stringify({ assignment: { locator: `https://${locator}` } }));

test('MASTER-18: on a prepared machine the audit finds exactly what is put there', async (t) => {
  const scene = livedMachine(t);
  await prepare(scene, { ...values, unassign: true });
  const { data, root } = scene;
  const inData = (path: string) => join('var/lib/tenkai-agent', path);
  const settings = readSettings(data);
  const table: [string, Record<string, string> | (() => void)][] = [
    ['site-code', () => writeSettings(data, { ...settings, server: 'https://site.example' })],
    ['trust-keys', () => writeSettings(data, { ...settings, rootFingerprint: root64 })],
    ['agent-keys', { [inData('identity/signing.key')]: 'key' }],
    ['agent-keys', { [inData('identity/ticket')]: 'secret' }],
    ['cached-policy', { [inData('something-new.json')]: '{}' }],
    ['logs', { [inData('log/agent.log')]: 'x' }],
    ['logs', { 'var/log/auth.log': 'x' }],
    ['logs', { [`var/log/journal/${machineId}/a`]: '' }],
    [
      'start-type',
      () => rmSync(join(root, 'etc/systemd/system/multi-user.target.wants/tenkai-agent.service')),
    ],
    ['site-values-missing', () => writeSettings(data, { contentCacheBytes: 7 })],
    ['site-value-malformed', () => writeSettings(data, withLocator('mp1'))],
    ['machine-id', { 'etc/machine-id': machineId }],
    ['machine-id', { 'var/lib/dbus/machine-id': machineId }],
    ['ssh-host-key', { 'etc/ssh/ssh_host_rsa_key': 'x' }],
    ['dhcp-client', { 'var/lib/dhclient/dhclient.leases': 'x' }],
    ['cloud-init', { 'var/lib/cloud/instance-id': 'x' }],
    ['random-seed', { 'boot/efi/loader/random-seed': 'x' }],
    ['definitions-missing', { 'usr/bin/clamscan': '' }],
  ];
  for (const [code, violation] of table) {
    if (typeof violation === 'function') violation();
    else write(root, violation);
    assert.deepEqual(
      (await findings(scene)).map((found) => found.code),
      [code],
      JSON.stringify(violation),
    );
    // What put it right is the same command, from the step that the finding names.
    for (const path of Object.keys(typeof violation === 'function' ? {} : violation))
      rmSync(join(root, path));
    if (code === 'logs') rmSync(join(root, `var/log/journal/${machineId}`), { recursive: true, force: true });
    writeSettings(data, settings);
    if (code === 'start-type')
      assert.deepEqual(
        (await prepare(scene)).steps.map(({ step }) => step.number),
        [6],
      );
    assert.deepEqual(await findings(scene), [], code);
  }
});

const noRoot = process.getuid?.() !== 0 && 'THE MASTER COMMANDS need root';

test('MASTER-30: the commands: runbook, prepare and audit with exit status and JSON', {
  skip: noRoot,
}, async (t) => {
  const { root, data } = livedMachine(t, { isAssigned: false });
  const entry = new URL('../main.ts', import.meta.url).pathname;
  const run = (...args: string[]) => {
    const argv = [entry, 'master', ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LANG: 'ja_JP.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
    });
    return { status, stdout, stderr };
  };
  const here = ['--root', root];
  const book = run('runbook', ...here, '--locator', 'mp1.example.org');
  assert.match(book.stdout, /^# 参照コンピューターの準備[\s\S]*--locator mp1\.example\.org/);
  const before = run('audit', ...here, '--json');
  assert.equal(before.status, 1);
  assert.ok(JSON.parse(before.stdout).findings.length > 3);
  assert.match(before.stderr, /master-audit-failed/);
  assert.equal(run('prepare', ...here, '--step', '8').status, 2);
  const done = run('prepare', ...here, '--dns-suffix', 'example.org', '--json');
  assert.deepEqual([done.status, JSON.parse(done.stdout).findings], [0, []], done.stderr);
  assert.ok(existsSync(join(data.root, 'master/journal')));
});

test('an image of Windows is not worked on from outside: its registry is that of the machine that runs', async () => {
  await assert.rejects(openScene({}, '/mnt', 'win32'), { code: 'master-linux-only' });
  await assert.rejects(openScene({}, '/no/such/image'), { code: 'master-image-not-found' });
});
