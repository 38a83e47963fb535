import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { livedMachine, writeFiles } from '@tenkai/testkit/lived-machine.ts';
import { newAgent } from '@tenkai/testkit/small-site/run-agent.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { verifyManifest, writeManifest } from './manifest.ts';
import { prepareMaster } from './prepare.ts';

function keys(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-manifest-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const make = (name: string) => {
    const [keyFile, publicKeyFile] = [join(folder, `${name}.key`), join(folder, `${name}.pub`)];
    const curve = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    execFileSync('openssl', ['genpkey', ...curve, '-out', keyFile], { stdio: 'ignore' });
    chmodSync(keyFile, 0o600);
    execFileSync('openssl', ['pkey', '-in', keyFile, '-pubout', '-out', publicKeyFile]);
    return { keyFile, publicKeyFile };
  };
  return { ...make('audit'), make, file: join(folder, 'image.audit') };
}

const prepared = async (t: TestContext) => {
  const scene = livedMachine(t);
  const deps = { scene, now: () => 1, onStep: () => {} };
  await prepareMaster(deps, { locator: 'mp1.example.org', unassign: true });
  return scene;
};

test('MASTER-19: the audit of an image is signed, tells steps and findings and nothing of the machine, and is held against its image', async (t) => {
  const { keyFile, publicKeyFile, make, file } = keys(t);
  const image = await prepared(t);
  const check = (scene = image, key = publicKeyFile, acceptFindings = false) =>
    verifyManifest(scene, { file, publicKeyFile: key, acceptFindings });
  const written = await writeManifest(image, { file, keyFile, now: 0 });
  assert.deepEqual(await check(), written);
  assert.deepEqual([written.findings, written.steps.length, written.steps[6]?.reason], [[], 8, 'no-engine']);
  assert.equal(
    (await writeManifest(image, { file, keyFile, now: 1 })).imageId,
    written.imageId,
    'it is the same image',
  );
  for (const word of ['pc-1', 'identity', 'TK1']) assert.ok(!readFileSync(file, 'utf8').includes(word), word);

  const invalid = { code: 'master-manifest-invalid' };
  await assert.rejects(() => check(image, make('other').publicKeyFile), invalid);
  const other = await prepared(t);
  await assert.rejects(() => check(other), invalid, 'it has no id');
  const text = readFileSync(file, 'utf8');
  for (const changed of [text.replace('"workgroup"', '"domain"'), text.slice(0, 90), '{}', 'null']) {
    writeFileSync(file, changed);
    await assert.rejects(() => check(), invalid, changed.slice(0, 40));
  }
  writeFileSync(file, text);
  const settings = readSettings(image.data);
  const own = { ...settings, assignment: { ...settings.assignment, locator: 'https://mp9.example.org' } };
  writeSettings(image.data, own);
  await assert.rejects(() => check(), { ...invalid, message: /trusts was changed/ });
  writeSettings(image.data, settings);
  assert.deepEqual((await check()).imageId, written.imageId);
  await assert.rejects(
    () => writeManifest(image, { file: keyFile, keyFile, now: 0 }),
    invalid,
    'no key is written over',
  );
  writeFiles(image.data.root, { 'log/agent.log': 'it was started again\n' });
  await assert.rejects(() => check(), { ...invalid, message: /since then: logs/ }, 'it was used since then');
  const found = await writeManifest(image, { file, keyFile, now: 2 });
  assert.deepEqual(found.findings, [{ code: 'logs', step: 'capture', places: 1 }]);
  await assert.rejects(() => check(), { code: 'master-manifest-findings' });
  assert.deepEqual(await check(image, publicKeyFile, true), found);
  const again = { scene: image, now: () => 3, onStep: () => {} };
  await prepareMaster(again, { locator: 'mp2.example.org' });
  await assert.rejects(
    () => check(image, publicKeyFile, true),
    invalid,
    'what is prepared anew is another image',
  );
});

test('keys that cannot sign are refused, and nothing is written', async (t) => {
  const { keyFile, publicKeyFile, file } = keys(t);
  const image = await prepared(t);
  const write = (key: string) => () => writeManifest(image, { file, keyFile: key, now: 0 });
  chmodSync(publicKeyFile, 0o600);
  await assert.rejects(write(publicKeyFile), { code: 'master-key-unusable' });
  chmodSync(keyFile, 0o644);
  await assert.rejects(write(keyFile), { code: 'secret-file-open' });
  assert.throws(() => readFileSync(file), { code: 'ENOENT' });
});

test('tenkai-agent master manifest and verify: exit status 0 only for a signed audit without findings', {
  skip: process.getuid?.() !== 0 && 'only root looks at a whole machine',
}, async (t) => {
  const { keyFile, publicKeyFile, file } = keys(t);
  const image = await prepared(t);
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  const run = (...args: string[]) => agent.command('master', ...args, '--root', image.root);
  const manifest = await run('manifest', file, '--key-file', keyFile);
  assert.equal(manifest.status, 0, manifest.stderr);
  assert.match(manifest.stdout, /^image [0-9a-f-]{36}, workgroup, audited .*\n {2}install: done\n/);
  const verified = await run('verify', file, '--public-key', publicKeyFile);
  assert.deepEqual([verified.status, /Audit: no finding\.$/m.test(verified.stdout)], [0, true]);
  writeFiles(image.data.root, { 'log/agent.log': 'x\n' });
  assert.equal((await run('manifest', file, '--key-file', keyFile)).status, 1);
  assert.equal((await run('verify', file, '--public-key', publicKeyFile)).status, 1);
  assert.equal((await run('verify', file, '--public-key', publicKeyFile, '--accept-findings')).status, 0);
  assert.equal((await run('verify', file)).status, 2);
});

test('MASTER-19: an image is audited for the place where its targets will live, and held for that place, too', async (t) => {
  const { keyFile, publicKeyFile, file } = keys(t);
  const scene = livedMachine(t);
  const deps = { scene, now: () => 1, onStep: () => {} };
  await prepareMaster(deps, { profile: 'domain-published', unassign: true });
  const profileOf = async (profile?: 'workgroup' | 'domain-published') =>
    (await writeManifest(scene, { file, keyFile, now: 0, profile })).profile;
  assert.deepEqual(
    [await profileOf(), await profileOf('domain-published')],
    ['domain-published', 'domain-published'],
  );
  const where = { file, publicKeyFile, acceptFindings: false };
  assert.equal((await verifyManifest(scene, where)).profile, 'domain-published');
  // In a workgroup its targets would find no site.
  const invalid = { code: 'master-manifest-invalid' };
  await assert.rejects(verifyManifest(scene, { ...where, profile: 'workgroup' }), invalid);
  assert.equal(await profileOf('workgroup'), 'workgroup');
  await assert.rejects(verifyManifest(scene, where), { code: 'master-manifest-findings' });
});
