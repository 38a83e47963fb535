import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { distributionPointRoutes, packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { contentRoutes } from '@tenkai/protocol/api/packages.ts';
import type { AnyRoute } from '@tenkai/protocol/api/route.ts';
import { address } from '@tenkai/protocol/client.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aProgram, aScenario, installStep } from '@tenkai/testkit/builders.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { oneMutation } from '@tenkai/testkit/one-mutation.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { putChunk } from '@tenkai/testkit/upload-folder.ts';
import { sealManifest } from '@tenkai/transfer';
import fc from 'fast-check';

const seed = 20_261_121;

interface Valid {
  readonly route: AnyRoute;
  readonly params?: Record<string, string>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
}

const draft = aDraft({
  targets: [{ operatingSystem: 'debian', version: '12', language: 'any', architecture: 'x64' }],
  condition: { kind: 'all', of: [{ kind: 'not', of: { kind: 'file-exists', path: '/etc/x' } }] },
  programs: [aProgram({ requires: [{ packageId: 'hello', program: null }] })],
  before: { interpreter: 'sh', text: 'true' },
  detection: [
    { kind: 'package', source: 'dpkg', name: 'hello', operator: '>=', version: '1' },
    { kind: 'script', interpreter: 'sh', text: 'echo yes' },
  ],
});

const scenario = aScenario({
  name: 'Another',
  variables: [{ name: 'A', value: 'b' }],
  steps: [
    {
      kind: 'group',
      id: 'g',
      name: 'group',
      condition: { kind: 'any', of: [{ kind: 'query', query: 'name = "a"' }] },
      steps: [
        installStep('hello', {
          condition: { kind: 'not', of: { kind: 'previous-step', outcome: 'failed' } },
        }),
      ],
    },
    { kind: 'run-script', id: 's', name: 'script', interpreter: 'sh', text: 'true', successCodes: [0] },
    { kind: 'wait', id: 'w', name: 'wait', seconds: 5 },
  ],
});

/** A site with one package and one scenario, and one valid request for every route of the three features. */
async function siteWithRequests(server: TestServer): Promise<Valid[]> {
  const bytes = Buffer.from('x');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await putChunk(server, sha256, bytes);
  const chunks = [{ sha256, sizeBytes: 1 }];
  const manifest = sealManifest([{ path: 'a/b', sizeBytes: 1, isExecutable: false, chunks }]);
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
  const saved = await server.call(scenarioRoutes.create, { body: aScenario() });
  const params = { id: 'hello' };
  const point = {
    name: 'P',
    baseUrl: 'http://p',
    folder: null,
    isEnabled: false,
    takesAll: true,
    hasFileView: false,
    preference: 1,
  };
  return [
    { route: packageRoutes.list, query: { search: 'x', type: 'tool' } },
    { route: packageRoutes.get, params },
    { route: packageRoutes.create, body: { draft: { ...draft, id: 'fresh' }, contentId: null, fix: true } },
    { route: packageRoutes.update, params, body: { draft, contentId: null, revision: 1 } },
    { route: packageRoutes.check, body: { draft, contentId: null } },
    { route: packageRoutes.place, params, body: { pointIds: ['site'] } },
    { route: packageRoutes.verify, params, query: { repair: true } },
    { route: packageRoutes.remove, params },
    { route: contentRoutes.missing, body: { chunks: [sha256] } },
    { route: contentRoutes.manifest, body: { manifest } },
    { route: scenarioRoutes.list, query: { search: 'x' } },
    { route: scenarioRoutes.get, params: { id: saved.id } },
    { route: scenarioRoutes.create, body: scenario },
    { route: scenarioRoutes.update, params: { id: saved.id }, body: { draft: scenario, revision: 1 } },
    { route: scenarioRoutes.remove, params: { id: saved.id } },
    { route: distributionPointRoutes.create, body: point },
    { route: distributionPointRoutes.update, params: { id: 'site' }, body: { ...point, revision: 1 } },
    { route: distributionPointRoutes.remove, params: { id: 'site' } },
  ];
}

/** Sends what a hostile client might: one thing in path, query or body is not as it should be. */
function mutated(requests: readonly Valid[]) {
  return fc.constantFrom(...requests).chain(({ route, ...parts }) =>
    oneMutation(parts).map(({ value, what }) => ({
      route,
      what: `${route.method} ${route.path}: ${what}`,
      parts: value,
    })),
  );
}

async function send(server: TestServer, route: AnyRoute, parts: unknown) {
  const { params, query, body } = (
    typeof parts === 'object' && parts !== null ? parts : {}
  ) as Partial<Valid>;
  const path = address(route.path, texts(params), undefined);
  const search = typeof query === 'object' && query !== null ? `?${new URLSearchParams(texts(query))}` : '';
  return server.kernel.http.fastify.inject({
    method: route.method,
    url: path + search,
    headers: {
      authorization: `Bearer ${await server.apiToken('administrator')}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) ?? '' }),
  });
}

/** As a client would have to write them into an address. */
function texts(values: unknown): Record<string, string> {
  if (typeof values !== 'object' || values === null) return { id: textOf(values) };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.slice(0, 2000).toWellFormed();
}

onBothEngines(
  'BAD-INPUT: one mutation of a valid request for packages, content or scenarios is accepted or refused whole',
  async (t, { engine, databaseUrl }) => {
    const errors: string[] = [];
    const server = await startTestServer({
      databaseUrl,
      onLog: (line) => {
        if (/"level":(50|60)/.test(line)) errors.push(line);
      },
    });
    atEnd(t, () => server.stop());
    const requests = await siteWithRequests(server);
    const property = fc.asyncProperty(mutated(requests), async ({ route, what, parts }) => {
      const before = await dumpWorld(server);
      const answer = await send(server, route, parts);
      if (answer.statusCode < 400) return;
      const problem = answer.json();
      assert.ok(
        answer.statusCode < 500,
        `${what}: ${answer.statusCode} ${answer.body.slice(0, 500)} ${errors.at(-1)}`,
      );
      for (const field of ['code', 'message', 'detail', 'remedy'])
        assert.equal(typeof problem[field], 'string', `${what}: no ${field} in ${answer.body.slice(0, 300)}`);
      assert.notEqual(problem.code, '');
      assert.deepEqual(await dumpWorld(server), before, what);
    });
    const numRuns = engine === 'sqlite' ? 600 : 120;
    await fc.assert(property, { numRuns, seed, endOnFailure: true });
    assert.deepEqual(errors, [], 'a healthy site logs no error');
  },
);

test('BAD-INPUT: bodies that are no JSON, cut off or nested without end are refused and change nothing', async (t) => {
  const server = await startTestServer();
  atEnd(t, () => server.stop());
  await siteWithRequests(server);
  const before = await dumpWorld(server);
  const authorization = `Bearer ${await server.apiToken('administrator')}`;
  const whole = JSON.stringify({ draft, contentId: null });
  const deepGroup = `${'{"kind":"group","id":"g","name":"g","steps":['.repeat(15_000)}${']}'.repeat(15_000)}`;
  const deepCondition = `${'{"kind":"not","of":'.repeat(40_000)}1${'}'.repeat(40_000)}`;
  const bodies: [string, string, number][] = [
    ['/api/v1/packages', '', 400],
    ['/api/v1/packages', '{', 400],
    ['/api/v1/packages', whole.slice(0, -20), 400],
    ['/api/v1/packages', 'x'.repeat(2_000_000), 413],
    ['/api/v1/packages', '[]', 422],
    ['/api/v1/packages', whole.replace('"condition":{', '"condition":{"__proto__":{"x":1},'), 400],
    [
      '/api/v1/packages',
      `{"draft":${JSON.stringify({ ...draft, condition: 0 }).replace('"condition":0', `"condition":${deepCondition}`)},"contentId":null}`,
      422,
    ],
    [
      '/api/v1/scenarios',
      JSON.stringify({ ...scenario, steps: 0 }).replace('"steps":0', `"steps":[${deepGroup}]`),
      422,
    ],
  ];
  for (const [url, payload, status] of bodies) {
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await server.kernel.http.fastify.inject({ method: 'POST', url, headers, payload });
    const problem = answer.json();
    assert.equal(answer.statusCode, status, `${payload.slice(0, 40)}: ${answer.body.slice(0, 200)}`);
    for (const field of ['code', 'message', 'detail', 'remedy'])
      assert.equal(typeof problem[field], 'string');
  }
  assert.deepEqual(await dumpWorld(server), before);
});
