import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { connect } from 'node:tls';
import { contentRoutes } from '@tenkai/protocol';
import { contentChunkPath } from '@tenkai/protocol/api/packages.ts';
import { renameSite } from '@tenkai/protocol/api/site.ts';
import { getSession, signIn } from '@tenkai/protocol/api/users.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../kernel/clock.ts';
import { livePath } from '../kernel/live.ts';
import { inBothModes, until } from './both-modes-for-test.ts';

async function ask(server: TestServer, options: RequestOptions, body?: string | Buffer) {
  const { hostname, port } = new URL(server.baseUrl);
  const sent = request({
    hostname,
    port,
    family: 4,
    ca: server.kernel.keys.rootCertificate,
    agent: false,
    ...options,
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { sent, response };
}

async function answerTo(server: TestServer, options: RequestOptions, body?: string | Buffer) {
  const { response } = await ask(server, options, body);
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  const bytes = Buffer.concat(parts);
  return { status: response.statusCode, headers: response.headers, bytes, text: bytes.toString() };
}

inBothModes('pages, refusals and their headers come from the core', async (_t, server) => {
  const health = await answerTo(server, { path: '/healthz' });
  assert.deepEqual([health.status, health.text], [200, '{"ok":true}']);
  assert.match(String(health.headers['content-security-policy']), /script-src 'self'/);
  const head = await answerTo(server, { path: '/healthz', method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
  const nothing = await answerTo(server, { path: '/api/v1/nothing', method: 'DELETE' });
  assert.deepEqual([nothing.status, JSON.parse(nothing.text).code], [404, 'no-such-address']);
  const stranger = await answerTo(server, { path: renameSite.path, method: renameSite.method }, '{}');
  assert.deepEqual([stranger.status, JSON.parse(stranger.text).code], [401, 'not-signed-in']);
});

/** Whoever must wait a second waits for ever. */
const stoppedTime = { clock: createFakeClock(Date.now()) };

inBothModes(
  'whoever guesses is known by address, whatever they say of themselves',
  async (_t, server) => {
    let guesses = 0;
    const guess = async (localAddress: string) => {
      guesses += 1;
      const headers = {
        'content-type': 'application/json',
        'x-forwarded-for': `203.0.113.${guesses}`,
        forwarded: `for=203.0.113.${guesses}`,
      };
      const body = JSON.stringify({ name: `nobody-${guesses}`, password: 'guess' });
      const path = signIn.path;
      return (await answerTo(server, { path, method: 'POST', headers, localAddress }, body)).status;
    };
    const statuses = [];
    for (let n = 0; n < 7; n += 1) statuses.push(await guess('127.0.0.7'));
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 401, 429]);
    assert.equal(await guess('127.0.0.8'), 401);
  },
  stoppedTime,
);

inBothModes('content goes up and comes down, whole and in parts', async (_t, server) => {
  const chunk = randomBytes(3_000_000);
  const sha256 = createHash('sha256').update(chunk).digest('hex');
  const authorization = `Bearer ${await server.apiToken('operator')}`;
  const up = await answerTo(
    server,
    {
      method: 'PUT',
      path: contentChunkPath.replace(':sha256', sha256),
      headers: {
        authorization,
        'content-type': 'application/octet-stream',
        'content-length': chunk.length,
      },
    },
    chunk,
  );
  assert.ok(up.status === 200 || up.status === 204, up.text);
  assert.deepEqual(await server.call(contentRoutes.missing, { body: { chunks: [sha256] } }), { missing: [] });
  const path = `/content/objects/${sha256.slice(0, 2)}/${sha256}`;
  const agent = { authorization: `Bearer ${server.agentToken('m1')}` };
  const whole = await answerTo(server, { path, headers: agent });
  assert.equal(createHash('sha256').update(whole.bytes).digest('hex'), sha256);
  const part = await answerTo(server, { path, headers: { ...agent, range: 'bytes=1000-1999' } });
  assert.deepEqual([part.status, part.bytes.equals(chunk.subarray(1000, 2000))], [206, true]);
});

inBothModes(
  'a large body is refused with the reason, and the next request is answered',
  async (_t, server) => {
    const path = contentChunkPath.replace(':sha256', '0'.repeat(64));
    const headers = { 'content-type': 'application/octet-stream', 'content-length': 3_000_000 };
    const refused = await answerTo(server, { method: 'PUT', path, headers }, Buffer.alloc(3_000_000));
    assert.deepEqual([refused.status, JSON.parse(refused.text).code], [401, 'not-signed-in']);
    const authorization = `Bearer ${await server.apiToken('operator')}`;
    const chunked = {
      'content-type': 'application/octet-stream',
      authorization,
      'transfer-encoding': 'chunked',
    };
    const wrong = await answerTo(server, { method: 'PUT', path, headers: chunked }, Buffer.alloc(100_000));
    assert.ok((wrong.status ?? 0) >= 400 && (wrong.status ?? 0) < 500, wrong.text);
    assert.equal((await answerTo(server, { path: '/healthz' })).status, 200);
  },
);

inBothModes('an open console hears of changes while its answer goes on', async (_t, server) => {
  const authorization = `Bearer ${await server.apiToken('viewer')}`;
  const { sent, response } = await ask(server, { path: livePath, headers: { authorization } });
  let heard = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  await until(() => heard.includes('event: open'));
  await server.call(renameSite, { body: { name: 'New name' } });
  await until(() => heard.includes('"topic":"site"'));
  sent.destroy();
});

inBothModes('a cookie of the core reaches the browser', async (_t, server) => {
  const token = await server.app.users.setupToken();
  const made = await answerTo(
    server,
    { path: '/api/v1/setup', method: 'POST', headers: { 'content-type': 'application/json' } },
    JSON.stringify({ token, name: 'hanako', password: 'correct horse battery' }),
  );
  const [cookie] = made.headers['set-cookie'] ?? [];
  assert.match(cookie ?? '', /^tenkai_session=.*Secure/i);
  const headers = { cookie: cookie?.split(';')[0] ?? '' };
  const me = await answerTo(server, { path: getSession.path, headers });
  assert.equal(JSON.parse(me.text).user.name, 'hanako');
});

inBothModes('bytes that are not HTTP get an answer that explains', async (_t, server) => {
  const { port } = new URL(server.baseUrl);
  const ca = server.kernel.keys.rootCertificate;
  const socket = connect({ host: '127.0.0.1', servername: 'localhost', port: Number(port), ca });
  socket.end('nonsense\r\n\r\n');
  let text = '';
  for await (const part of socket) text += part;
  assert.match(text, /^HTTP\/1\.1 400 [\s\S]*"malformed-request"/);
});

/** One handshake: whether the session given was resumed, and a ticket for the next time. */
async function handshake(server: TestServer, ca: string, session?: Buffer) {
  const { port } = new URL(server.baseUrl);
  const options = { host: '127.0.0.1', servername: 'localhost', port: Number(port), ca };
  const socket = connect(session ? { ...options, session } : options).resume();
  let ticket: Buffer | undefined;
  socket.on('session', (given: Buffer) => {
    ticket = given;
  });
  await once(socket, 'secureConnect');
  const isResumed = socket.isSessionReused();
  // With TLS 1.3 the ticket comes after the handshake; an answer comes after the ticket.
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await once(socket, 'close');
  return { ticket, isResumed };
}

inBothModes('TLS sessions are resumed, by whichever gateway', async (_t, server) => {
  const ca = server.kernel.keys.rootCertificate;
  const { ticket } = await handshake(server, ca);
  for (let n = 0; n < 8; n += 1) assert.ok((await handshake(server, ca, ticket)).isResumed);
});

inBothModes('a renewed certificate is used for new connections', async (t, server) => {
  const other = await startTestServer();
  atEnd(t, () => other.stop());
  const { keys } = server.kernel;
  const renewed = other.kernel.keys.tls();
  Object.assign(keys, { tls: () => renewed });
  server.doors?.renewTls();
  const isRenewed = () =>
    handshake(server, other.kernel.keys.rootCertificate).then(
      () => true,
      () => false,
    );
  // Two gateways: until each of several connections gets the new one.
  await until(async () => (await Promise.all(Array.from({ length: 6 }, isRenewed))).every(Boolean));
  await assert.rejects(handshake(server, keys.rootCertificate));
});
