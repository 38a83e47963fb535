import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type { AnyRoute } from '@tenkai/protocol/api/route.ts';
import { address } from '@tenkai/protocol/client.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { dumpTables } from '@tenkai/testkit/dump-tables.ts';
import { settle } from '@tenkai/testkit/settle.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { validValue } from '@tenkai/testkit/valid-value.ts';
import fc from 'fast-check';
import type { TSchema } from 'typebox';

/** Values that break programs: of every type, huge, empty, dangerous as text, as key and as path. */
const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    0,
    -1,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER + 2,
    [],
    {},
    [[[[]]]],
    '\u0000',
    '\ud800',
    '../../etc/passwd',
    "'; DROP TABLE users_users; --",
    '%s%n',
    '<script>',
    'a'.repeat(100_000),
    '\u202e',
    ' ',
    '-',
    '9'.repeat(400),
    ['x'.repeat(70_000)],
    { constructor: { prototype: {} } },
    { toString: 1 },
    { $ref: '#' },
    { length: 1e9 },
  ),
  fc.jsonValue({ maxDepth: 4 }),
);

async function start(t: TestContext, lines: string[] = []): Promise<TestServer> {
  const server = await startTestServer({ onLog: (line) => lines.push(line) });
  atEnd(t, () => server.stop());
  await server.apiToken('administrator');
  await server.kernel.jobs.idle();
  return server;
}

function inject(
  server: TestServer,
  route: AnyRoute,
  sent: { params?: unknown; query?: unknown; body?: unknown; token: string },
) {
  return server.kernel.http.fastify.inject({
    method: route.method,
    url: address(route.path, sent.params, sent.query),
    headers: {
      authorization: `Bearer ${sent.token}`,
      ...(route.body ? { 'content-type': 'application/json' } : {}),
    },
    ...(route.body ? { payload: JSON.stringify(sent.body) ?? '' } : {}),
  });
}

/** Never a defect of ours, and a refusal always in the one form. */
function assertAnswered(answer: { statusCode: number; body: string }, what: string) {
  assert.ok(answer.statusCode < 500, `${what}: ${answer.statusCode} ${answer.body.slice(0, 300)}`);
  if (answer.statusCode < 400) return;
  const problem = JSON.parse(answer.body);
  for (const key of ['code', 'message', 'detail', 'remedy'])
    assert.equal(typeof problem[key], 'string', what);
}

/** Routes whose effect a test cannot take back, or that end what the test itself needs. */
const apart = new Set(['DELETE /api/v1/session']);
const nameOf = (route: AnyRoute) => `${route.method} ${route.path}`;
const describe = (value: unknown) => (JSON.stringify(value) ?? 'undefined').slice(0, 200);

test('bad input: any body, parameter and query on every route is answered or refused, and a refusal changes nothing', async (t) => {
  const lines: string[] = [];
  const server = await start(t, lines);
  const token = await server.apiToken('administrator');
  const routes = server.kernel.http.apiRoutes.filter((route) => !apart.has(nameOf(route)));
  assert.ok(routes.length > 40);
  for (const route of routes) {
    const keysOf = (schema: TSchema | undefined) =>
      Object.keys((schema as { properties?: object } | undefined)?.properties ?? {});
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom('..', '.', '%00', '0', '-1', 'x'.repeat(300), '\u0000', '展開'),
    );
    const sent = fc.record({
      params: fc.record(
        Object.fromEntries(keysOf(route.params).map((key) => [key, texts.filter((text) => text !== '')])),
      ),
      query: fc.dictionary(fc.constantFrom('unknown', ...keysOf(route.query)), texts, { maxKeys: 2 }),
      body: fc.oneof(nasty, fc.dictionary(fc.constantFrom('unknown', ...keysOf(route.body)), nasty)),
    });
    await fc.assert(
      fc.asyncProperty(sent, async (input) => {
        const before = await dumpTables(server.kernel.db.read);
        const answer = await inject(server, route, { ...input, token });
        assertAnswered(answer, `${nameOf(route)} ${describe(input)}`);
        if (answer.statusCode < 400) return;
        assert.deepEqual(
          await dumpTables(server.kernel.db.read),
          before,
          `${nameOf(route)} ${describe(input)} changed something`,
        );
      }),
      { numRuns: 25, seed: 20260101 },
    );
  }
  assert.doesNotMatch(lines.join(''), /"level":(50|60)/, 'the log holds no error');
});

test('bad input: one mutation of a valid body is never a defect', async (t) => {
  const server = await start(t);
  const token = await server.apiToken('administrator');
  const routes = server.kernel.http.apiRoutes.filter((route) => route.body && !apart.has(nameOf(route)));
  for (const route of routes) {
    const valid = validValue(route.body);
    const params = Object.fromEntries([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => [name, 'none']));
    await fc.assert(
      fc.asyncProperty(fc.nat(), nasty, fc.boolean(), async (at, value, adds) => {
        const body = mutate(structuredClone(valid), at, value, adds);
        assertAnswered(
          await inject(server, route, { params, body, token }),
          `${nameOf(route)} ${describe(body)}`,
        );
      }),
      { numRuns: 20, seed: 20260102 },
    );
  }
});

/** Replaces the n-th place inside of a value, or adds a field there. */
function mutate(root: unknown, at: number, value: unknown, adds: boolean): unknown {
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push({ holder: node as Record<string, unknown>, key });
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  const place = places[at % Math.max(places.length, 1)];
  if (!place) return value;
  place.holder[adds ? `${place.key}x` : place.key] = value;
  return root;
}

test('bad input: agents and strangers below /agent find no defect, and a refusal changes nothing', async (t) => {
  const lines: string[] = [];
  const server = await start(t, lines);
  const agent = await enrolledAgent(server);
  await settle(server);
  const authorization = `Bearer ${await agent.bearer()}`;
  const batch = { outbox: agent.outbox, reports: [{ number: 1, report: aHeartbeat() }] };
  const { enroll, challenge, token, reports, progress } = agentPaths;
  for (const url of [enroll, challenge, token, reports, progress]) {
    const spoiled = fc
      .tuple(fc.nat(), nasty, fc.boolean())
      .map(([at, value, adds]) => mutate(structuredClone(batch), at, value, adds));
    await fc.assert(
      fc.asyncProperty(fc.oneof(nasty, spoiled), async (body) => {
        const before = await dumpTables(server.kernel.db.read);
        const payload = JSON.stringify(body) ?? '';
        const headers = { authorization, 'content-type': 'application/json' };
        const answer = await server.kernel.http.fastify.inject({ method: 'POST', url, headers, payload });
        assertAnswered(answer, `${url} ${describe(body)}`);
        // What follows from a report that was taken must not be laid at the door of the next one.
        if (answer.statusCode < 400) return settle(server);
        assert.deepEqual(
          await dumpTables(server.kernel.db.read),
          before,
          `${url} ${describe(body)} changed something`,
        );
      }),
      { numRuns: 60, seed: 20260103 },
    );
  }
  assert.doesNotMatch(lines.join(''), /"level":(50|60)/, 'the log holds no error');
});

test('bad input: who may not, changes nothing, on every route', async (t) => {
  const server = await start(t);
  const viewer = await server.apiToken('viewer');
  const before = await dumpTables(server.kernel.db.read);
  for (const route of server.kernel.http.apiRoutes) {
    const params = Object.fromEntries([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => [name, 'none']));
    const body = route.body ? validValue(route.body) : undefined;
    if (route.permission !== 'public') {
      const answer = await inject(server, route, { params, body, token: 'tenkai_nobody' });
      assert.equal(answer.statusCode, 401, nameOf(route));
    }
    if (!['public', 'self', 'view'].includes(route.permission)) {
      const answer = await inject(server, route, { params, body, token: viewer });
      assert.deepEqual([answer.statusCode, answer.json().code], [403, 'not-allowed'], nameOf(route));
    }
  }
  assert.deepEqual(await dumpTables(server.kernel.db.read), before);
});
