import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aMachine, anInventory, aPackage, aScenario, installStep } from '@tenkai/testkit/builders.ts';
import * as Value from 'typebox/value';
import { reasonSentence } from '../reason.ts';
import { plan } from '../scenario/plan.ts';
import type { Step } from '../scenario/scenario.ts';
import { operatingSystems } from '../software/operating-systems.ts';
import { type KnownSystem, matchSystem } from './match-system.ts';
import { systemRefusal } from './step-support.ts';
import { SystemRow } from './system-row.ts';
import { systemRows } from './system-rows.ts';
import { windowsSystem } from './windows-system.ts';

const row = (key: string): SystemRow => {
  const found = systemRows.find((each) => each.key === key);
  assert.ok(found, key);
  return found;
};
const notesAt = (key: string, level: number, about?: string) => {
  const { id, name, version, architecture, family } = row(key);
  const servicePack = { major: level, minor: 0 };
  return matchSystem({ family, id, name, version, architecture, servicePack })
    .notes.filter((note) => about === undefined || note.about === about)
    .map(({ reason }) => reason.code.replace('system-note-', ''));
};

test('BOSM-01: every row of the list has one of the matrix, with its levels, firewall and notes', () => {
  assert.equal(systemRows.length, operatingSystems.systems.length);
  assert.equal(new Set(systemRows.map(({ key }) => key)).size, systemRows.length);
  for (const each of systemRows) assert.ok(Value.Check(SystemRow, each), each.key);
  // The fifteen of the old table, in its order.
  assert.deepEqual(
    systemRows.slice(0, 15).map(({ id, architecture, firewall }) => `${id} ${architecture} ${firewall}`),
    [
      'windows-2000 x86 none',
      'windows-server-2003 x86 off',
      'windows-server-2003-r2 x86 off',
      'windows-server-2008 x86 on',
      'windows-xp x86 on',
      'windows-vista x86 on',
      'windows-7 x86 on',
      'windows-8 x86 on',
      'windows-server-2003 x64 off',
      'windows-server-2003-r2 x64 off',
      'windows-server-2008 x64 on',
      'windows-server-2008-r2 x64 on',
      'windows-server-2012 x64 on',
      'windows-7 x64 on',
      'windows-8 x64 on',
    ],
  );
});

test('every sentence of the matrix is known and complete', () => {
  for (const { key, capabilities, notes } of systemRows) {
    const answers = Object.values(capabilities);
    for (const { verdict, reason } of answers) assert.equal(reason === null, verdict === 'supported', key);
    const reasons = [...answers.flatMap(({ reason }) => reason ?? []), ...notes.map(({ reason }) => reason)];
    for (const reason of reasons) {
      assert.notEqual(reasonSentence(reason), reason.code);
      assert.doesNotMatch(reasonSentence(reason), /\{/);
    }
  }
});

test('BOSM-02: current platforms are there on both architectures; the old rows have no agent', () => {
  const verdict = (key: string) => row(key).capabilities.agent.verdict;
  for (const key of ['debian-13-x64', 'debian-13-arm64', 'ubuntu-24.04-arm64', 'rhel-9-x64'])
    assert.equal(verdict(key), 'supported', key);
  const planned = ['sles-15.6-x64', 'windows-11-arm64', 'windows-server-2016-x64', 'windows-server-2025-x64'];
  for (const key of planned) assert.notEqual(verdict(key), 'unsupported', key);
  for (const { key, capabilities, minimumVersion } of systemRows.slice(0, 15)) {
    const managed = capabilities['package-deployment'].verdict;
    assert.deepEqual(
      [capabilities.agent.verdict, managed, minimumVersion],
      ['unsupported', 'simulated', null],
      key,
    );
    assert.equal(capabilities.agent.reason?.code, 'system-agent-runtime');
    assert.notEqual(capabilities['image-restore'].verdict, 'unsupported', key);
  }
});

test('BOSM-04, BOSM-05: any Windows may lose contact; Windows 2000 has the common notes and no others', () => {
  for (const each of systemRows) {
    const codes = each.notes.map(({ reason }) => reason.code);
    assert.equal(codes.includes('system-note-firewall-later'), each.family === 'windows', each.key);
    assert.equal(codes.includes('system-note-boot-window'), each.family === 'windows', each.key);
  }
  assert.deepEqual(notesAt('windows-2000-x86', 4), ['firewall-later', 'boot-window', 'live-session']);
});

test('BOSM-06: only SP2 of XP closes the ports, and its console needs a trusted site', () => {
  const own = ['closes-ports', 'trusted-site'];
  const found = (level: number) => notesAt('windows-xp-x86', level).filter((code) => own.includes(code));
  assert.deepEqual([0, 1, 2, 3].map(found), [[], [], own, []]);
});

test('BOSM-08, BOSM-09: each flag of Server 2003 at its service packs; R2 has its own', () => {
  const at = (key: string, level: number) => notesAt(key, level).slice(3);
  assert.deepEqual(at('windows-server-2003-x86', 0), []);
  assert.deepEqual(at('windows-server-2003-x86', 1), ['pssu', 'trusted-site', 'dhcp-port']);
  assert.deepEqual(at('windows-server-2003-x86', 2), ['pssu', 'trusted-site', 'nfs-ports', 'dhcp-port']);
  assert.deepEqual(at('windows-server-2003-r2-x64', 0), ['pssu', 'r2-shown', 'sysprep-dialog']);
});

test('BOSM-10, BOSM-13, BOSM-14, BOSM-15: WinRE, dynamic disks and BitLocker from Vista and Server 2008 on', () => {
  const withNotes = systemRows.filter(({ notes }) =>
    ['winre-dynamic-disk', 'bitlocker'].every((code) =>
      notes.some(({ reason }) => reason.code === `system-note-${code}`),
    ),
  );
  const ids = new Set(withNotes.map(({ id }) => id));
  for (const id of [
    'windows-vista',
    'windows-server-2008',
    'windows-server-2008-r2',
    'windows-7',
    'windows-8',
  ])
    assert.ok(ids.has(id), id);
  for (const id of ['windows-server-2012', 'windows-10', 'windows-11', 'windows-server-2025'])
    assert.ok(ids.has(id), id);
  for (const id of ['windows-2000', 'windows-xp', 'windows-server-2003', 'windows-server-2003-r2', 'debian'])
    assert.ok(!ids.has(id), id);
  assert.ok(notesAt('windows-7-x64', 1, 'server').includes('managed-only'));
});

test('BOSM-16: which systems host the server', () => {
  const verdict = (key: string) => row(key).capabilities.server.verdict;
  assert.deepEqual(
    ['debian-12-x64', 'ubuntu-22.04-arm64', 'rhel-9-x64', 'windows-server-2022-x64', 'windows-11-x64'].map(
      verdict,
    ),
    ['supported', 'supported', 'planned', 'planned', 'unsupported'],
  );
  for (const key of ['windows-server-2008-r2-x64', 'windows-server-2012-x64'])
    assert.ok(notesAt(key, 0, 'server').includes('old-server-host'), key);
  assert.equal(verdict('windows-server-2012-x64'), 'unsupported');
});

/** As the systems write them: os-release's ID and VERSION_ID, and the key CurrentVersion of Windows. */
const linuxSystems: readonly (readonly [id: string, version: string, name: string, key: string | null])[] = [
  ['debian', '12', 'Debian GNU/Linux 12 (bookworm)', 'debian-12-x64'],
  ['debian', '', 'Debian GNU/Linux forky/sid', null],
  ['ubuntu', '24.04', 'Ubuntu 24.04.1 LTS', 'ubuntu-24.04-x64'],
  ['ubuntu', '23.10', 'Ubuntu 23.10', null],
  ['rhel', '9.4', 'Red Hat Enterprise Linux 9.4 (Plow)', 'rhel-9-x64'],
  ['rocky', '8.10', 'Rocky Linux 8.10 (Green Obsidian)', 'rocky-8-x64'],
  ['almalinux', '10.0', 'AlmaLinux 10.0 (Purple Lion)', 'almalinux-10-x64'],
  ['sles', '15.6', 'SUSE Linux Enterprise Server 15 SP6', 'sles-15.6-x64'],
  ['opensuse-leap', '15.6', 'openSUSE Leap 15.6', 'opensuse-leap-15.6-x64'],
  ['arch', '', 'Arch Linux', null],
];
const windowsSystems: readonly (readonly [productName: string, build: string, csd: string, found: string])[] =
  [
    ['Windows 10 Pro', '19045', '', 'windows-10 | Pro | 0'],
    ['Windows 10 Pro', '22631', '', 'windows-11 | Pro | 0'],
    ['Windows 10 Enterprise', '26100', '', 'windows-11 | Enterprise | 0'],
    ['Windows Server 2022 Standard', '20348', '', 'windows-server-2022 | Standard | 0'],
    ['Windows Server 2016 Datacenter', '14393', '', 'windows-server-2016 | Datacenter | 0'],
    ['Windows Server 2012 R2 Standard', '9600', '', 'windows-server-2012-r2 | Standard | 0'],
    ['Windows 8.1 Pro', '9600', '', 'windows-8.1 | Pro | 0'],
    ['Windows 7 Professional', '7601', 'Service Pack 1', 'windows-7 | Professional | 1'],
    ['Windows Server (R) 2008 Standard', '6002', 'Service Pack 2', 'windows-server-2008 | Standard | 2'],
    ['Windows Vista (TM) Business', '6000', '', 'windows-vista | Business | 0'],
    ['Microsoft Windows Server 2003 R2', '3790', 'Service Pack 1', 'windows-server-2003-r2 | - | 1'],
    ['Microsoft Windows XP', '2600', 'Service Pack 3', 'windows-xp | - | 3'],
    ['Microsoft Windows 2000', '2195', 'Service Pack 4', 'windows-2000 | - | 4'],
    ['Windows Embedded Standard', '7601', 'Service Pack 1', 'windows | - | 1'],
    ['ReactOS', '2600', '', 'windows | - | 0'],
  ];

test('BOSM-01: real os-release values find their row; an unlisted system is accepted with a warning', () => {
  for (const [id, version, name, key] of linuxSystems) {
    const found = matchSystem({ family: 'linux', id, version, name, architecture: 'x64' });
    assert.equal(found.row?.key ?? null, key, name);
    assert.deepEqual(
      found.warnings.map(({ code }) => code),
      key === null ? ['system-unlisted'] : [],
    );
  }
});

test('BCON-11, BOSM-09, BOSM-18: Windows is told by name, build and CSDVersion; R2 and Windows 11 are not lost', () => {
  for (const [productName, currentBuild, csdVersion, expected] of windowsSystems) {
    const { id, edition, servicePack } = windowsSystem({ productName, currentBuild, csdVersion });
    assert.equal(`${id} | ${edition ?? '-'} | ${servicePack?.major ?? 0}`, expected, productName);
  }
});

test('BOSM-18: the value CSDVersion decides the level of Server 2008, empty or Service Pack 1', () => {
  const at = (csdVersion: string) =>
    matchSystem({
      ...windowsSystem({ productName: 'Windows Server 2008 Standard', currentBuild: '6001', csdVersion }),
      family: 'windows',
      version: '6.0.6001',
      architecture: 'x64',
    } as KnownSystem);
  const isHeld = (csd: string) =>
    at(csd).notes.some(({ reason }) => reason.code === 'system-note-level-chain');
  assert.deepEqual([isHeld(''), isHeld('Service Pack 1')], [true, false]);
  assert.deepEqual(at('Service Pack 1').warnings, []);
  assert.deepEqual(at('Service Pack 3').warnings, [
    { code: 'system-level-unlisted', params: { system: 'Windows Server 2008', level: 3 } },
  ]);
});

test('a Windows whose id is not listed is found by its name and build; a foreign edition is told', () => {
  const system = { family: 'windows', architecture: 'x64', version: '10.0.22631' } as const;
  const found = matchSystem({ ...system, id: 'windows', name: 'Windows 10 Pro' });
  assert.deepEqual([found.row?.key, found.warnings], ['windows-11-x64', []]);
  const home = matchSystem({ ...system, id: 'windows-11', name: 'Windows 11', edition: 'Home' });
  assert.deepEqual(home.warnings[0]?.code, 'system-edition-unlisted');
  const server = { ...system, id: 'windows-server-2022', name: 'Windows Server 2022' };
  assert.deepEqual(matchSystem({ ...server, edition: 'ServerStandard' }).warnings, []);
});

const script = (interpreter: 'sh' | 'bash' | 'cmd' | 'powershell'): Step => ({
  kind: 'run-script',
  id: interpreter,
  name: interpreter,
  interpreter,
  text: 'exit',
});
const restart: Step = { kind: 'restart', id: 'r', name: 'restart' };
const machineWith = (system: Parameters<typeof anInventory>[0], isSimulated?: boolean) => {
  const inventory = anInventory(system);
  const agent = { ...inventory.agent, ...(isSimulated === undefined ? {} : { isSimulated }) };
  return aMachine({ inventory: { ...inventory, agent } });
};
const xp = {
  family: 'windows',
  id: 'windows-xp',
  name: 'Windows XP',
  version: '5.1',
  architecture: 'x86',
} as const;
const windows11 = { family: 'windows', id: 'windows-11', name: 'Windows 11', version: '10.0.22631' } as const;
const plan9 = { id: 'plan9', name: 'Plan 9', version: '4' } as const;

test('BOSM-01, BOSM-02: a step is refused only where the matrix says no', () => {
  const cases: [ReturnType<typeof aMachine>, Step, string | null][] = [
    [aMachine(), script('sh'), null],
    [aMachine(), script('cmd'), 'system-no-interpreter'],
    [aMachine(), script('powershell'), null],
    [machineWith(windows11), script('bash'), 'system-no-interpreter'],
    [machineWith(windows11), script('powershell'), null],
    [machineWith(windows11), restart, null],
    [machineWith(xp), installStep('hello'), 'system-simulated-only'],
    [machineWith(xp), restart, 'system-simulated-only'],
    [machineWith(xp, true), installStep('hello'), null],
    [machineWith(xp), { kind: 'wake', id: 'w', name: 'wake' }, null],
    [machineWith(plan9), installStep('hello'), null],
    [aMachine({ inventory: null }), script('cmd'), null],
  ];
  for (const [machine, step, code] of cases)
    assert.equal(systemRefusal(step, machine)?.code ?? null, code, `${step.kind} ${step.id}`);
});

test('BOSM-01: the plan leaves a step out where the system cannot do it, and says why; the rest stays', () => {
  const ask = (facts: ReturnType<typeof aMachine>, steps: Step[]) =>
    plan({
      scenario: aScenario({ steps }),
      packages: new Map([['hello', aPackage()]]),
      facts,
      variables: {},
      matches: () => true,
    });
  const mixed = ask(aMachine(), [script('cmd'), script('sh')]);
  assert.equal(mixed.state, 'applicable');
  assert.deepEqual(mixed.steps.filter(({ kind }) => kind === 'run-script').length, 1);
  assert.deepEqual(
    mixed.skipped.map(({ reason }) => reasonSentence(reason)),
    ['Debian GNU/Linux 12 cannot run cmd scripts.'],
  );
  const none = ask(machineWith(xp), [installStep('hello')]);
  assert.equal(none.state, 'not-applicable');
  assert.deepEqual(
    none.reasons.map(({ code }) => code),
    ['system-simulated-only'],
  );
  assert.equal(ask(machineWith(xp, true), [installStep('hello')]).state, 'applicable');
});

test('BFWL-05, BFWL-24: contact may be lost on any Windows once its firewall is on; Server 2003 has it off at first', () => {
  for (const { key, family, notes, firewall, id } of systemRows) {
    const isTold = notes.some(({ reason }) => reason.code === 'system-note-firewall-later');
    assert.equal(isTold, family === 'windows', key);
    if (id.startsWith('windows-server-2003')) assert.equal(firewall, 'off', key);
    else if (family === 'windows' && id !== 'windows-2000') assert.equal(firewall, 'on', key);
  }
});

test('BFWL-28, BFWL-29: which systems let nothing in after their own set-up, and at which service packs', () => {
  const told = (code: string) =>
    systemRows.flatMap(({ key, servicePacks }) =>
      servicePacks
        .filter((level) => notesAt(key, level, 'agent').includes(code))
        .map((level) => `${key} ${level}`),
    );
  assert.deepEqual(told('closes-ports'), ['windows-xp-x86 2']);
  const pssu = told('pssu');
  for (const at of ['windows-server-2003-x86 1', 'windows-server-2003-x64 2'])
    assert.ok(pssu.includes(at), at);
  assert.ok(pssu.some((at) => at.startsWith('windows-server-2003-r2-')));
  assert.ok(
    pssu.every((at) => at.startsWith('windows-server-2003-') && !at.endsWith('2003-x86 0')),
    pssu.join(),
  );
});

test('a Windows that our packages are made for, and that nobody has seen them on, says just that', () => {
  const planned = systemRows.filter(
    ({ family, capabilities }) => family === 'windows' && capabilities.agent.verdict === 'planned',
  );
  assert.ok(planned.length >= 6);
  for (const { architecture, capabilities } of planned) {
    const { agent, server } = capabilities;
    assert.equal(agent.reason?.code, architecture === 'x64' ? 'system-agent-unseen' : 'system-agent-planned');
    if (server.verdict === 'planned') assert.equal(server.reason?.code, 'system-server-unseen');
  }
});
