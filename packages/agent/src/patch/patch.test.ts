/** Real patches, signed by a real key chain, on a folder of programs and an agent's real data folder. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import type { AgentPatch } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { agentPatchProof, type PatchDocument, packPatch } from '@tenkai/protocol/agent/patch.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { makeSiteKeys, type SiteKeys, signWith } from '@tenkai/testkit/small-site/site-keys.ts';
import { noteHistory, tellHistory } from '../assignment/property-history.ts';
import { dataFolder, makeDataFolder } from '../data-folder.ts';
import { openOutbox } from '../outbox/outbox.ts';
import { openSender } from '../outbox/sender.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { applyPatch, type PatchDeps } from './apply.ts';
import { listPatches } from './list.ts';
import { rollBackPatch } from './roll-back.ts';
import { settlePatches } from './settle.ts';
import { readRecords, writeRecord } from './store.ts';

let keys: SiteKeys;
let others: SiteKeys;
before(async () => {
  [keys, others] = await Promise.all([makeSiteKeys(), makeSiteKeys()]);
});

const program = (name: string, version: string) => `// ${name.replace('.mjs', '')} ${version}\nexport {};\n`;
const names = ['engine.mjs', 'tenkai-agent.mjs'];
const properties = {
  managementPoint: 'https://mp.example',
  locator: 'https://slp.example',
  fallbackStatusPoint: 'https://fsp.example',
};

interface Machine extends PatchDeps {
  readonly root: string;
  /** As a package manager lays them out. */
  install(version: string): void;
  versions(): string;
  /** Hashes of all programs. */
  sums(): string[];
}

function newMachine(t: TestContext, version = '0.1.0'): Machine {
  const root = mkdtempSync(join(tmpdir(), 'tenkai-patch-test-'));
  atEnd(t, () => rmSync(root, { recursive: true, force: true }));
  const data = dataFolder(join(root, 'data'));
  makeDataFolder(data);
  const programs = join(root, 'programs');
  mkdirSync(programs);
  writeSettings(data, { rootFingerprint: keys.rootFingerprint, assignment: properties });
  const read = (name: string) => readFileSync(join(programs, name), 'utf8');
  const machine = {
    data,
    programs,
    root,
    now: () => Date.parse('2026-05-06T07:08:09Z'),
    install(other: string) {
      for (const name of names) writeFileSync(join(programs, name), program(name, other));
    },
    versions: () => names.map((name) => / (\S+)\n/.exec(read(name))?.[1]).join(' '),
    sums: () => names.map((name) => createHash('sha256').update(read(name)).digest('hex')),
  };
  machine.install(version);
  return machine;
}

interface Forgery {
  readonly by?: SiteKeys;
  readonly change?: (document: PatchDocument) => PatchDocument;
}

/** Writes a patch as the site's command line makes it. */
async function patchFile(
  { root }: Pick<Machine, 'root'>,
  id: string,
  version: string,
  over: Partial<AgentPatch> = {},
  { by = keys, change = (document) => document }: Forgery = {},
): Promise<string> {
  const contents = Object.fromEntries(names.map((name) => [name, Buffer.from(program(name, version))]));
  const files = Object.entries(contents).map(([name, bytes]) => ({
    name,
    version,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  const patch = JSON.stringify({
    ...{ format: 1, id, title: `patch ${id}`, symptom: '', line: '0.1', system: 'linux' },
    ...{ architecture: 'any', replaces: [], requires: [], madeAt: new Date().toISOString(), files },
    ...over,
  });
  const document = change({
    patch,
    ...signWith(by.signing, agentPatchProof(patch)),
    rootCertificate: by.root.certificate,
    programs: Object.fromEntries(names.map((name) => [name, contents[name]?.toString('base64') ?? ''])),
  });
  const file = join(root, `${id}.tkp`);
  writeFileSync(file, await packPatch(document));
  return file;
}

const code = (wanted: string) => (error: unknown) => error instanceof Failure && error.code === wanted;

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
