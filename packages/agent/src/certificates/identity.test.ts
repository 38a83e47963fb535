/** The machine's own keys and certificates, in the store that this system has. Windows' own: `scripts/msi/identity.host.test.ts`. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createOpener, examine, strictImportError } from '@tenkai/certificates/index.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { ended, newAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { dataFolder, makeDataFolder } from '../data-folder.ts';
import { openGuarded } from '../identity.ts';
import { dpapiGuard } from '../key-guard.ts';
import { openLog } from '../log.ts';
import { openFolderStore } from './folder-store.ts';
import { holdIdentity, keepCertificates } from './keep.ts';
import { type IdentityList, listIdentity } from './list.ts';
import { purgeIdentity, withdrawCertificates } from './purge.ts';

const options = { timeout: 300_000 };

function machine(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-identity-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const data = dataFolder(folder);
  makeDataFolder(data);
  const store = openFolderStore('Tenkai', data.identity);
  const log = openLog({ folder: data.log, name: 'identity' });
  const list = () => listIdentity({ data, stores: [store], guard: null }, Date.now());
  return { data, store, log, list, keep: () => keepCertificates(store, openGuarded(data, null)) };
}

test('IDENT-01, IDENT-02: a fresh agent has two certificates in the store Tenkai, each for its purpose, which root alone may read', (t) => {
  const { data, list, keep } = machine(t);
  assert.equal(keep().length, 2);
  const { certificates, keys } = list();
  assert.deepEqual(
    certificates.map(({ store, purposes, friendlyName, subject, key, faults }) => [
      store,
      purposes,
      friendlyName,
      subject,
      key,
      faults,
    ]),
    [
      ['Tenkai', ['encryption'], 'Tenkai Encryption Certificate', 'CN=Tenkai', 'file', []],
      ['Tenkai', ['signing'], 'Tenkai Signing Certificate', 'CN=Tenkai', 'file', []],
    ],
  );
  assert.deepEqual(
    keys.map(({ state }) => state),
    ['good', 'good'],
  );
  for (const file of readdirSync(data.identity))
    assert.equal(statSync(join(data.identity, file)).mode & 0o077, 0, file);
  assert.equal(statSync(data.identity).mode & 0o077, 0);
});

test('IDENT-02, IDENT-04: another start changes nothing; another machine has other thumbprints', (t) => {
  const one = machine(t);
  const thumbprints = one.keep();
  assert.deepEqual(one.keep(), []);
  const other = machine(t).keep();
  assert.equal(new Set([...thumbprints, ...other]).size, 4);
});

test('a certificate is X.509 that openssl verifies, valid with a clock that is years off', (t) => {
  const { data, keep } = machine(t);
  keep();
  for (const purpose of ['signing', 'encryption']) {
    const file = join(data.identity, `${purpose}.crt`);
    for (const at of ['2001-01-01', '2026-06-01', '2099-12-31']) {
      const seconds = String(Date.parse(at) / 1000);
      const verify = ['verify', '-check_ss_sig', '-attime', seconds, '-CAfile', file, file];
      assert.match(execFileSync('openssl', verify, { encoding: 'utf8' }), /: OK/, at);
    }
    const { findings, names } = examine(readFileSync(file), { opener: createOpener([]), now: Date.now() });
    assert.deepEqual([findings, names.length, strictImportError(findings)], [[], 1, 0]);
  }
});

test('IDENT-02, IDENT-03: a name with a NUL, a doubled or a foreign certificate of ours is put right; what is not ours stays', (t) => {
  const { data, store, keep, list } = machine(t);
  const [signing = ''] = keep();
  const identity = openGuarded(data, null);
  const bad = readFileSync(join(data.identity, 'signing.crt'), 'utf8').replace(
    'Signing Cert',
    'Signing\0Cert',
  );
  writeFileSync(join(data.identity, 'signing.crt'), bad);
  assert.deepEqual(list().certificates[1]?.faults, ['name-nul']);
  // Another one of the same key, and one of a key that is gone.
  const older = machine(t);
  older.keep();
  const foreign = readFileSync(join(older.data.identity, 'encryption.crt'));
  writeFileSync(join(data.identity, 'older.pem'), foreign);
  const doubled = new X509Certificate(identity.certify('signing')).toString();
  writeFileSync(join(data.identity, 'doubled.crt'), doubled);
  writeFileSync(join(data.identity, 'company.pem'), companyCertificate(t));
  assert.deepEqual(
    keepCertificates(store, identity).length,
    1,
    'one of both signing certificates got its name',
  );
  const { certificates } = list();
  assert.deepEqual(
    certificates.map(({ subject, faults }) => [subject, faults]),
    [
      ['CN=company', ['certificate-ending']],
      ['CN=Tenkai', []],
      ['CN=Tenkai', []],
    ],
  );
  assert.ok(signing.length === 40);
});

function companyCertificate(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-company-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=company'.split(
    ' ',
  );
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'crt')];
  execFileSync('openssl', [...args, ...files], { stdio: 'ignore' });
  return readFileSync(join(folder, 'crt'), 'utf8');
}

const brokenKeys: readonly [string, (file: string) => void][] = [
  ['cut short', (file) => truncateSync(file, 60)],
  ['empty', (file) => truncateSync(file, 0)],
  ['with NUL', (file) => writeFileSync(file, '\0'.repeat(300))],
  ['of another curve', (file) => writeFileSync(file, otherCurve())],
  ['of another machine that was protected', (file) => writeFileSync(file, protectedKey)],
];
const protectedKey = '-----BEGIN TENKAI PROTECTED KEY-----\nAAAA\n-----END TENKAI PROTECTED KEY-----\n';
const otherCurve = () =>
  execFileSync('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

for (const [what, breakIt] of brokenKeys) {
  test(`a key that is ${what} is said with its way out, never shown, and no new one takes its place`, (t) => {
    const { data, keep, list } = machine(t);
    keep();
    const file = join(data.identity, 'signing.key');
    breakIt(file);
    const before = readFileSync(file);
    assert.throws(() => openGuarded(data, null), { code: 'identity-key-broken', params: { file } });
    assert.deepEqual(readFileSync(file), before);
    assert.deepEqual(
      list().keys.map(({ state }) => state),
      ['broken', 'good'],
    );
  });
}

test('a broken certificate is listed as broken, and a purge takes it', (t) => {
  const { data, store, log, list } = machine(t);
  for (const [name, text] of [
    ['cut.crt', '-----BEGIN CERTIFICATE-----\nMIIB'],
    ['noise.cer', '\0\x01\x02'],
    [
      'huge.pem',
      `friendlyName: ${'x'.repeat(100_000)}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`,
    ],
  ] as const)
    writeFileSync(join(data.identity, name), text);
  assert.deepEqual(
    list().certificates.map(({ faults, validTo }) => [faults.includes('certificate-broken'), validTo]),
    [
      [true, null],
      [true, null],
      [true, null],
    ],
  );
  purgeIdentity({ data, stores: [store], log });
  assert.deepEqual(readdirSync(data.identity), []);
});

test('an agent that goes takes its own store along; its keys stay until its data go, and nothing of the old product does', (t) => {
  const { data, store, log, list, keep } = machine(t);
  const older = machine(t);
  older.keep();
  const thumbprints = keep();
  const keys = list().keys;
  const gone = withdrawCertificates({ stores: [store, older.store], log });
  assert.deepEqual(gone.certificates.map((each) => each.thumbprint).sort(), thumbprints.toSorted());
  assert.deepEqual([list().certificates, list().keys], [[], keys]);
  assert.equal(older.list().certificates.length, 2);
  assert.match(readFileSync(join(data.log, 'identity.log'), 'utf8'), new RegExp(thumbprints[0] ?? '-'));
  assert.equal(keep().length, 2, 'the next start makes them anew');
});

test('a full disk makes no half identity: it is said, and made as soon as there is room', options, (t) => {
  if (process.getuid?.() !== 0) return t.skip('a small file system needs root');
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-full-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const program = `
    import { makeDataFolder, dataFolder } from ${JSON.stringify(join(import.meta.dirname, '../data-folder.ts'))};
    import { openGuarded } from ${JSON.stringify(join(import.meta.dirname, '../identity.ts'))};
    import { readdirSync, rmSync, writeFileSync } from 'node:fs';
    const data = dataFolder(${JSON.stringify(folder)});
    makeDataFolder(data);
    try { writeFileSync(data.root + '/filler', Buffer.alloc(1 << 20)); } catch (error) { if (error.code !== 'ENOSPC') throw error; }
    let code = '';
    try { openGuarded(data, null); } catch (error) { code = error.code; }
    const during = readdirSync(data.identity);
    rmSync(data.root + '/filler');
    openGuarded(data, null);
    console.log(JSON.stringify([code, during, readdirSync(data.identity).sort()]));`;
  const script = `mount -t tmpfs -o size=256k tmpfs "$1" && exec "$2" --input-type=module --eval "$3"`;
  const { stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', '--propagation=private', 'sh', '-c', script, 'sh', folder, process.execPath, program],
    { encoding: 'utf8', timeout: 100_000 },
  );
  assert.deepEqual(JSON.parse(stdout || 'null'), ['ENOSPC', [], ['encryption.key', 'signing.key']], stderr);
});

test('a store that takes nothing keeps nobody from working: it is told, and tried again at the next start', async (t) => {
  const { data, log, list } = machine(t);
  openGuarded(data, null);
  // A folder where the file of the certificate belongs: it cannot be replaced.
  mkdirSync(join(data.identity, 'signing.crt/in-the-way'), { recursive: true });
  await holdIdentity(data, log);
  assert.match(readFileSync(join(data.log, 'identity.log'), 'utf8'), /not in order/);
  rmSync(join(data.identity, 'signing.crt'), { recursive: true });
  await holdIdentity(data, log);
  assert.equal(list().certificates.length, 2);
});

test('where Windows protects keys: a plain one is protected at the next start, and stays the same key', (t) => {
  const { data } = machine(t);
  const before = openGuarded(data, null);
  const mask = (bytes: Buffer) => bytes.map((byte) => byte ^ 0x5a);
  const api = { protect: mask, unprotect: mask, lastError: () => 0 } as Parameters<typeof dpapiGuard>[0];
  const after = openGuarded(data, dpapiGuard(api));
  assert.equal(after.signingKey, before.signingKey);
  const file = join(data.identity, 'signing.key');
  assert.match(readFileSync(file, 'utf8'), /BEGIN TENKAI PROTECTED KEY/);
  assert.doesNotMatch(readFileSync(file, 'utf8'), /PRIVATE/);
  assert.equal(openGuarded(data, dpapiGuard(api)).encryptionKey, before.encryptionKey);
  const foreign = { ...api, unprotect: () => null, lastError: () => 0x8009000b };
  assert.throws(() => openGuarded(data, dpapiGuard(foreign)), {
    code: 'identity-key-foreign',
    params: { file, reason: '0x8009000b' },
  });
});

test(
  'IDENT-05, IDENT-06, IDENT-07, IDENT-08: cert list and cert purge, as an administrator runs them',
  options,
  async (t) => {
    const agent = newAgent();
    atEnd(t, () => agent.remove());
    agent.start();
    const present = () => readdirSync(agent.data.identity).sort();
    await until(() => present().join() === 'encryption.crt,encryption.key,signing.crt,signing.key');
    const listed = await agent.command('cert', 'list', '--json');
    const { certificates, keys } = JSON.parse(listed.stdout) as IdentityList;
    assert.deepEqual([certificates.length, keys.length], [2, 2], 'before any site was met');
    const kept = present();

    const running = await agent.command('cert', 'purge', '--yes');
    assert.deepEqual([running.status, /identity-in-use/.test(running.stderr)], [1, true]);
    await ended(agent.services()[0] as never, 'SIGTERM');

    const unasked = await agent.command('cert', 'purge');
    assert.deepEqual([unasked.status, /purge-not-confirmed/.test(unasked.stderr)], [2, true]);
    const dry = await agent.command('cert', 'purge', '--dry-run');
    for (const { thumbprint } of certificates)
      assert.match(dry.stdout, new RegExp(`would be removed: Tenkai: ${thumbprint}`));
    assert.deepEqual(present(), kept, 'nothing was removed so far');

    const secrets = ['signing.key', 'encryption.key'].map((name) =>
      (readFileSync(join(agent.data.identity, name), 'utf8').split('\n')[1] ?? '').slice(0, 40),
    );
    const purged = await agent.command('cert', 'purge', '--yes');
    assert.equal(purged.status, 0, purged.stderr);
    assert.deepEqual(present(), [], 'no certificate and no key');
    const log = readFileSync(join(agent.data.log, 'identity.log'), 'utf8');
    for (const { thumbprint } of certificates) assert.ok(log.includes(thumbprint));
    for (const secret of secrets)
      assert.ok(secret.length > 30 && !log.includes(secret) && !purged.stdout.includes(secret));
  },
);
