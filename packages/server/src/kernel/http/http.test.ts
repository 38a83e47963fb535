import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import { Failure } from '@tenkai/domain/failure.ts';
import { defineRoute } from '@tenkai/protocol/api/route.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import * as Type from 'typebox';
import { createAccess } from '../access/access.ts';
import { createAgentTokens } from '../access/agent-token.ts';
import type { Caller } from '../access/caller.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { createHttp } from './http.ts';

const echo = defineRoute({
  method: 'POST',
  path: '/api/v1/echo/:id',
  permission: 'operate',
  summary: 'For this test.',
  params: Type.Object({ id: Type.String({ maxLength: 8 }) }),
  query: Type.Object({
    limit: Type.Optional(Type.Integer({ minimum: 1 })),
    deep: Type.Optional(Type.Boolean()),
  }),
  body: Type.Object({ n: Type.Integer(), inner: Type.Optional(Type.Object({ a: Type.String() })) }),
  reply: Type.Object({
    id: Type.String(),
    n: Type.Integer(),
    limit: Type.Union([Type.Integer(), Type.Null()]),
  }),
});

const secrets = { operator: 'tenkai_operator-token', viewer: 'tenkai_viewer-token' } as const;

/** The rim alone, with two users and the routes of this test. */
function createRim(t: TestContext, onLog: (line: string) => void = () => {}) {
  const log = createLog({ level: 'info', sink: { write: onLog } });
  const access = createAccess({ agentTokens: createAgentTokens({ key: Buffer.alloc(32), now: () => 1000 }) });
  const { hashSecret } = accessModule;
  const caller = (role: keyof typeof secrets): Caller => ({
    userId: role,
    name: role,
    role,
    collectionScope: null,
    via: 'api-token',
  });
  access.identities = {
    sessionByHash: async (hash) =>
      hash === hashSecret('cookie-secret') ? { caller: caller('operator'), csrf: 'csrf-secret' } : undefined,
    apiTokenByHash: async (hash) => {
      const role = (Object.keys(secrets) as (keyof typeof secrets)[]).find(
        (name) => hashSecret(secrets[name]) === hash,
      );
      return role && caller(role);
    },
  };
  const http = createHttp({ log, access, metrics: createMetrics(), checkReplies: true });
  http.route(echo, async ({ params, query, body }) => {
    if (body.n === 500) throw new Error('secret inner detail');
    if (body.n === 409) throw new Failure('already-exists', { what: 'echo', id: params.id });
    if (body.n === 1) return { id: params.id } as never;
    return { id: params.id, n: body.n, limit: query.limit ?? null };
  });
  http.agentRoute(
    { method: 'POST', path: '/agent/v1/echo', body: echo.body ?? Type.Object({}) },
    async ({ agent, body }) => ({ agent, body }),
  );
  atEnd(t, () => http.fastify.close());
  return { http, access };
}

const accessModule = await import('../access/access.ts');

interface Sent {
  readonly url?: string;
  readonly method?: 'POST' | 'GET' | 'PUT';
  readonly headers?: Record<string, string>;
  readonly payload?: unknown;
}

async function send(t: TestContext, sent: Sent = {}) {
  const { url, method, headers, payload } = {
    url: '/api/v1/echo/x',
    method: 'POST' as const,
    headers: undefined,
    payload: { n: 7 },
    ...sent,
  };
  const lines: string[] = [];
  const { http } = createRim(t, (line) => lines.push(line));
  const answer = await http.fastify.inject({
    method,
    url,
    headers: headers ?? { authorization: `Bearer ${secrets.operator}` },
    ...(method === 'GET' ? {} : { payload: payload as object }),
  });
  return { answer, status: answer.statusCode, body: answer.json(), log: lines.join('') };
}

test('a good request is answered, query texts become what the schema says', async (t) => {
  const { status, body } = await send(t, { url: '/api/v1/echo/x?limit=5&deep=true' });
  assert.deepEqual([status, body], [200, { id: 'x', n: 7, limit: 5 }]);
});

const refused: [string, Sent, number, string][] = [
  ['nobody', { headers: {} }, 401, 'not-signed-in'],
  ['an unknown API token', { headers: { authorization: 'Bearer tenkai_nonsense' } }, 401, 'not-signed-in'],
  ['an agent token', { headers: { authorization: 'Bearer tka1.x.y' } }, 401, 'not-signed-in'],
  ['a role too low', { headers: { authorization: `Bearer ${secrets.viewer}` } }, 403, 'not-allowed'],
  [
    'a session without its anti-forgery token',
    { headers: { cookie: 'tenkai_session=cookie-secret' } },
    403,
    'csrf-missing',
  ],
  [
    'a session with another anti-forgery token',
    { headers: { cookie: 'tenkai_session=cookie-secret', 'x-tenkai-csrf': 'x' } },
    403,
    'csrf-missing',
  ],
  [
    'a forged session',
    { headers: { cookie: 'tenkai_session=other', 'x-tenkai-csrf': 'csrf-secret' } },
    401,
    'not-signed-in',
  ],
  ['an unknown field', { payload: { n: 7, extra: 1 } }, 422, 'invalid-request'],
  ['an unknown field inside', { payload: { n: 7, inner: { a: 'x', b: 1 } } }, 422, 'invalid-request'],
  ['a text where a number belongs', { payload: { n: '7' } }, 422, 'invalid-request'],
  ['no body', { payload: undefined }, 422, 'invalid-request'],
  ['a list', { payload: [] }, 422, 'invalid-request'],
  ['a query that is no number', { url: '/api/v1/echo/x?limit=5.5' }, 422, 'invalid-request'],
  ['an unknown query', { url: '/api/v1/echo/x?limits=5' }, 422, 'invalid-request'],
  ['a parameter too long', { url: '/api/v1/echo/123456789' }, 422, 'invalid-request'],
  ['an unknown address', { url: '/api/v1/nothing' }, 404, 'no-such-address'],
  ['another method', { method: 'PUT' }, 405, 'method-not-allowed'],
  [
    'a body that is too large',
    { payload: { n: 7, inner: { a: 'x'.repeat(1_100_000) } } },
    413,
    'body-too-large',
  ],
  ['a refusal by the use-case', { payload: { n: 409 } }, 409, 'already-exists'],
  ['a broken address', { url: '/api/v1/echo/%E0%A4%A' }, 400, 'malformed-request'],
  ['a reply that its schema does not describe', { payload: { n: 1 } }, 500, 'unexpected'],
];

for (const [what, sent, status, code] of refused) {
  test(`refused with ${status} ${code}: ${what}`, async (t) => {
    const result = await send(t, sent);
    assert.deepEqual([result.status, result.body.code], [status, code]);
    for (const key of ['message', 'detail', 'remedy']) assert.equal(typeof result.body[key], 'string');
    assert.ok(result.body.message.length > 10 && result.body.remedy.length > 10);
    assert.match(result.log, new RegExp(`"code":"${code}"`), 'the log names it');
  });
}

test('malformed JSON and foreign media types are refused', async (t) => {
  const { http } = createRim(t);
  const as = (type: string, payload: string) =>
    http.fastify.inject({
      method: 'POST',
      url: '/api/v1/echo/x',
      headers: { authorization: `Bearer ${secrets.operator}`, 'content-type': type },
      payload,
    });
  const broken = await as('application/json', '{"n": 7');
  assert.deepEqual([broken.statusCode, broken.json().code], [400, 'malformed-request']);
  const poisoned = await as('application/json', '{"n": 7, "__proto__": {"admin": true}}');
  assert.deepEqual([poisoned.statusCode, poisoned.json().code], [400, 'malformed-request']);
  for (const type of ['application/x-www-form-urlencoded', 'text/xml', 'multipart/form-data; boundary=x']) {
    const foreign = await as(type, 'n=7');
    assert.deepEqual([foreign.statusCode, foreign.json().code], [415, 'unsupported-media-type']);
  }
});

test('what broke inside is told by an id that the log has, and by nothing else', async (t) => {
  const { status, body, answer, log } = await send(t, { payload: { n: 500 } });
  assert.deepEqual([status, body.code], [500, 'unexpected']);
  assert.doesNotMatch(answer.body, /secret inner detail|at .*\.ts/);
  assert.match(body.remedy, new RegExp(body.params.id));
  assert.match(log, new RegExp(`${body.params.id}.*secret inner detail`));
});

test('a session with its anti-forgery token may change something', async (t) => {
  const headers = { cookie: 'a=b; tenkai_session=cookie-secret', 'x-tenkai-csrf': 'csrf-secret' };
  assert.equal((await send(t, { headers })).status, 200);
});

test('unknown fields of agents are dropped, wrong ones refused', async (t) => {
  const { http, access } = createRim(t);
  const token = access.agentTokens.issue({ machineId: 'm1', keyThumbprint: 'k', expiresAt: 5000 });
  const ask = (payload: object, authorization = `Bearer ${token}`) =>
    http.fastify.inject({ method: 'POST', url: '/agent/v1/echo', headers: { authorization }, payload });
  const good = await ask({ n: 7, extra: 1, inner: { a: 'x', b: 2 } });
  assert.deepEqual(good.json(), {
    agent: { machineId: 'm1', keyThumbprint: 'k', expiresAt: 5000 },
    body: { n: 7, inner: { a: 'x' } },
  });
  assert.equal((await ask({ n: 'seven' })).statusCode, 422);
  for (const wrong of ['', 'Bearer x', `Bearer ${token}x`, `Bearer ${secrets.operator}`, `Basic ${token}`]) {
    const answer = await ask({ n: 7 }, wrong);
    assert.deepEqual([answer.statusCode, answer.json().code], [401, 'agent-token-invalid']);
  }
});

test('every answer carries the security headers, also a refusal', async (t) => {
  for (const sent of [{}, { headers: {} }, { url: '/nothing' }]) {
    const { answer } = await send(t, sent);
    const policy = String(answer.headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy.split(';').find((part) => part.includes('script-src')) ?? '', /unsafe|\*/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.match(String(answer.headers['x-request-id']), /^[0-9a-f]{16}$/);
  }
});

test('the log never holds a token or a cookie', async (t) => {
  const lines: string[] = [];
  const log = createLog({ level: 'info', sink: { write: (line) => lines.push(line) } });
  log.info(
    {
      headers: { authorization: 'Bearer abcdefghijkl', cookie: 'tenkai_session=s3cret' },
      token: 'tenkai_abcdefgh',
    },
    'x',
  );
  log.error({ err: new Error('cannot send tenkai_abcdefghijklm') }, 'failed with tka1.abcdefgh.ijklmnop');
  log.info({ body: { password: 'hunter2hunter2' } });
  assert.doesNotMatch(lines.join(''), /abcdefgh|s3cret|hunter2/);
  await send(t);
});

async function startListening(t: TestContext): Promise<TestServer> {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  return server;
}

test('bytes that are not HTTP get an answer that explains', async (t) => {
  const server = await startListening(t);
  const { port } = new URL(server.baseUrl);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: Number(port),
      ca: server.kernel.keys.rootCertificate,
      servername: 'localhost',
    });
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('end', () => resolve(text)).on('error', reject);
    socket.write('NONSENSE\r\n\r\n');
  });
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.equal(JSON.parse(answer.split('\r\n\r\n')[1] ?? '').code, 'malformed-request');
});

test('health, readiness and figures', async (t) => {
  const server = await startTestServer();
  atEnd(t, () => server.stop());
  const get = (url: string, remoteAddress = '127.0.0.1') =>
    server.kernel.http.fastify.inject({ method: 'GET', url, remoteAddress });
  assert.deepEqual((await get('/healthz')).json(), { ok: true });
  assert.deepEqual((await get('/readyz')).json(), { ok: true });
  const figures = await get('/metrics');
  assert.match(String(figures.headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.match(figures.body, /^# TYPE tenkai_http_request_duration_seconds histogram$/m);
  assert.match(
    figures.body,
    /tenkai_http_request_duration_seconds_count\{route="\/healthz",method="GET",status="200"\} 1/,
  );
  assert.match(figures.body, /^tenkai_agents_connected 0$/m);
  assert.equal((await get('/metrics', '192.0.2.1')).statusCode, 401);
});
