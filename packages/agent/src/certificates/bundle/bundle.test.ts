/** The identity of a machine on its way to its next system; openssl is the second opinion on every bundle. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createOpener, examine, strictImportError } from '@tenkai/certificates/index.ts';
import { writePfx } from '@tenkai/certificates/pfx/write-pfx.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { openOpensslBench } from '@tenkai/testkit/certificates/openssl.ts';
import { bmpName, renamedPfx } from '@tenkai/testkit/certificates/renamed-pfx.ts';
import { newAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { dataFolder, makeDataFolder } from '../../data-folder.ts';
import { openGuarded, readEnrollment, writeEnrollment } from '../../identity.ts';
import { openLog } from '../../log.ts';
import { readSettings, writeSettings } from '../../settings.ts';
import { openFolderStore } from '../folder-store.ts';
import { keepCertificates } from '../keep.ts';
import { type BundleDeps, exportIdentity } from './export.ts';
import { importIdentity } from './import.ts';

const password = 'correct horse 日本';
const defect = 'SMS Signing Certificate\0Second\0';
const enrollment = {
  machineId: 'machine-1',
  siteCode: 'TKA',
  siteName: 'Tokyo',
  rootCertificate: 'pem',
  server: 'https://site:8443',
  rootFingerprint: 'a'.repeat(64),
  hardwareFingerprint: 'b'.repeat(64),
  enrolledAt: 1,
};

function machine(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-bundle-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const data = dataFolder(join(folder, 'data'));
  makeDataFolder(data);
  const store = openFolderStore('Tenkai', data.identity);
  const log = openLog({ folder: data.log, name: 'identity' });
  const deps: BundleDeps = { data, store, guard: null, log, now: Date.now };
  const file = join(folder, 'machine.pfx');
  return {
    ...deps,
    file,
    live() {
      keepCertificates(store, openGuarded(data, null));
      const { server, rootFingerprint } = enrollment;
      writeSettings(data, { server, rootFingerprint });
      writeEnrollment(data, enrollment);
      return this;
    },
    save: () => exportIdentity(deps, { file, passwordFile: 'secret', password }),
    load: (from: string) => importIdentity(deps, { file: from, passwords: ['another one', password] }),
    logged: () => readFileSync(join(data.log, 'identity.log'), 'utf8'),
  };
}

const refusal = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;
const benchOf = (t: TestContext) => {
  const openssl = openOpensslBench();
  assert.ok(openssl, 'openssl belongs to the test tools');
  atEnd(t, () => openssl.remove());
  return openssl;
};

test('IDENT-24: a certificate with a bad name is exported with a clean one; the bundle is encrypted, for its owner alone, and openssl reads it', (t) => {
  const old = machine(t).live();
  for (const name of ['signing.crt', 'encryption.crt']) {
    const path = join(old.data.identity, name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^friendlyName: .*$/m, `friendlyName: ${defect}`));
  }
  assert.deepEqual(
    old.store.list().map(({ nameFaults }) => nameFaults),
    [['name-nul'], ['name-nul']],
    'the store holds the defect',
  );
  const thumbprints = old.save();
  assert.equal(statSync(old.file).mode & 0o777, 0o600);
  const bytes = readFileSync(old.file);
  const found = examine(bytes, { opener: createOpener([password]), now: Date.now() });
  assert.deepEqual([found.findings, strictImportError(found.findings)], [[], 0]);
  assert.deepEqual([...new Set(found.names)], ['SMS Signing Certificate']);
  assert.deepEqual(found.thumbprints, thumbprints);
  const openssl = benchOf(t);
  const text = openssl.read(bytes, password);
  assert.equal(text.match(/-----BEGIN PRIVATE KEY/g)?.length, 2);
  const pems = text.match(/-----BEGIN CERTIFICATE[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  assert.deepEqual(
    pems.map((pem) => new X509Certificate(pem).fingerprint.replaceAll(':', '')),
    thumbprints,
  );
  assert.throws(() => openssl.read(bytes, 'wrong'), /invalid password/);
  for (const secret of ['signing.key', 'encryption.key']) {
    const pem = readFileSync(join(old.data.identity, secret), 'utf8');
    const key = Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64');
    assert.ok(!bytes.includes(key.subarray(-40)), 'no key in the clear');
    assert.ok(!old.logged().includes(pem.split('\n')[1] ?? '?'));
  }
  assert.ok(!bytes.includes(enrollment.machineId), 'what is known of the site is encrypted, too');
  assert.throws(() => old.save(), refusal('identity-bundle-exists'));
});

test('IDENT-24: the next system has the same keys, thumbprints, trust and enrollment; a second import changes nothing', (t) => {
  const old = machine(t).live();
  const thumbprints = old.save();
  const next = machine(t);
  assert.deepEqual(next.load(old.file), { thumbprints, isNew: true });
  const keysOf = ({ data }: BundleDeps) => {
    const { signingKey, encryptionKey } = openGuarded(data, null);
    return [signingKey, encryptionKey];
  };
  assert.deepEqual(keysOf(next), keysOf(old));
  assert.deepEqual(readEnrollment(next.data), enrollment);
  const { server, rootFingerprint } = enrollment;
  assert.deepEqual(readSettings(next.data), { server, rootFingerprint });
  for (const name of readdirSync(next.data.identity))
    assert.equal(statSync(join(next.data.identity, name)).mode & 0o077, 0, name);
  assert.deepEqual(keepCertificates(next.store, openGuarded(next.data, null)), [], 'nothing is made anew');
  assert.deepEqual(next.load(old.file), { thumbprints, isNew: false });
});

test('IDENT-11: a bundle with the defect is refused before anything is changed; the log has code, component and hint, in both languages', (t) => {
  const old = machine(t).live();
  old.save();
  writeFileSync(old.file, renamedPfx(readFileSync(old.file), password, [bmpName(defect)]));
  const next = machine(t);
  assert.throws(
    () => next.load(old.file),
    (error) =>
      refusal('identity-bundle-refused')(error) && (error as Failure).params.importCode === '0x80092024',
  );
  assert.deepEqual([readdirSync(next.data.identity), readSettings(next.data)], [[], {}]);
  const line = next.logged().trim();
  const { component, code, hint } = JSON.parse(line) as Record<string, string>;
  assert.deepEqual([component, code, hint], ['OSDSMPClient', '0x80092024', 'tenkai explain 0x80092024']);
  for (const words of [
    'Failed to import the client certificate store (0x80092024)',
    'クライアント証明書ストア (0x80092024) OSDSMPClient のインポートに失敗しました',
  ])
    assert.ok(line.includes(words), words);
});

test('IDENT-14: a new agent writes good bundles, and leaves old ones bad; certfix makes those good', async (t) => {
  const old = machine(t).live();
  old.save();
  const bad = renamedPfx(readFileSync(old.file), password, [bmpName(defect)]);
  writeFileSync(old.file, bad);
  const secret = `${old.file}.secret`;
  writeFileSync(secret, `${password}\n`, { mode: 0o600 });

  const fresh = machine(t).live();
  fresh.save();
  assert.ok(machine(t).load(fresh.file).isNew, 'the repaired generator needs no certfix');
  assert.deepEqual(readFileSync(old.file), bad, 'and does nothing for what is there');
  assert.throws(() => machine(t).load(old.file), refusal('identity-bundle-refused'));

  const agent = newAgent();
  atEnd(t, () => agent.remove());
  const fixed = await agent.command('certfix', '--path', old.file, '--password-file', secret);
  assert.equal(fixed.status, 0, fixed.stderr);
  const next = machine(t);
  assert.ok(next.load(old.file).isNew);
  assert.deepEqual(readEnrollment(next.data), enrollment, 'the rest of the bundle came through the repair');
});

test('a bundle that is damaged, foreign or of another machine is refused, and changes nothing', (t) => {
  const old = machine(t).live();
  old.save();
  const whole = readFileSync(old.file);
  const openssl = benchOf(t);
  openssl.certificate('other');
  const foreign = openssl.pfx('other', password, '-name', 'x');
  const flipped = Buffer.from(whole);
  flipped[whole.length >> 1] = (flipped[whole.length >> 1] ?? 0) ^ 1;
  const noSite = writePfx({ pairs: pairsOf(old), secret: Buffer.from('{}'), password });
  const rest = (bytes: Buffer) => ({ bytes, passwords: [password] });
  const table: readonly [string, string, { bytes: Buffer; passwords: string[] }][] = [
    ['another password', 'certificate-password-wrong', { bytes: whole, passwords: ['another one'] }],
    ['one bit turned', 'certificate-password-wrong', rest(flipped)],
    ['cut short', 'certificate-malformed', rest(whole.subarray(0, 900))],
    ['nothing', 'certificate-malformed', rest(Buffer.alloc(0))],
    ['bytes behind it', 'identity-bundle-refused', rest(Buffer.concat([whole, Buffer.from('x')]))],
    ['a PFX of somebody', 'identity-bundle-foreign', rest(foreign)],
    ['no MAC', 'certificate-malformed', rest(openssl.pfx('other', password, '-nomac'))],
    ['no site in it', 'identity-bundle-foreign', rest(noSite)],
    ['twice the same key', 'identity-bundle-foreign', rest(twice(old))],
  ];
  for (const [what, code, { bytes, passwords }] of table) {
    const next = machine(t);
    writeFileSync(next.file, bytes);
    assert.throws(() => importIdentity(next, { file: next.file, passwords }), refusal(code), what);
    assert.deepEqual([readdirSync(next.data.identity), readSettings(next.data)], [[], {}], what);
  }
  const other = machine(t).live();
  const before = readFileSync(join(other.data.identity, 'signing.key'));
  assert.throws(() => other.load(old.file), refusal('identity-present'));
  assert.deepEqual(readFileSync(join(other.data.identity, 'signing.key')), before);
  const pinned = machine(t);
  writeSettings(pinned.data, { rootFingerprint: 'c'.repeat(64) });
  assert.throws(() => pinned.load(old.file), refusal('identity-site-other'));
  assert.deepEqual(readdirSync(pinned.data.identity), []);
});

const site = Buffer.from(JSON.stringify({ format: 'tenkai-identity-1' }));

function pairsOf({ data, store }: BundleDeps) {
  return (['signing', 'encryption'] as const).map((purpose) => {
    const pem = readFileSync(join(data.identity, `${purpose}.key`), 'utf8').replace(/-----.*-----/g, '');
    const { der } = store.list().find((each) => each.friendlyName.toLowerCase().includes(purpose)) ?? {};
    assert.ok(der);
    return { privateKey: Buffer.from(pem, 'base64'), certificate: der, friendlyName: purpose };
  });
}

function twice(of: BundleDeps): Buffer {
  const [pair] = pairsOf(of);
  assert.ok(pair);
  return writePfx({ pairs: [pair, pair], secret: site, password });
}

test('tenkai-agent cert export and import: exit status, the password only from a file, and never while the agent runs', async (t) => {
  const [agent, next] = [newAgent(), newAgent()];
  for (const each of [agent, next]) atEnd(t, () => each.remove());
  const [bundle, secret] = [join(agent.root, 'me.pfx'), join(agent.root, 'secret')];
  writeFileSync(secret, 'short\n', { mode: 0o600 });
  const run = (which: typeof agent, verb: string, ...more: string[]) =>
    which.command('cert', verb, bundle, '--password-file', secret, ...more);
  assert.equal((await agent.command('cert', 'export', bundle)).status, 2, 'a password file is needed');
  assert.match((await run(agent, 'export')).stderr, /identity-password-weak/);
  writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  const nothing = await run(agent, 'export');
  assert.deepEqual([nothing.status, /identity-missing/.test(nothing.stderr)], [1, true]);
  keepCertificates(openFolderStore('Tenkai', agent.data.identity), openGuarded(agent.data, null));
  const done = JSON.parse((await run(agent, 'export', '--json')).stdout) as { thumbprints: string[] };
  assert.equal(done.thumbprints.length, 2);
  next.start();
  await until(() => readdirSync(next.data.root).includes('status.json'));
  assert.match((await run(next, 'import')).stderr, /identity-in-use/);
  await next.remove();
});
