/** What the agent does with patches by itself: those of PATCH=, and those that were applied. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { noteHistory, tellHistory } from '../assignment/property-history.ts';
import { openOutbox } from '../outbox/outbox.ts';
import { openSender } from '../outbox/sender.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { applyPatch } from './apply.ts';
import { listPatches } from './list.ts';
import { code, keys, newMachine, others, patchFile, program, properties } from './patch-for-test.ts';
import { rollBackPatch } from './roll-back.ts';
import { settlePatches } from './settle.ts';
import { readRecords, writeRecord } from './store.ts';

test('AGENT-07, AGENT-14: what PATCH= names is applied once, in its order, and again after a repair', async (t) => {
  const machine = newMachine(t);
  const files = [
    await patchFile(machine, 'TK1001', '0.1.1'),
    await patchFile(machine, 'TK1002', '0.1.2', { requires: ['TK1001'] }),
  ];
  const { assignment = {}, ...rest } = readSettings(machine.data);
  writeSettings(machine.data, { ...rest, assignment: { ...assignment, patch: files.join(';') } });
  const nothing = { applied: [], repaired: [], forgotten: [], left: [] };
  assert.deepEqual(await settlePatches(machine), { ...nothing, applied: ['TK1001', 'TK1002'] });
  assert.equal(machine.versions(), '0.1.2 0.1.2');
  assert.deepEqual(await settlePatches(machine), nothing);
  // The files that were given are gone; what is kept of them is enough.
  for (const file of files) rmSync(file);
  machine.install('0.1.0');
  assert.deepEqual(await settlePatches(machine), { ...nothing, repaired: ['TK1001', 'TK1002'] });
  assert.equal(machine.versions(), '0.1.2 0.1.2');
  machine.install('0.1.5');
  assert.deepEqual(new Set((await settlePatches(machine)).forgotten), new Set(['TK1001', 'TK1002']));
  assert.equal(machine.versions(), '0.1.5 0.1.5', 'an upgrade that holds them is not undone');
  assert.equal(readSettings(machine.data).assignment?.patch, undefined);
});

test('a patch of PATCH= that cannot be applied is told once, and stops no later installation', async (t) => {
  const machine = newMachine(t);
  const bad = await patchFile(machine, 'TK1001', '0.1.1', {}, { by: others });
  const { assignment = {}, ...rest } = readSettings(machine.data);
  writeSettings(machine.data, { ...rest, assignment: { ...assignment, patch: bad } });
  await assert.rejects(settlePatches(machine), code('agent-patch-root-unknown'));
  assert.deepEqual(await settlePatches(machine), { applied: [], repaired: [], forgotten: [], left: [] });
  assert.deepEqual(readSettings(machine.data).assignment, properties);
});

test('AGENT-29: what a patch changed is noted and told to the site once; so is what nobody announced', async (t) => {
  const machine = newMachine(t);
  const { data } = machine;
  noteHistory(data, 'installation', 1);
  await applyPatch(machine, await patchFile(machine, 'TK1001', '0.1.2'), { words: ['FSP='] });
  rollBackPatch(machine, 'TK1001');
  const { assignment = {}, ...rest } = readSettings(data);
  const { locator: _, ...left } = assignment;
  writeSettings(data, { ...rest, assignment: left });
  noteHistory(data, 'other', 9);
  const outbox = openOutbox({ folder: data.outbox, now: machine.now });
  tellHistory(data, outbox);
  tellHistory(data, outbox);
  const sent = await openSender({ folder: data.outbox }).take({ count: 100, bytes: 1 << 20 });
  const told = sent.flatMap(({ report }) => (report.kind === 'status' ? report : []));
  assert.deepEqual(
    told.map(({ code, params: { name, to, origin } }) => [code.split('-').at(-1), name, to === '-', origin]),
    [
      ['changed', 'FSP', false, 'installation'],
      ['changed', 'LOCATOR', false, 'installation'],
      ['changed', 'MP', false, 'installation'],
      ['changed', 'ROOTFINGERPRINT', false, 'installation'],
      ['lost', 'FSP', true, 'patch'],
      ['changed', 'FSP', false, 'rollback'],
      ['lost', 'LOCATOR', true, 'other'],
    ],
  );
});

test('HOTFIX-24: an application that was interrupted is partial, and is finished', async (t) => {
  const machine = newMachine(t);
  const first = machine.sums();
  await applyPatch(machine, await patchFile(machine, 'TK1001', '0.1.2'), { words: ['SITECODE=TK1'] });
  // As a power cut between the two programs leaves it.
  writeFileSync(join(machine.programs, 'tenkai-agent.mjs'), program('tenkai-agent.mjs', '0.1.0'));
  const [record] = readRecords(machine.data);
  assert.ok(record);
  writeRecord(machine.data, { ...record, state: 'applying' });
  writeSettings(machine.data, { rootFingerprint: keys.rootFingerprint, assignment: properties });
  assert.equal(listPatches(machine)[0]?.state, 'partial');
  assert.deepEqual((await settlePatches(machine)).repaired, ['TK1001']);
  assert.equal(listPatches(machine)[0]?.state, 'compliant');
  assert.equal(readSettings(machine.data).assignment?.siteCode, 'TK1');
  rollBackPatch(machine, 'TK1001');
  assert.deepEqual(machine.sums(), first, 'what was kept before the cut was not lost');
  assert.equal(existsSync(join(machine.data.root, 'patches', 'TK1001')), false);
});

test('a program that was altered after the patch is repaired, and never kept in place of the first one', async (t) => {
  const machine = newMachine(t);
  const first = machine.sums();
  await applyPatch(machine, await patchFile(machine, 'TK1001', '0.1.2'), { words: ['FSP=one.example'] });
  await applyPatch(machine, join(machine.root, 'TK1001.tkp'), { words: ['FSP=two.example'] });
  for (const version of ['0.1.2', '0.1.0']) {
    writeFileSync(join(machine.programs, 'engine.mjs'), `${program('engine.mjs', version)}evil();\n`);
    assert.deepEqual((await settlePatches(machine)).repaired, ['TK1001']);
    assert.equal(machine.versions(), '0.1.2 0.1.2');
  }
  rollBackPatch(machine, 'TK1001');
  assert.deepEqual(machine.sums(), first);
  assert.equal(readSettings(machine.data).assignment?.fallbackStatusPoint, properties.fallbackStatusPoint);
});

test('a kept patch that is damaged, or of a site that is trusted no more, stops no installation', async (t) => {
  const machine = newMachine(t);
  await applyPatch(machine, await patchFile(machine, 'TK1001', '0.1.2'));
  const nothing = { applied: [], repaired: [], forgotten: [], left: ['TK1001'] };
  const settings = readSettings(machine.data);
  writeSettings(machine.data, { ...settings, rootFingerprint: others.rootFingerprint });
  machine.install('0.1.0');
  assert.deepEqual(await settlePatches(machine), nothing);
  assert.deepEqual([machine.versions(), listPatches(machine)[0]?.state], ['0.1.0 0.1.0', 'absent']);
  writeSettings(machine.data, settings);
  const kept = join(machine.data.root, 'patches/TK1001/patch.tkp');
  const whole = readFileSync(kept);
  writeFileSync(kept, whole.subarray(0, 500));
  assert.deepEqual(await settlePatches(machine), nothing);
  writeFileSync(kept, whole);
  assert.deepEqual((await settlePatches(machine)).repaired, ['TK1001']);
});
