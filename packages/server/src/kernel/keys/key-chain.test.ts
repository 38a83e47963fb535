import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { createFakeClock } from '../clock.ts';
import { createLog } from '../log.ts';
import { type KeyChainOptions, openKeyChain } from './key-chain.ts';

const dayMs = 86_400_000;

async function options(t: TestContext, change: Partial<KeyChainOptions> = {}): Promise<KeyChainOptions> {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-keys-'));
  atEnd(t, () => rm(dir, { recursive: true, force: true }));
  const log = createLog({ level: 'silent' });
  return {
    dir,
    siteCode: 'TK1',
    names: ['site.example', '192.0.2.7', '127.0.0.1', '::1', 'localhost'],
    clock: createFakeClock(Date.now()),
    log,
    ...change,
  };
}

test('the chain is made once, for the server alone to read, and found again', async (t) => {
  const given = await options(t);
  const first = await openKeyChain(given);
  const second = await openKeyChain(given);
  assert.equal(second.rootFingerprint, first.rootFingerprint);
  assert.deepEqual(second.tls(), first.tls());
  assert.deepEqual(second.tokenKey, first.tokenKey);
  const files = await readdir(given.dir);
  assert.deepEqual(files.sort(), [
    'issuing.crt',
    'issuing.key',
    'root.crt',
    'root.key',
    'signing.crt',
    'signing.key',
    'tls.crt',
    'tls.key',
    'token.key',
  ]);
  for (const file of files) assert.equal((await stat(join(given.dir, file))).mode & 0o777, 0o600, file);
});

test('the fingerprint is the SHA-256 of the root public key, and the signing key hangs on the root', async (t) => {
  const keys = await openKeyChain(await options(t));
  const root = new X509Certificate(keys.rootCertificate);
  const spki = root.publicKey.export({ type: 'spki', format: 'der' });
  assert.equal(keys.rootFingerprint, createHash('sha256').update(spki).digest('hex'));
  const { signature, certificate } = keys.sign('tenkai-order-1\n{}');
  const signing = new X509Certificate(certificate);
  assert.ok(root.verify(root.publicKey) && root.ca);
  assert.ok(signing.verify(root.publicKey) && signing.checkIssued(root) && !signing.ca);
  const key = {
    key: createPublicKey(signing.publicKey.export({ type: 'spki', format: 'pem' })),
    dsaEncoding: 'ieee-p1363',
  } as const;
  const holds = (text: string) => verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64'));
  assert.equal(holds('tenkai-order-1\n{}'), true);
  assert.equal(holds('tenkai-manifest-1\n{}'), false);
  assert.equal(keys.verify('tenkai-order-1\n{}', signature), true);
  assert.equal(keys.verify('tenkai-order-1\n{ }', signature), false);
});

/** A TLS handshake that trusts nothing but the root, as an agent and a browser with our root do. */
async function handshake(
  t: TestContext,
  keys: Awaited<ReturnType<typeof openKeyChain>>,
  servername: string,
  ca = keys.rootCertificate,
) {
  const server = createServer(keys.tls());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => server.close());
  const { port } = server.address() as AddressInfo;
  return new Promise<string>((resolve) => {
    const isAddress = /^[\d.:]+$/.test(servername);
    const socket = connect({
      host: isAddress ? servername : '127.0.0.1',
      port,
      ca,
      ...(isAddress ? {} : { servername }),
    });
    socket.on('secureConnect', () => {
      resolve(socket.authorized ? 'trusted' : String(socket.authorizationError));
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  });
}

test('BCON-14: the certificate holds for the host name and for the IP address', async (t) => {
  const keys = await openKeyChain(await options(t));
  assert.equal(await handshake(t, keys, 'site.example'), 'trusted');
  assert.equal(await handshake(t, keys, 'localhost'), 'trusted');
  assert.equal(await handshake(t, keys, '127.0.0.1'), 'trusted');
  const leaf = new X509Certificate(keys.tls().cert);
  assert.equal(leaf.checkIP('192.0.2.7'), '192.0.2.7');
  assert.equal(await handshake(t, keys, 'other.example'), 'ERR_TLS_CERT_ALTNAME_INVALID');
  const foreign = await openKeyChain(await options(t));
  assert.notEqual(await handshake(t, keys, 'site.example', foreign.rootCertificate), 'trusted');
});

test('BSRV-17: a changed name or address brings a certificate that covers it', async (t) => {
  const given = await options(t);
  const before = await openKeyChain(given);
  const after = await openKeyChain({ ...given, names: [...given.names, 'new.example', '198.51.100.1'] });
  assert.notEqual(after.tls().cert, before.tls().cert);
  const leaf = new X509Certificate(after.tls().cert);
  assert.deepEqual(
    [leaf.checkHost('new.example'), leaf.checkIP('198.51.100.1')],
    ['new.example', '198.51.100.1'],
  );
  assert.equal(after.rootFingerprint, before.rootFingerprint);
});

test('the TLS certificate is renewed well before it ends, also without the root key', async (t) => {
  const clock = createFakeClock(Date.now() - 340 * dayMs);
  const given = await options(t, { clock });
  const keys = await openKeyChain(given);
  await rm(join(given.dir, 'root.key'));
  const before = keys.tls().cert;
  clock.advance(330 * dayMs);
  assert.equal(await keys.renewTls(), false);
  clock.advance(10 * dayMs);
  assert.equal(await keys.renewTls(), true);
  assert.notEqual(keys.tls().cert, before);
  assert.ok(Date.parse(new X509Certificate(keys.tls().cert).validTo) - clock.now() > 390 * dayMs);
  assert.equal(await handshake(t, keys, 'site.example'), 'trusted');
});

test('the root key may be kept elsewhere; without it no new signing key is made', async (t) => {
  const given = await options(t);
  const keys = await openKeyChain(given);
  const away = join(given.dir, 'elsewhere');
  await rename(join(given.dir, 'root.key'), away);
  assert.equal((await openKeyChain(given)).rootFingerprint, keys.rootFingerprint);
  await rm(join(given.dir, 'signing.key'));
  await assert.rejects(openKeyChain(given), /put root\.key back/);
  await rename(away, join(given.dir, 'root.key'));
  const again = await openKeyChain(given);
  assert.equal(again.rootFingerprint, keys.rootFingerprint);
  assert.ok(
    new X509Certificate(again.sign('x').certificate).verify(
      new X509Certificate(keys.rootCertificate).publicKey,
    ),
  );
  assert.match(await readFile(join(given.dir, 'root.key'), 'utf8'), /BEGIN PRIVATE KEY/);
});
