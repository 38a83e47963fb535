import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { auditMaster } from '@tenkai/domain/master/index.ts';
import {
  livedMachine,
  livedMachineId as machineId,
  livedRoot as root64,
  writeFiles as write,
} from '@tenkai/testkit/lived-machine.ts';
import { openGuarded } from '../identity.ts';
import { ensureMachineId } from '../platform/linux/machine-id.ts';
import { readSettings, type Settings, writeSettings } from '../settings.ts';
import { readMasterJournal } from './journal.ts';
import { lookAt } from './look.ts';
import { type PrepareOptions, prepareMaster } from './prepare.ts';
import { openScene, type Scene } from './scene.ts';

const withLocator = (locator: string): Settings =>
  JSON.parse(JSON.stringify({ assignment: { locator: `https://${locator}` } }));
const noNetwork =
  !Object.values(networkInterfaces()).some((each) =>
    each?.some(({ internal, scopeid }) => !internal && !scopeid),
  ) && 'THIS MACHINE has no address but the loopback one';
const values: PrepareOptions = { locator: 'mp1.example.org' };
const prepare = (scene: Scene, options: PrepareOptions = values) =>
  prepareMaster({ scene, now: () => 1, onStep: () => {} }, options);
const findings = async (scene: Scene) =>
  auditMaster(await lookAt(scene, { profile: 'workgroup', pin: null }));

test('MASTER-07, MASTER-11, MASTER-12, MASTER-16, MASTER-17: the seven steps leave nothing of the machine, and start nothing', async (t) => {
  const scene = livedMachine(t);
  const { root, data } = scene;
  const report = await prepare(scene, { ...values, unassign: true });
  assert.deepEqual(
    report.steps.map(({ step, outcome, reason }) => [step.number, outcome, reason]),
    [
      ...[1, 2, 3, 4, 5, 6].map((number) => [number, 'done', '']),
      [null, 'not-needed', 'no-engine'],
      [7, 'done', ''],
    ],
  );
  assert.deepEqual([report.findings, await findings(scene)], [[], []]);
  assert.deepEqual(readSettings(data), {
    contentCacheBytes: 7,
    assignment: { locator: 'https://mp1.example.org' },
  });
  assert.equal(readFileSync(join(root, 'etc/machine-id'), 'utf8'), '', 'there, and empty');
  const gone = [
    'etc/ssh/ssh_host_ed25519_key',
    'var/lib/dhcp/dhclient.eth0.leases',
    'var/lib/systemd/random-seed',
  ];
  const agents = [
    'identity/signing.key',
    'identity/enrollment.json',
    'orders',
    'outbox',
    'log',
    'inventory.json',
  ];
  for (const path of [
    ...gone,
    'var/lib/NetworkManager/secret_key',
    'var/lib/cloud/seed',
    'var/log/syslog.1',
    `var/log/journal/${machineId}`,
  ])
    assert.ok(!existsSync(join(root, path)), path);
  for (const path of agents) assert.ok(!existsSync(join(data.root, path)), path);
  for (const path of [
    'etc/ssh/sshd_config',
    'var/lib/NetworkManager/NetworkManager.state',
    'var/log/syslog',
    'var/log/dpkg.log',
  ])
    assert.ok(existsSync(join(root, path)), `${path} is nobody's identity`);
  const keys = report.steps[2]?.changes ?? [];
  assert.equal(
    keys.filter((each) => /\(public key [\da-f]{64}\)$/.test(each)).length,
    2,
    'what was deleted is told',
  );
  assert.equal(keys.at(-1), 'name');
  const link = join(root, 'etc/systemd/system/multi-user.target.wants/tenkai-agent.service');
  assert.equal(readlinkSync(link), '/usr/lib/systemd/system/tenkai-agent.service');
  const inside = readFileSync(join(data.root, 'master/journal'), 'utf8');
  for (const word of [machineId, 'TK1', 'pc-1', 'site.example', root64])
    assert.ok(!inside.includes(word), word);
  assert.deepEqual((await prepare(scene)).steps, [], 'again: nothing is left to do');
});

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

test('MASTER-07: a step before its turn is refused, and what was interrupted goes on where it stood', async (t) => {
  const scene = livedMachine(t, { isAssigned: false });
  await assert.rejects(prepare(scene, { ...values, step: '3' }), { code: 'master-step-skipped' });
  assert.ok(existsSync(join(scene.root, 'etc/ssh/ssh_host_ed25519_key')));
  const numbers = async (options: PrepareOptions) =>
    (await prepare(scene, options)).steps.map(({ step }) => step.number);
  assert.deepEqual(await numbers({ ...values, step: '1' }), [1]);
  assert.deepEqual(await numbers({ ...values, step: '2' }), [2]);
  const journal = join(scene.data.root, 'master/journal');
  appendFileSync(journal, '0123456789abcdef {"line":99,"event":"step-fin');
  assert.deepEqual(await numbers(values), [3, 4, 5, 6, null, 7]);
  assert.deepEqual(
    readMasterJournal(scene.data).map(({ line }) => line),
    [...Array(readMasterJournal(scene.data).length).keys()].map((index) => index + 1),
  );
});

test('MASTER-05, MASTER-07: with a network too, what was interrupted after step 6 goes on while the service is stopped', {
  skip: noNetwork,
}, async (t) => {
  const scene = { ...livedMachine(t, { isAssigned: false }), isImage: false };
  const link = join(scene.root, 'etc/systemd/system/multi-user.target.wants/tenkai-agent.service');
  await assert.rejects(prepare(scene), { code: 'master-online' });
  rmSync(link);
  for (const step of ['1', '2', '3', '4', '5', '6']) await prepare(scene, { ...values, step });
  assert.ok(existsSync(join(scene.root, 'etc/ssh/ssh_host_ed25519_key')));
  assert.ok(readlinkSync(link));
  const { steps, findings: found } = await prepare(scene);
  assert.deepEqual([steps.map(({ step }) => step.number), found], [[null, 7], []]);
  assert.deepEqual((await prepare(scene)).steps, [], 'again, where the agent has no folders any more');
});

test('MASTER-12: where no site was ever met, step 4 is left out with its reason in the journal', async (t) => {
  const scene = livedMachine(t, { isAssigned: false });
  const { steps } = await prepare(scene);
  assert.deepEqual([steps[3]?.outcome, steps[3]?.reason], ['not-needed', 'never-contacted']);
  const lines = readMasterJournal(scene.data).filter((entry) => entry.event === 'step-finished');
  assert.equal(lines.find(({ step }) => step === 'trust')?.reason, 'never-contacted');
});

test('MASTER-13: step 5 asks for a value, but not where the site is published', async (t) => {
  const scene = livedMachine(t, { isAssigned: false });
  await assert.rejects(prepare(scene, {}), { code: 'master-site-values-missing' });
  await assert.rejects(prepare(scene, { locator: 'mp1' }), { code: 'master-site-value-malformed' });
  assert.ok(existsSync(join(scene.root, 'etc/ssh/ssh_host_ed25519_key')), 'nothing was changed');
  const { steps, findings: found } = await prepare(scene, { profile: 'domain-published' });
  assert.deepEqual([steps[4]?.reason, found], ['site-published', []]);
});

test('an assigned machine is not taken out of its site by mistake', async (t) => {
  const scene = livedMachine(t);
  await assert.rejects(prepare(scene), { code: 'master-assigned' });
  assert.ok(existsSync(join(scene.data.identity, 'signing.key')));
});

test('MASTER-03: a machine from an image that lives again is captured anew, and is clean again', async (t) => {
  const scene = livedMachine(t, { isAssigned: false });
  await assert.rejects(prepare(scene, { ...values, reCapture: true }), { code: 'master-never-prepared' });
  await prepare(scene);
  const { data } = scene;
  writeSettings(data, { ...readSettings(data), server: 'https://site.example', rootFingerprint: root64 });
  openGuarded(data, null);
  write(scene.root, { 'etc/machine-id': `${'f'.repeat(32)}\n`, 'etc/ssh/ssh_host_rsa_key': 'new' });
  await assert.rejects(prepare(scene, { ...values, unassign: true }), { code: 'master-prepared-before' });
  const report = await prepare(scene, { ...values, reCapture: true });
  assert.deepEqual([report.plan.mode, report.steps.length, report.findings], ['re-capture', 8, []]);
});

test('the root key of the targets may be put in on purpose; the deployment may give another', async (t) => {
  const scene = livedMachine(t);
  const pin = 'cd'.repeat(32);
  const { findings: found } = await prepare(scene, { ...values, unassign: true, rootFingerprint: pin });
  assert.deepEqual([found, readSettings(scene.data).rootFingerprint], [[], pin]);
  assert.deepEqual(
    auditMaster(await lookAt(scene, { profile: 'workgroup', pin: root64 })).map(({ code }) => code),
    ['trust-keys'],
  );
});

test('MASTER-17: a clone without systemd gets a machine id of its own, and only where one is missing', (t) => {
  const scene = livedMachine(t);
  const file = join(scene.root, 'etc/machine-id');
  const read = () => readFileSync(file, 'utf8');
  ensureMachineId(scene.platform.paths);
  assert.equal(read(), `${machineId}\n`);
  const made = ['', 'uninitialized\n'].map((text) => {
    rmSync(file);
    writeFileSync(file, text);
    ensureMachineId(scene.platform.paths);
    return read();
  });
  assert.ok(made.every((text) => /^[\da-f]{32}\n$/.test(text)) && new Set(made).size === 2);
  rmSync(file);
  ensureMachineId(scene.platform.paths);
  assert.ok(!existsSync(file));
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

test('MASTER-15: sites by boundary are a way to the site, too; they lie in the image, and wrong ones are refused before anything is changed', async (t) => {
  const scene = livedMachine(t);
  const before = readSettings(scene.data);
  const line = `10.1.0.0/16 SITECODE=TKY MP=mp.tokyo.example ROOTFINGERPRINT=${root64}`;
  const wrong = prepare(scene, { candidates: `${line}\n10.2.0.0/16 SITECODE=OSA`, unassign: true });
  await assert.rejects(wrong, { code: 'properties-invalid' });
  assert.deepEqual(readSettings(scene.data), before);
  const { findings: found } = await prepare(scene, { candidates: line, unassign: true });
  assert.deepEqual([found, await findings(scene)], [[], []]);
  const place = { range: '10.1.0.0/16', siteCode: 'TKY', managementPoint: 'https://mp.tokyo.example' };
  assert.deepEqual(readSettings(scene.data).assignment, {
    boundaries: [{ name: '10.1.0.0/16', ...place, rootFingerprint: root64 }],
  });
  const again = await prepare(scene, {});
  assert.deepEqual(again.steps, [], 'the same preparation needs them only once');
  await prepare(scene, { ...values, unassign: true });
  assert.deepEqual(readSettings(scene.data).assignment, { locator: 'https://mp1.example.org' }, 'they go');
});

test('a pin of an earlier preparation does not speak for the sites of candidates; boundaries written by hand stay', async (t) => {
  const scene = livedMachine(t);
  const place = {
    name: 'hand',
    range: '10.9.0.0/16',
    siteCode: 'OSA',
    managementPoint: 'https://mp.osaka.example',
  };
  writeSettings(scene.data, { ...readSettings(scene.data), assignment: { boundaries: [place] } } as Settings);
  await prepare(scene, { ...values, unassign: true, rootFingerprint: 'cd'.repeat(32) });
  assert.deepEqual(readSettings(scene.data).assignment?.boundaries, [place]);
  assert.equal(readSettings(scene.data).rootFingerprint, 'cd'.repeat(32));
  const candidates = `10.1.0.0/16 SITECODE=TKY MP=mp.tokyo.example ROOTFINGERPRINT=${root64}`;
  await prepare(scene, { candidates, unassign: true });
  assert.equal(readSettings(scene.data).rootFingerprint, undefined);
});

test('what belongs to the patched programs of an image stays with them', async (t) => {
  const scene = livedMachine(t);
  write(scene.data.root, { 'patches/TK1001/record.json': '{}' });
  await prepare(scene, { ...values, unassign: true });
  assert.ok(existsSync(join(scene.data.root, 'patches/TK1001/record.json')));
});

test('an image of Windows is not worked on from outside: its registry is that of the machine that runs', async () => {
  await assert.rejects(openScene({}, '/mnt', 'win32'), { code: 'master-linux-only' });
  await assert.rejects(openScene({}, '/no/such/image'), { code: 'master-image-not-found' });
});
