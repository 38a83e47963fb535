/** Patches that are applied, refused and taken back. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSettings, writeSettings } from '../settings.ts';
import { applyPatch } from './apply.ts';
import { listPatches } from './list.ts';
import {
  code,
  type Forgery,
  keys,
  names,
  newMachine,
  others,
  patchFile,
  properties,
} from './patch-for-test.ts';
import { rollBackPatch } from './roll-back.ts';
import { readRecords } from './store.ts';

test('HOTFIX-30, AGENT-27: applied and taken back, the programs are the first ones; every property stays', async (t) => {
  const machine = newMachine(t);
  const [sums, settings] = [machine.sums(), readSettings(machine.data)];
  const plan = await applyPatch(machine, await patchFile(machine, 'TK1001', '0.1.2'));
  assert.deepEqual([plan.state, machine.versions()], ['absent', '0.1.2 0.1.2']);
  assert.deepEqual(readSettings(machine.data), settings);
  assert.deepEqual(
    listPatches(machine).map(({ id, state, appliedAt }) => [id, state, appliedAt]),
    [['TK1001', 'compliant', '2026-05-06T07:08:09.000Z']],
  );
  assert.equal((await applyPatch(machine, join(machine.root, 'TK1001.tkp'))).isDone, true);
  const { programs } = rollBackPatch(machine, 'TK1001');
  assert.deepEqual(new Set(programs.map(({ act }) => act)), new Set(['restored']));
  assert.deepEqual([machine.sums(), readSettings(machine.data), listPatches(machine)], [sums, settings, []]);
});

test('AGENT-28: a dry run tells what would become of each property and changes nothing; a rollback restores them', async (t) => {
  const machine = newMachine(t);
  const file = await patchFile(machine, 'TK1001', '0.1.2');
  const [before, sums] = [readSettings(machine.data), machine.sums()];
  const words = ['FSP=', 'LOCATOR=other.example', 'SITECODE=TK1'];
  const plan = await applyPatch(machine, file, { words, dryRun: true });
  assert.deepEqual(
    plan.properties.map(({ name, state }) => `${name} ${state}`),
    ['FSP removed', 'LOCATOR changed', 'MP kept', 'ROOTFINGERPRINT kept', 'SITECODE added'],
  );
  assert.deepEqual([machine.sums(), readSettings(machine.data)], [sums, before]);
  await applyPatch(machine, file, { words });
  const { assignment = {}, rootFingerprint = '' } = readSettings(machine.data);
  assert.deepEqual(
    [assignment.fallbackStatusPoint, assignment.locator, assignment.siteCode],
    [undefined, 'https://other.example', 'TK1'],
  );
  // Changed on purpose since: that stays.
  const later = { ...assignment, siteCode: 'OSA' };
  writeSettings(machine.data, { rootFingerprint, assignment: later });
  assert.deepEqual(rollBackPatch(machine, 'TK1001').properties, ['LOCATOR', 'FSP']);
  assert.deepEqual(readSettings(machine.data), {
    rootFingerprint,
    assignment: { ...properties, siteCode: 'OSA' },
  });
});

test('HOTFIX-29: what was altered, or signed by nobody we know, is refused, and nothing was changed', async (t) => {
  const machine = newMachine(t);
  const before = [machine.sums(), readSettings(machine.data)];
  const evil = Buffer.from('// tenkai-agent 0.1.2\nexport {};//\n').toString('base64');
  const cases: [string, Forgery, string][] = [
    [
      'a program',
      { change: (one) => ({ ...one, programs: { ...one.programs, 'tenkai-agent.mjs': evil } }) },
      'agent-patch-tampered',
    ],
    [
      'a program too many',
      { change: (one) => ({ ...one, programs: { ...one.programs, 'more.mjs': evil } }) },
      'agent-patch-tampered',
    ],
    [
      'a program too few',
      { change: (one) => ({ ...one, programs: { 'engine.mjs': one.programs['engine.mjs'] ?? '' } }) },
      'agent-patch-tampered',
    ],
    [
      'the table',
      { change: (one) => ({ ...one, patch: one.patch.replace('patch TK1001', 'patch TK1002') }) },
      'site-signature-invalid',
    ],
    ['another site', { by: others }, 'agent-patch-root-unknown'],
    [
      'another site that shows our root',
      { by: others, change: (one) => ({ ...one, rootCertificate: keys.root.certificate }) },
      'site-signature-invalid',
    ],
  ];
  for (const [name, forgery, wanted] of cases) {
    const file = await patchFile(machine, 'TK1001', '0.1.2', {}, forgery);
    await assert.rejects(applyPatch(machine, file), code(wanted), name);
  }
  const whole = readFileSync(await patchFile(machine, 'TK1001', '0.1.2'));
  const cut = join(machine.root, 'cut.tkp');
  for (const bytes of [whole.subarray(0, 400), Buffer.from('MZ'), Buffer.alloc(0)]) {
    writeFileSync(cut, bytes);
    await assert.rejects(applyPatch(machine, cut), code('agent-patch-unreadable'));
  }
  await assert.rejects(applyPatch(machine, join(machine.root, 'no.tkp')), code('agent-patch-missing'));
  await assert.rejects(applyPatch(machine, '/srv/a.msp'), code('agent-patch-system'));
  assert.deepEqual([machine.sums(), readSettings(machine.data)], before);
  assert.deepEqual(readRecords(machine.data), []);
  writeSettings(machine.data, { assignment: properties });
  const good = await patchFile(machine, 'TK1001', '0.1.2');
  await assert.rejects(applyPatch(machine, good), code('agent-patch-root-unknown'), 'no key is pinned');
});

test('HOTFIX-06, HOTFIX-25: a superseded patch is refused, an older one leaves what is newer', async (t) => {
  const machine = newMachine(t);
  await applyPatch(machine, await patchFile(machine, 'TK1002', '0.1.3', { replaces: ['TK1001'] }));
  const sums = machine.sums();
  const old = await patchFile(machine, 'TK1001', '0.1.2');
  await assert.rejects(applyPatch(machine, old), code('agent-patch-superseded'));
  const other = await applyPatch(machine, await patchFile(machine, 'TK1000', '0.1.1'));
  assert.deepEqual(new Set(other.programs.map(({ act }) => act)), new Set(['keep-newer']));
  assert.deepEqual(machine.sums(), sums);
  await assert.rejects(
    applyPatch(machine, await patchFile(machine, 'TK1009', '0.2.9', { line: '0.2' })),
    code('agent-patch-line'),
  );
});

test('of two patches the later one is taken back first', async (t) => {
  const machine = newMachine(t);
  const first = machine.sums();
  await applyPatch(machine, await patchFile(machine, 'TK1001', '0.1.1'));
  await applyPatch(machine, await patchFile(machine, 'TK1002', '0.1.2', { replaces: ['TK1001'] }));
  assert.deepEqual(
    listPatches(machine).map(({ id, state, by }) => [id, state, by]),
    [
      ['TK1001', 'superseded', 'TK1002'],
      ['TK1002', 'compliant', null],
    ],
  );
  assert.throws(() => rollBackPatch(machine, 'TK1001'), code('agent-patch-not-latest'));
  rollBackPatch(machine, 'TK1002');
  assert.equal(machine.versions(), '0.1.1 0.1.1');
  rollBackPatch(machine, 'TK1001');
  assert.deepEqual(machine.sums(), first);
  assert.throws(() => rollBackPatch(machine, 'TK1001'), code('agent-patch-unknown'));
});

test('HOTFIX-30: a rollback restores a program that says no version, and takes away one that the patch brought', async (t) => {
  const machine = newMachine(t);
  const [engine, agent] = names.map((name) => join(machine.programs, name)) as [string, string];
  rmSync(engine);
  const old = 'export {}; // of a build that did not say its version\n';
  writeFileSync(agent, old);
  await applyPatch(machine, await patchFile(machine, 'TK1001', '0.1.2'));
  assert.equal(machine.versions(), '0.1.2 0.1.2');
  const { programs } = rollBackPatch(machine, 'TK1001');
  assert.deepEqual(
    programs.map(({ name, act }) => `${name} ${act}`),
    ['engine.mjs taken', 'tenkai-agent.mjs restored'],
  );
  assert.deepEqual([existsSync(engine), readFileSync(agent, 'utf8')], [false, old]);
});
