/**
 * Client patches of Windows with real signatures, on a folder of programs and an agent's real data folder. Windows
 * Installer is played by what its documentation says of three command lines; the real one, of Wine, is in
 * `packages/testkit/src/paths/windows/msi.host.test.ts`.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import type { AgentPatch } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { mspCodeOf } from '@tenkai/protocol/agent/installer-guid.ts';
import { agentPatchProof } from '@tenkai/protocol/agent/patch.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { makeSiteKeys, type SiteKeys, signWith } from '@tenkai/testkit/small-site/site-keys.ts';
import { dataFolder, makeDataFolder } from '../../data-folder.ts';
import type { ClientPatch } from '../../platform/platform.ts';
import { createClientPatches } from '../../platform/windows/client-patches.ts';
import { readSettings, writeSettings } from '../../settings.ts';
import { readRecords } from '../store.ts';
import { applyMsp } from './apply.ts';
import type { MspDeps } from './deps.ts';
import { listMsps } from './list.ts';
import { rollBackMsp } from './roll-back.ts';
import { settleMsps } from './settle.ts';

let keys: SiteKeys;
let others: SiteKeys;
before(async () => {
  [keys, others] = await Promise.all([makeSiteKeys(), makeSiteKeys()]);
});

const product = '{E343EC03-9601-59BD-9118-F61821FDBDDC}';
const names = ['engine.mjs', 'tenkai-agent.mjs'];
const program = (name: string, version: string) => `// ${name.replace('.mjs', '')} ${version}\nexport {};\n`;
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
const code = (wanted: string) => (error: unknown) => error instanceof Failure && error.code === wanted;
const properties = { managementPoint: 'https://mp.example', fallbackStatusPoint: 'https://fsp.example' };

interface Machine extends MspDeps {
  readonly root: string;
  /** What Windows Installer was told, without the path of its program. */
  readonly ran: string[];
  /** Exit codes that it gives instead of doing anything. */
  readonly refusals: number[];
  readonly listed: ClientPatch[];
  versions(): string;
  sums(): string[];
}

function newMachine(t: TestContext): Machine {
  const root = mkdtempSync(join(tmpdir(), 'tenkai-msp-agent-'));
  atEnd(t, () => rmSync(root, { recursive: true, force: true }));
  const data = dataFolder(join(root, 'data'));
  makeDataFolder(data);
  const programs = join(root, 'programs');
  mkdirSync(programs);
  writeSettings(data, { rootFingerprint: keys.rootFingerprint, assignment: properties });
  const place = (version: string) => {
    for (const name of names) writeFileSync(join(programs, name), program(name, version));
  };
  place('0.1.1');
  const [ran, refusals, listed]: [string[], number[], ClientPatch[]] = [[], [], []];
  const read = (name: string) => readFileSync(join(programs, name), 'utf8');
  const { applyCommand, removalCommand } = createClientPatches(async () => null);
  return {
    ...{ data, programs, root, ran, refusals, listed, system: 'windows' },
    now: () => Date.parse('2026-05-06T07:08:09Z'),
    patches: { installed: async () => ({ product, patches: listed }), applyCommand, removalCommand },
    run: async ({ program: file, args, isVerbatim }) => {
      ran.push([file.split(/[\\/]/).at(-1), ...args].join(' '));
      assert.equal(isVerbatim, true);
      const refusal = refusals.shift();
      if (refusal !== undefined) return refusal;
      if (args[0] === '/p') {
        const [id = '', version = ''] = readFileSync(args[1]?.replaceAll('"', '') ?? '', 'utf8').split(' ');
        place(version);
        const patch = mspCodeOf(id, product);
        listed.push({ code: patch, state: 'applied', name: '', isRemovable: true });
        return 0;
      }
      listed.pop();
      place('0.1.1');
      return 3010;
    },
    versions: () => names.map((name) => / (\S+)\n/.exec(read(name))?.[1]).join(' '),
    sums: () => names.map((name) => sha256(read(name))),
  };
}

interface Forgery {
  readonly by?: SiteKeys;
  readonly over?: Partial<AgentPatch>;
}

/** Writes a patch and its signature, as the site's command line makes them. */
function mspFile(
  { root }: Machine,
  id: string,
  version: string,
  { by = keys, over = {} }: Forgery = {},
): string {
  const bytes = `${id} ${version} and a cabinet`;
  const files = names.map((name) => {
    const content = program(name, version);
    return { name, version, sizeBytes: content.length, sha256: sha256(content) };
  });
  const patch = JSON.stringify({
    ...{ format: 1, id, title: `patch ${id}`, symptom: '', line: '0.1', system: 'windows', files },
    ...{ architecture: process.arch, replaces: [], requires: [], madeAt: new Date().toISOString() },
    msp: { product, code: mspCodeOf(id, product), sizeBytes: bytes.length, sha256: sha256(bytes) },
    ...over,
  });
  const file = join(root, `tenkai-agent-0.1.1-${id}.msp`);
  writeFileSync(file, bytes);
  const signature = {
    patch,
    ...signWith(by.signing, agentPatchProof(patch)),
    rootCertificate: by.root.certificate,
  };
  writeFileSync(`${file}.sig`, JSON.stringify(signature));
  return file;
}

const states = async (machine: Machine) => (await listMsps(machine)).map(({ id, state }) => `${id} ${state}`);

test('HOTFIX-30, AGENT-28: applied and taken back by Windows Installer, programs and properties are the first ones', async (t) => {
  const machine = newMachine(t);
  const [sums, settings] = [machine.sums(), readSettings(machine.data)];
  const file = mspFile(machine, 'TK1001', '0.1.2');
  const words = ['FSP=', 'SITECODE=TK1'];
  const planned = await applyMsp(machine, file, { words, dryRun: true });
  const kept = join(machine.data.root, 'patches', 'TK1001', 'TK1001.msp');
  assert.match(planned.command, /msiexec\.exe \/p ".*TK1001\.msp" \/qn \/norestart$/);
  assert.deepEqual([machine.ran, machine.sums(), existsSync(kept)], [[], sums, false]);

  const plan = await applyMsp(machine, file, { words });
  assert.deepEqual(machine.ran, [`msiexec.exe /p "${kept}" /qn /norestart`]);
  assert.deepEqual([plan.state, machine.versions()], ['absent', '0.1.2 0.1.2']);
  assert.deepEqual(await states(machine), ['TK1001 compliant']);
  assert.deepEqual(readSettings(machine.data).assignment, {
    managementPoint: 'https://mp.example',
    siteCode: 'TK1',
  });
  assert.equal((await applyMsp(machine, file)).isDone, true);

  const { programs, properties: back, needsRestart } = await rollBackMsp(machine, 'TK1001');
  assert.equal(
    machine.ran.at(-1),
    `msiexec.exe /i ${product} MSIPATCHREMOVE=${mspCodeOf('TK1001', product)} /qn /norestart`,
  );
  assert.deepEqual(
    [new Set(programs.map(({ act }) => act)), back, needsRestart],
    [new Set(['restored']), ['SITECODE', 'FSP'], true],
  );
  assert.deepEqual([machine.sums(), readSettings(machine.data)], [sums, settings]);
  assert.deepEqual([await states(machine), readRecords(machine.data)], [[], []]);
  assert.equal(existsSync(kept), false);
});

test('HOTFIX-29: an .msp without signature, altered, or signed by nobody we know is refused, and never reaches Windows Installer', async (t) => {
  const machine = newMachine(t);
  const file = mspFile(machine, 'TK1001', '0.1.2');
  const refused = (wanted: string) => assert.rejects(applyMsp(machine, file), code(wanted), wanted);
  await assert.rejects(applyMsp(machine, 'TK1001'), code('agent-patch-file-only'));
  writeFileSync(file, `${readFileSync(file, 'latin1').slice(0, -1)}T`);
  await refused('agent-patch-tampered');
  mspFile(machine, 'TK1001', '0.1.2', { by: others });
  await refused('agent-patch-root-unknown');
  mspFile(machine, 'TK1001', '0.1.2');
  const signed = readFileSync(`${file}.sig`, 'utf8');
  writeFileSync(`${file}.sig`, signed.replace('patch TK1001', 'patch TK1009'));
  await refused('site-signature-invalid');
  writeFileSync(`${file}.sig`, signed.slice(0, 200));
  await refused('agent-patch-unreadable');
  rmSync(`${file}.sig`);
  await refused('agent-patch-unsigned');
  rmSync(file);
  await refused('agent-patch-missing');
  mspFile(machine, 'TK1001', '0.1.2', { over: { system: 'linux' } });
  await refused('agent-patch-unreadable');
  mspFile(machine, 'TK1001', '0.1.2');
  writeSettings(machine.data, { assignment: properties });
  await refused('agent-patch-root-unknown');
  assert.deepEqual([machine.ran, machine.versions(), readRecords(machine.data)], [[], '0.1.1 0.1.1', []]);
});

test('HOTFIX-06, HOTFIX-25: what is superseded, of another line or older than what is there never reaches Windows Installer', async (t) => {
  const machine = newMachine(t);
  await applyMsp(machine, mspFile(machine, 'TK1002', '0.1.3', { over: { replaces: ['TK1001'] } }));
  const [ran, sums] = [machine.ran.length, machine.sums()];
  const refuse = (file: string, wanted: string) =>
    assert.rejects(applyMsp(machine, file), code(wanted), wanted);
  await refuse(mspFile(machine, 'TK1001', '0.1.2'), 'agent-patch-superseded');
  await refuse(mspFile(machine, 'TK1000', '0.1.2'), 'agent-patch-not-applicable');
  await refuse(mspFile(machine, 'TK1009', '0.2.9', { over: { line: '0.2' } }), 'agent-patch-line');
  await refuse(
    mspFile(machine, 'TK1009', '0.1.9', { over: { requires: ['TK1005'] } }),
    'agent-patch-prerequisite',
  );
  assert.deepEqual([machine.ran.length, machine.sums()], [ran, sums]);
});

test('a refusal of Windows Installer keeps nothing of a patch; where it takes none back, all stays as it was', async (t) => {
  const machine = newMachine(t);
  const file = mspFile(machine, 'TK1001', '0.1.2');
  for (const [status, wanted] of [
    [1642, 'agent-patch-not-applicable'],
    [1605, 'agent-patch-not-applicable'],
    [1603, 'program-failed'],
    // It says that it is done, and has done nothing.
    [0, 'program-failed'],
  ] as const) {
    machine.refusals.push(status);
    await assert.rejects(applyMsp(machine, file), code(wanted), String(status));
    assert.deepEqual(readRecords(machine.data), []);
  }
  await applyMsp(machine, file, { words: ['FSP='] });
  const settings = readSettings(machine.data);
  for (const status of [1646, 1649, 0]) {
    machine.refusals.push(status);
    await assert.rejects(rollBackMsp(machine, 'TK1001'), code('agent-patch-not-removed'), String(status));
  }
  assert.deepEqual([await states(machine), readSettings(machine.data)], [['TK1001 compliant'], settings]);
  await assert.rejects(rollBackMsp(machine, 'TK1009'), code('agent-patch-unknown'));
});

test('of two patches the later one is taken back first; one that somebody altered is partial; one that is gone is forgotten', async (t) => {
  const machine = newMachine(t);
  await applyMsp(machine, mspFile(machine, 'TK1001', '0.1.2'));
  const later = mspFile(machine, 'TK1002', '0.1.3');
  await applyMsp(machine, later);
  // As Windows Installer says of the earlier one (MsiPatchSequence).
  const [first] = machine.listed;
  if (first) machine.listed[0] = { ...first, state: 'superseded' };
  assert.deepEqual(await states(machine), ['TK1001 superseded', 'TK1002 compliant']);
  await assert.rejects(rollBackMsp(machine, 'TK1001'), code('agent-patch-not-latest'));
  writeFileSync(join(machine.programs, 'engine.mjs'), 'evil();\n');
  assert.deepEqual(await states(machine), ['TK1001 superseded', 'TK1002 partial']);
  machine.refusals.push(0);
  await assert.rejects(applyMsp(machine, later), code('program-failed'), 'it said done, and did nothing');
  assert.deepEqual(await states(machine), ['TK1001 superseded', 'TK1002 partial']);
  const silent = { ...machine, patches: { ...machine.patches, installed: async () => null } };
  assert.deepEqual((await settleMsps(silent)).forgotten, [], 'Windows does not answer');
  machine.listed.splice(0);
  assert.deepEqual(await states(machine), []);
  assert.deepEqual((await settleMsps(machine)).forgotten, ['TK1001', 'TK1002']);
  assert.deepEqual(readRecords(machine.data), []);
});

test('HOTFIX-27, HOTFIX-30: one that came by PATCH= or a deployment is listed, found by its ID, and taken back', async (t) => {
  const machine = newMachine(t);
  const [one, two] = ['TK1001', 'TK1002'].map((id) => mspCodeOf(id, product)) as [string, string];
  machine.listed.push({ code: one, state: 'applied', name: 'TK1001: A cure', isRemovable: true });
  assert.deepEqual(
    (await listMsps(machine)).map(({ id, title, state }) => [id, title, state]),
    [['TK1001', 'A cure', 'compliant']],
  );
  machine.listed[0] = { code: two, state: 'applied', name: '', isRemovable: true };
  assert.deepEqual(await states(machine), [`${two} compliant`]);
  assert.deepEqual((await listMsps(machine, 'TK1002'))[0]?.id, 'TK1002');
  await rollBackMsp(machine, 'TK1002');
  assert.deepEqual(await states(machine), []);
});
