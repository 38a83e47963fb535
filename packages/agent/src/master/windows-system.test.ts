import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { thumbprint } from '@tenkai/certificates/examination.ts';
import { selfSigned } from '@tenkai/certificates/self-signed.ts';
import type { MachineStore } from '@tenkai/certificates/stores/machine-store.ts';
import type { Ask } from '@tenkai/domain/firewall/procedure.ts';
import { auditMaster, windowsLine } from '@tenkai/domain/master/index.ts';
import { livedMachine } from '@tenkai/testkit/lived-machine.ts';
import { lookAt } from './look.ts';
import { type PrepareOptions, prepareMaster } from './prepare.ts';
import type { Scene } from './scene.ts';
import { windowsSystem } from './windows-system.ts';

const own = 'HKLM\\SOFTWARE\\Tenkai\\Agent';
const old = 'HKLM\\SOFTWARE\\Microsoft\\CCM';
const service = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\TenkaiAgent';
const setupState = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State';
const generalized = 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';
const sysprep = 'C:\\Windows\\System32\\Sysprep\\sysprep.exe';
const lines = {
  manual: 'sc.exe config TenkaiAgent start= demand',
  stop: 'sc.exe stop TenkaiAgent',
  delayed: 'sc.exe config TenkaiAgent start= delayed-auto',
  sysprep: `${sysprep} /generalize /oobe /quit /quiet`,
};

/** Answers as recorded programs of Windows do: a registry, one service, and sysprep that may be told to refuse. */
function recordedWindows() {
  const registry = new Map<string, Map<string, string>>([
    [
      own,
      new Map([
        ['Version', '0.1.0'],
        ['SITECODE', 'TK1'],
        ['MP', 'mp.example'],
        ['LOCATOR', 'https://other.example'],
        ['ROOTFINGERPRINT', 'ab'.repeat(32)],
        ['TICKET', 'C:\\t'],
        ['FSP', ''],
      ]),
    ],
    [service, new Map([['Start', '0x2']])],
    [setupState, new Map([['ImageState', 'IMAGE_STATE_COMPLETE']])],
  ]);
  const said: string[] = [];
  const refused = new Set<string>();
  let isRunning = true;
  const valuesOf = (key: string) => registry.get(key) ?? new Map<string, string>();
  const type = (value: string) => (value.startsWith('0x') ? 'REG_DWORD' : 'REG_SZ');
  const reg = ([verb = '', key = '', ...words]: readonly string[]) => {
    const name = words[words.indexOf('/v') + 1] ?? '';
    const values = valuesOf(key);
    if (verb === 'add') registry.set(key, values.set(name, words[words.indexOf('/d') + 1] ?? ''));
    if (verb === 'delete') return values.delete(name) ? '' : undefined;
    if (verb === 'add') return '';
    const shown = [...values].filter(([each]) => !words.includes('/v') || each === name);
    if (shown.length === 0) return undefined;
    return `\r\n${key.replace('HKLM', 'HKEY_LOCAL_MACHINE')}\r\n${shown.map(([each, value]) => `    ${each}    ${type(value)}    ${value}`).join('\r\n')}\r\n`;
  };
  const sc = ([verb = '', , , start = '']: readonly string[]) => {
    if (verb === 'stop') isRunning = false;
    if (verb === 'config')
      valuesOf(service)
        .set('Start', start === 'demand' ? '0x3' : '0x2')
        .set('DelayedAutostart', start === 'delayed-auto' ? '0x1' : '0x0');
    return `        STATE              : ${isRunning ? '4  RUNNING' : '1  STOPPED'}\r\n`;
  };
  const run = async ({ program, args }: Ask) => {
    const line = windowsLine({ program, args });
    if (args[0] !== 'query') said.push(line);
    if (refused.has(line)) return { code: 5, stdout: 'Access is denied.\r\n', stderr: '', problem: '' };
    if (program === sysprep) valuesOf(setupState).set('ImageState', generalized);
    const answer = program === 'reg.exe' ? reg(args) : program === 'sc.exe' ? sc(args) : '';
    return { code: answer === undefined ? 1 : 0, stdout: answer ?? '', stderr: '', problem: '' };
  };
  return {
    run,
    said,
    refused,
    valuesOf,
    start() {
      isRunning = true;
    },
  };
}

/** As the stores of crypt32 are: by name, a certificate gone for ever once it is removed. */
function storeOf(name: string): MachineStore & { prints: string[] } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let held = [selfSigned(privateKey, { commonName: name, purpose: 'signing' })].map((der) => ({
    der,
    friendlyName: name,
    nameFaults: [],
    keyContainer: null,
  }));
  const prints = held.map(({ der }) => `Cert:\\LocalMachine\\${name}\\${thumbprint(der)}`);
  return {
    name,
    prints,
    list: () => held,
    put: () => {},
    destroy: () => {},
    remove: ({ der }) => {
      held = held.filter((each) => each.der !== der);
    },
  };
}

function windowsMachine(t: TestContext) {
  const machine = livedMachine(t);
  const windows = recordedWindows();
  const stores = ['Tenkai', 'SMS'].map(storeOf);
  let oldKeys = 2;
  const oldTrust = {
    count: async () => oldKeys,
    async removeAll() {
      oldKeys = 0;
    },
  };
  const platform = { ...machine.platform, family: 'windows' as const, oldTrust };
  const system = windowsSystem({ data: machine.data, platform, stores, run: windows.run });
  return { scene: { ...machine, platform, system, isImage: true } satisfies Scene, windows, stores };
}

const prepare = (scene: Scene, options: PrepareOptions = { locator: 'mp1.example.org' }) =>
  prepareMaster({ scene, now: () => 1, onStep: () => {} }, { unassign: true, ...options });
const findings = async (scene: Scene) =>
  auditMaster(await lookAt(scene, { profile: 'workgroup', pin: null }));

test('MASTER-07, MASTER-10, MASTER-11, MASTER-12, MASTER-16, MASTER-17, MASTER-29: the seven steps on Windows, line for line', async (t) => {
  const { scene, windows, stores } = windowsMachine(t);
  const { steps, findings: found } = await prepare(scene);
  assert.deepEqual(
    steps.map(({ step, outcome, reason }) => [step.number, outcome, reason]),
    [
      ...[1, 2, 3, 4, 5, 6].map((number) => [number, 'done', '']),
      [null, 'not-needed', 'protection-built-in'],
      [7, 'done', ''],
    ],
  );
  assert.deepEqual(windows.said, [
    lines.stop,
    `reg.exe delete ${own} /v SITECODE /f`,
    `reg.exe delete ${own} /v MP /f`,
    lines.manual,
    `reg.exe delete ${own} /v TICKET /f`,
    `reg.exe delete ${own} /v ROOTFINGERPRINT /f`,
    `reg.exe delete ${own} /v LOCATOR /f`,
    `reg.exe add ${old} /v SMSSLP /t REG_SZ /d mp1.example.org /f`,
    lines.delayed,
    ...['Application', 'Security', 'Setup', 'System'].map((log) => `wevtutil.exe clear-log ${log}`),
    lines.sysprep,
  ]);
  const changes = steps[2]?.changes ?? [];
  for (const print of stores.flatMap(({ prints }) => prints)) assert.ok(changes.includes(print), print);
  assert.ok(steps[3]?.changes.includes('root\\ccm\\locationservices: TrustedRootKey (2)'));
  assert.deepEqual([found, await findings(scene)], [[], []]);
  assert.deepEqual([...windows.valuesOf(own).keys()], ['Version', 'FSP']);
  for (const path of ['identity/signing.key', 'orders', 'log'])
    assert.ok(!existsSync(join(scene.data.root, path)), path);
  windows.said.length = 0;
  assert.deepEqual([(await prepare(scene)).steps, windows.said], [[], []], 'again: nothing is left to do');
});

test('MASTER-18: on a prepared Windows the audit finds exactly what is put there', async (t) => {
  const { scene, windows, stores } = windowsMachine(t);
  await prepare(scene);
  const table: [string, string, string, string][] = [
    ['site-code', own, 'SITECODE', 'TK1'],
    ['site-code', own, 'MP', 'mp.example'],
    ['agent-keys', own, 'TICKET', 'C:\\t'],
    ['trust-keys', own, 'ROOTFINGERPRINT', 'cd'.repeat(32)],
    ['site-value-malformed', own, 'LOCATOR', 'mp1'],
    ['start-type', service, 'DelayedAutostart', '0x0'],
    ['windows-sid', setupState, 'ImageState', 'IMAGE_STATE_COMPLETE'],
  ];
  for (const [code, key, name, value] of table) {
    const values = windows.valuesOf(key);
    const before = values.get(name);
    values.set(name, value);
    assert.deepEqual(
      (await findings(scene)).map((each) => each.code),
      [code],
      name,
    );
    if (before === undefined) values.delete(name);
    else values.set(name, before);
  }
  windows.valuesOf(old).delete('SMSSLP');
  assert.deepEqual(
    (await findings(scene)).map(({ code }) => code),
    ['site-values-missing'],
  );
  windows.valuesOf(old).set('SMSSLP', 'mp1.example.org');
  windows.start();
  assert.deepEqual(
    (await findings(scene)).map(({ code }) => code),
    ['service-running'],
  );
  assert.deepEqual(
    (await prepare(scene)).steps.map(({ step }) => step.number),
    [2, 6],
    'repeat from step 2',
  );
  const again = storeOf('SMS');
  const [first] = again.list();
  const [, sms] = stores;
  assert.ok(first && sms);
  sms.list = again.list;
  assert.deepEqual(
    (await findings(scene)).map(({ code, where }) => [code, where]),
    [['agent-keys', again.prints]],
  );
});

test('MASTER-07: a program of Windows that refuses stops the step with its words; the same command goes on there, and a step before its turn is refused', async (t) => {
  const { scene, windows } = windowsMachine(t);
  await assert.rejects(prepare(scene, { locator: 'mp1.example.org', step: '4' }), {
    code: 'master-step-skipped',
  });
  assert.deepEqual(windows.said, []);
  for (const [line, step, finding] of [
    [lines.manual, 'service-manual', 'start-type: automatic'],
    [lines.sysprep, 'capture', 'windows-sid: ImageState IMAGE_STATE_COMPLETE, GeneralizationState unknown'],
  ] as const) {
    windows.refused.add(line);
    await assert.rejects(
      prepare(scene),
      (error: { code: string; params: { step: string }; detail: string }) => {
        assert.deepEqual([error.code, error.params.step], ['master-step-failed', step]);
        assert.ok(error.detail.startsWith(finding), error.detail);
        assert.ok(error.detail.includes(`${line}: status 5 Access is denied.`), error.detail);
        return true;
      },
    );
    windows.refused.clear();
    windows.said.length = 0;
  }
  const { steps, findings: found } = await prepare(scene);
  assert.deepEqual([steps.map(({ step }) => step.number), found], [[7], []]);
  const journal = readFileSync(join(scene.data.root, 'master/journal'), 'utf8');
  for (const word of ['TK1', 'pc-1', 'Cert:']) assert.ok(!journal.includes(word), word);
});
