import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packPatch } from '@tenkai/protocol/agent/patch.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { artefactOf, listArtefacts } from './artefacts.ts';
import { sumsFile, writeSums } from './sums.ts';

const cases: readonly (readonly [
  file: string,
  kind: string | null,
  version?: string,
  architecture?: string,
])[] = [
  ['tenkai-agent_0.1.0_amd64.deb', 'package', '0.1.0', 'amd64'],
  ['tenkai-server_0.1.0~rc1_arm64.deb', 'package', '0.1.0~rc1', 'arm64'],
  ['tenkai-agent-0.1.0-1.x86_64.rpm', 'package', '0.1.0', 'x86_64'],
  ['tenkai-agent-0.1.0-x64.msi', 'package', '0.1.0', 'x64'],
  ['tenkai-server-0.1.0-windows-x64.tar.gz', 'archive', '0.1.0', 'x64'],
  ['tenkai-agent-0.1.0-TK1001.msp', 'patch', '0.1.0'],
  ['install-agent.sh', 'bootstrapper'],
  ['other-0.1.0-TK1001.msp', null],
  ['nginx_1.22_amd64.deb', null],
  ['SHA256SUMS', null],
];

test('AGENT-08: every kind of artefact is known by its name', () => {
  for (const [file, kind, version = null, architecture = null] of cases)
    assert.deepEqual(artefactOf(file), kind === null ? null : { kind, version, architecture }, file);
});

test('AGENT-08: a patch is listed by what it says itself, with size and hash; what is none is not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-artefacts-test-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const files = [{ name: 'engine.mjs', version: '0.1.2', sizeBytes: 1, sha256: 'a'.repeat(64) }];
  const patch = JSON.stringify({
    ...{ format: 1, id: 'TK1001', title: 'A cure', symptom: '', line: '0.1', system: 'linux' },
    ...{ architecture: 'any', replaces: [], requires: [], madeAt: '2026-01-02T03:04:05.000Z', files },
  });
  const document = {
    patch,
    signature: '',
    certificate: '',
    rootCertificate: '',
    programs: { 'engine.mjs': '' },
  };
  const bytes = await packPatch(document);
  await writeFile(join(folder, 'any name.tkp'), bytes);
  await writeFile(join(folder, 'broken.tkp'), bytes.subarray(0, 40));
  await writeFile(join(folder, 'install-agent.sh'), 'abc');
  const [first, second, ...others] = await listArtefacts(folder);
  assert.deepEqual(
    [first?.file, first?.kind, first?.version, first?.sizeBytes],
    ['any name.tkp', 'patch', '0.1.2', bytes.length],
  );
  assert.deepEqual([second?.kind, second?.sizeBytes], ['bootstrapper', 3]);
  // Of "abc", as FIPS 180-2 has it.
  assert.equal(second?.sha256, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(others.length, 0);
});

test('AGENT-08: SHA256SUMS names every artefact of the folder and nothing else; sha256sum says what was changed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-sums-test-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const ours = cases.flatMap(([file, kind]) => (kind === null ? [] : [file]));
  for (const file of [...ours, 'nginx_1.22_amd64.deb'])
    await writeFile(join(folder, file), `bytes of ${file}`);
  await writeSums(folder);
  const before = await readFile(join(folder, sumsFile), 'utf8');
  const check = () => spawnSync('sha256sum', ['--strict', '-c', sumsFile], { cwd: folder, encoding: 'utf8' });
  const good = check();
  assert.equal(good.status, 0, good.stderr);
  assert.deepEqual(
    good.stdout.trim().split('\n'),
    ours.toSorted().map((file) => `${file}: OK`),
  );
  const [patch = ''] = ours.filter((file) => file.endsWith('.msp'));
  await writeFile(join(folder, patch), 'altered');
  const bad = check();
  assert.deepEqual([bad.status, bad.stdout.match(/^.*: FAILED$/gm)], [1, [`${patch}: FAILED`]]);
  await writeSums(folder);
  assert.equal(check().status, 0);
  assert.notEqual(await readFile(join(folder, sumsFile), 'utf8'), before);
});
