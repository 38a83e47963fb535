import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packPatch } from '@tenkai/protocol/agent/patch.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { artefactOf, listArtefacts } from './artefacts.ts';

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
  ['install-agent.sh', 'bootstrapper'],
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
