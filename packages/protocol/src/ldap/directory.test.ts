import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlain, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createServer as createTls } from 'node:tls';
import { Failure } from '@tenkai/domain/failure.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { makeLoopbackCertificate } from '@tenkai/testkit/loopback-certificate.ts';
import { noSlapd, startSlapd } from '@tenkai/testkit/rig/slapd.ts';
import { children, element, integer, readElement, toNumber } from './ber.ts';
import { openDirectory } from './directory.ts';

const signal = AbortSignal.timeout(300_000);

test('numbers and lengths keep their value on the wire', () => {
  for (const value of [0, 1, 127, 128, 255, 256, 32_767, 32_768, 65_535, 8_388_608, 2 ** 31 - 1]) {
    const read = readElement(integer(value), 100);
    assert.equal(read && toNumber(read.element), value);
  }
  for (const size of [0, 127, 128, 255, 256, 70_000]) {
    const bytes = element(0x30, element(0x04, Buffer.alloc(size, 7)), element(0x04, 'x'));
    const read = readElement(bytes, 1 << 20);
    assert.deepEqual(read && children(read.element).map(({ value }) => value.length), [size, 1]);
    assert.equal(readElement(bytes.subarray(0, -1), 1 << 20), undefined);
  }
});

test('a real directory: more entries than it gives at once, values with blanks and Japanese, and what is refused', {
  skip: noSlapd,
  timeout: 400_000,
}, async (t) => {
  const slapd = await startSlapd();
  atEnd(t, () => slapd.stop());
  const secret = readFileSync(slapd.writer.secretFile, 'utf8').trim();
  const ca = readFileSync(slapd.caFile, 'utf8');
  const { origin } = new URL(slapd.ldaps.replace('ldaps', 'https'));
  const server = origin.replace('https', 'ldaps');
  const directory = await openDirectory({ server, ca, user: { name: slapd.writer.name, secret } }, signal);
  atEnd(t, () => directory.close());
  const dn = (cn: string) => `cn=${cn},${slapd.base}`;
  const add = (cn: string, name: string) =>
    directory.add({
      dn: dn(cn),
      attributes: {
        objectClass: ['top', 'tenkaiSite'],
        cn: [cn],
        tenkaiSiteCode: ['TK1'],
        tenkaiSiteName: [name],
      },
    });
  for (let index = 0; index < 1200; index += 1) await add(`s${index}`, `東京 ${index}`);
  const search = {
    base: slapd.base,
    scope: 'sub',
    classes: ['tenkaiSite'],
    attributes: ['tenkaiSiteName'],
  } as const;
  const found = (await directory.search(search)) ?? [];
  assert.equal(new Set(found.map(({ attributes }) => attributes.tenkaiSiteName?.[0])).size, 1200);
  assert.ok(found.some(({ attributes }) => attributes.tenkaiSiteName?.[0] === '東京 1199'));
  assert.equal(await directory.search({ ...search, base: dn('nothing') }), undefined);
  await refused(add('s1', 'again'), 'directory-refused', 'entryAlreadyExists');
  await directory.replace({ dn: dn('s1'), attributes: { tenkaiSiteName: [] } });
  const [only] = (await directory.search({ ...search, base: dn('s1'), scope: 'base' })) ?? [];
  assert.deepEqual(only?.attributes, {});
});

const bind = { name: 'cn=x', secret: 'a-secret' };
const message = (id: number, ...parts: Buffer[]) => element(0x30, integer(id), ...parts);
const result = (tag: number, code: number) =>
  element(tag, integer(code, 0x0a), element(0x04, ''), element(0x04, 'said by the server'));

const hostile: readonly [what: string, answer: Buffer, code: string][] = [
  ['speaks another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'directory-answer-invalid'],
  ['announces four gigabytes', Buffer.from('3084ffffffff', 'hex'), 'directory-answer-invalid'],
  [
    'cuts an element off inside',
    Buffer.from('300502010161 7f'.replace(' ', ''), 'hex'),
    'directory-answer-invalid',
  ],
  ['sends no number', message(1, element(0x61, element(0x0a, ''))), 'directory-answer-invalid'],
  ['says no', message(1, result(0x61, 49)), 'directory-refused'],
];

for (const [what, answer, code] of hostile)
  test(`a directory that ${what} is refused`, async (t) => {
    const { port, ca } = await listen(t, (socket) => void socket.once('data', () => socket.write(answer)));
    await refused(openDirectory({ server: `ldaps://localhost:${port}`, ca, user: bind }, signal), code);
  });

test('a directory that says nothing, or hangs up, does not hold anybody up', async (t) => {
  const silent = await listen(t, (socket) => void socket.resume());
  const options = { server: `ldaps://localhost:${silent.port}`, ca: silent.ca, user: bind, timeoutMs: 300 };
  await refused(openDirectory(options, signal), 'directory-answer-invalid');
  const rude = await listen(t, (socket) => void socket.once('data', () => socket.destroy()));
  const other = { server: `ldaps://localhost:${rude.port}`, ca: rude.ca, user: bind };
  await assert.rejects(openDirectory(other, signal), Failure);
});

test('the secret is never said in the clear: where TLS does not begin, nobody signs in', async (t) => {
  const heard: Buffer[] = [];
  const server = createPlain((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (part: Buffer) => {
      heard.push(part);
      socket.write(message(1, result(0x78, 53)));
    });
  });
  const { port } = await open(t, server);
  await refused(
    openDirectory({ server: `ldap://localhost:${port}`, user: bind }, signal),
    'directory-refused',
    'unwillingToPerform',
  );
  assert.match(Buffer.concat(heard).toString(), /1\.3\.6\.1\.4\.1\.1466\.20037/);
  assert.doesNotMatch(Buffer.concat(heard).toString(), /a-secret/);
});

async function refused(asked: Promise<unknown>, code: string, named?: string): Promise<void> {
  await assert.rejects(asked, (error: Failure) => {
    assert.equal(error.code, code);
    if (named) assert.equal(error.params.result, named);
    assert.doesNotMatch(JSON.stringify(error.params) + error.detail, /said by the server|a-secret/);
    return true;
  });
}

async function listen(t: TestContext, serve: (socket: Socket) => void) {
  const { key, cert } = await makeLoopbackCertificate();
  const server = createTls({ key, cert }, (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  return { ...(await open(t, server)), ca: cert };
}

async function open(t: TestContext, server: Server): Promise<{ port: number }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  atEnd(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server.address() as { port: number };
}
