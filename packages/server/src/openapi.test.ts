import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as api from '@tenkai/protocol/api/index.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

test('openapi.json is what the server serves (else: npm run openapi)', async (t) => {
  const server = await startTestServer();
  atEnd(t, () => server.stop());
  const served = await server.kernel.http.fastify.inject({ method: 'GET', url: '/api/v1/openapi.json' });
  const committed = await readFile(join(import.meta.dirname, '../../../openapi.json'), 'utf8');
  assert.deepEqual(served.json(), JSON.parse(committed));
});

test('a shape with a name is written once, and every reference leads to one', async () => {
  const document = JSON.parse(await readFile(join(import.meta.dirname, '../../../openapi.json'), 'utf8'));
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, ref = '']) => ref);
  const defined = new Set(
    Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`),
  );
  assert.deepEqual(
    [...new Set(refs)].filter((ref) => !defined.has(ref)),
    [],
  );
  assert.deepEqual(
    [...defined].filter((name) => !refs.includes(name)),
    [],
  );
  const shapes = Object.values(document.components.schemas).map((schema) => JSON.stringify(schema));
  assert.equal(new Set(shapes).size, shapes.length);
});

test('every route of the contract is carried out by the server', async (t) => {
  const server = await startTestServer();
  atEnd(t, () => server.stop());
  const bound = new Set(server.kernel.http.apiRoutes.map((route) => `${route.method} ${route.path}`));
  const promised = routesIn(api).map((route) => `${route.method} ${route.path}`);
  assert.ok(promised.length > 60, `${promised.length} were found`);
  assert.deepEqual(
    promised.filter((route) => !bound.has(route)),
    [],
  );
});

/** Routes stand alone or in groups by noun. */
function routesIn(group: object): { method: string; path: string }[] {
  return (Object.values(group) as unknown[]).flatMap((value) => {
    if (isRoute(value)) return [value];
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.values(value).filter(isRoute)
      : [];
  });
}

function isRoute(value: unknown): value is { method: string; path: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'method' in value &&
    'path' in value &&
    'permission' in value
  );
}
