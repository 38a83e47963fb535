/** The seven steps, in their order, after an interruption and where they are not wanted. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  livedMachine,
  livedMachineId as machineId,
  livedRoot as root64,
  writeFiles as write,
} from '@tenkai/testkit/lived-machine.ts';
import { openGuarded } from '../identity.ts';
import { ensureMachineId } from '../platform/linux/machine-id.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { readMasterJournal } from './journal.ts';
import { findings, prepare, values } from './master-for-test.ts';
import type { PrepareOptions } from './prepare.ts';

const noNetwork =
  !Object.values(networkInterfaces()).some((each) =>
    each?.some(({ internal, scopeid }) => !internal && !scopeid),
  ) && 'THIS MACHINE has no address but the loopback one';

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

test('what belongs to the patched programs of an image stays with them', async (t) => {
  const scene = livedMachine(t);
  write(scene.data.root, { 'patches/TK1001/record.json': '{}' });
  await prepare(scene, { ...values, unassign: true });
  assert.ok(existsSync(join(scene.data.root, 'patches/TK1001/record.json')));
});
