/** The matrix itself: its rows, notes, levels and what systems are known to do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Value from 'typebox/value';
import { reasonSentence } from '../reason.ts';
import { operatingSystems } from '../software/operating-systems.ts';
import { matchSystem } from './match-system.ts';
import { SystemRow } from './system-row.ts';
import { systemRows } from './system-rows.ts';

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
