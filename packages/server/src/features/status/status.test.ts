import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import * as api from '@tenkai/protocol/api/index.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type EngineUnderTest, onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../kernel/clock.ts';
import type { StatusMessageInput } from './index.ts';
import { named, objectNames } from './object-names.ts';

const dayMs = 86_400_000;

async function start(t: TestContext, { databaseUrl }: EngineUnderTest) {
  const clock = createFakeClock();
  const server = await startTestServer({ databaseUrl, clock });
  atEnd(t, () => server.stop());
  const { db } = server.kernel;
  const append = (input: Partial<StatusMessageInput>) =>
    db.transaction((tx) =>
      server.app.status.append(tx, {
        severity: 'info',
        component: 'tests',
        code: 'site.started',
        params: { version: 'T' },
        ...input,
      }),
    );
  const list = async (query: object, as: 'administrator' | 'viewer' = 'viewer') =>
    (await server.call(api.listStatusMessages, { as, query: { component: 'tests', ...query } })).items;
  return { server, clock, append, list };
}

onBothEngines(
  'STAT-08: a status message has a numeric id, a component, a site, a severity and its objects',
  async (t, under) => {
    const { clock, append, list } = await start(t, under);
    const objects = [
      { kind: 'run', id: 'r1' },
      { kind: 'deployment', id: 'd1' },
    ];
    await append({ severity: 'warning', machineId: 'm1', objects });
    const [message] = await list({});
    assert.ok(message);
    const { seq, ...rest } = message;
    assert.ok(seq > 0);
    assert.deepEqual(rest, {
      at: clock.now(),
      id: 1000,
      code: 'site.started',
      message: 'The site server T has started.',
      severity: 'warning',
      component: 'tests',
      siteCode: 'TST',
      machineId: 'm1',
      machineName: null,
      objects: [
        { kind: 'deployment', id: 'd1' },
        { kind: 'machine', id: 'm1' },
        { kind: 'run', id: 'r1' },
      ],
      params: { version: 'T' },
    });
  },
);

onBothEngines("a newer agent's message is kept under its code", async (t, under) => {
  const { clock, append, list } = await start(t, under);
  const at = clock.now() - 12_345;
  await append({ code: 'agent.from-the-future', params: { n: 1 }, at });
  const [message] = await list({});
  assert.deepEqual(
    [message?.id, message?.code, message?.message, message?.at],
    [0, 'agent.from-the-future', 'agent.from-the-future', at],
  );
});

onBothEngines('messages are filtered by every field and paged, newest first', async (t, under) => {
  const { server, clock, append, list } = await start(t, under);
  const from = clock.now();
  for (let n = 0; n < 5; n += 1) {
    await append({
      params: { version: String(n) },
      severity: n % 2 === 0 ? 'info' : 'error',
      machineId: `m${n % 3}`,
      objects: [{ kind: 'run', id: `r${n}` }],
    });
    clock.advance(1000);
  }
  const versions = async (query: object) => (await list(query)).map((item) => item.params.version);
  assert.deepEqual(await versions({}), ['4', '3', '2', '1', '0']);
  assert.deepEqual(await versions({ severity: 'error' }), ['3', '1']);
  assert.deepEqual(await versions({ machineId: 'm1' }), ['4', '1']);
  assert.deepEqual(await versions({ object: 'machine:m1' }), ['4', '1']);
  assert.deepEqual(await versions({ object: 'run:r2' }), ['2']);
  assert.deepEqual(await versions({ from: from + 1000, until: from + 3000 }), ['2', '1']);
  assert.deepEqual(await versions({ code: 'site.stopped' }), []);
  const pages: unknown[] = [];
  let cursor: string | null = null;
  do {
    const query = { component: 'tests', limit: 2, ...(cursor ? { cursor } : {}) };
    const page: Awaited<ReturnType<typeof server.call<typeof api.listStatusMessages>>> = await server.call(
      api.listStatusMessages,
      { query },
    );
    pages.push(page.items.map((item) => item.params.version));
    cursor = page.nextCursor;
  } while (cursor);
  assert.deepEqual(pages, [['4', '3'], ['2', '1'], ['0']]);
});

onBothEngines(
  'DIST-17: all messages of one deployment, oldest to newest, and of one severity',
  async (t, under) => {
    const { server, append } = await start(t, under);
    const about = (id: string) => ({ objects: [{ kind: 'deployment', id }] });
    for (let n = 0; n < 5; n += 1) {
      const severity = n % 2 === 0 ? 'info' : 'error';
      await append({ params: { version: String(n) }, severity, ...about('d') });
      await append({ params: { version: `other ${n}` }, severity, ...about('e') });
    }
    const versions = async (over: object) => {
      const found: unknown[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const query = { object: 'deployment:d', order: 'oldest' as const, limit: 2, ...over };
        const page: Awaited<ReturnType<typeof server.call<typeof api.listStatusMessages>>> =
          await server.call(api.listStatusMessages, { query: { ...query, ...(cursor ? { cursor } : {}) } });
        found.push(...page.items.map((item) => item.params.version));
        cursor = page.nextCursor;
      }
      return found;
    };
    assert.deepEqual(await versions({}), ['0', '1', '2', '3', '4']);
    assert.deepEqual(await versions({ severity: 'error' }), ['1', '3']);
    assert.deepEqual(await versions({ order: 'newest' }), ['4', '3', '2', '1', '0']);
  },
);

onBothEngines('STAT-16: components with their messages by severity', async (t, under) => {
  const { server, clock, append } = await start(t, under);
  await append({ component: 'old', severity: 'error' });
  clock.advance(2 * dayMs);
  await append({ severity: 'error' });
  await append({ severity: 'warning' });
  await append({ severity: 'warning' });
  const { items } = await server.call(api.listComponents, { as: 'viewer' });
  assert.deepEqual(items, [{ component: 'tests', infos: 0, warnings: 2, errors: 1, lastAt: clock.now() }]);
  const all = await server.call(api.listComponents, { query: { from: 0 } });
  assert.deepEqual(
    all.items.map((item) => item.component),
    ['old', 'server', 'tests'],
  );
});

onBothEngines(
  'a scoped viewer reads of its machines only, and of what is about no machine',
  async (t, under) => {
    const { server, append } = await start(t, under);
    await append({ machineId: 'in', params: { version: 'in' } });
    await append({ machineId: 'out', params: { version: 'out' } });
    await append({ params: { version: 'site' } });
    await server.kernel.db.transaction(async (tx) => {
      await tx.run(
        `INSERT INTO collections (id, name, name_key, description, rules, is_built_in, revision, member_count, created_at)
       VALUES ('c1', 'one', 'one', '', '[]', 0, 1, 1, 0)`,
      );
      await tx.run("INSERT INTO collections_members (collection_id, machine_id) VALUES ('c1', 'in')");
    });
    const reads = async (name: string, collectionScope: string[] | null) => {
      const { secret } = await server.app.users.createWithToken({ name, role: 'viewer', collectionScope });
      const headers = { authorization: `Bearer ${secret}` };
      const { items } = await server.call(api.listStatusMessages, {
        as: null,
        headers,
        query: { component: 'tests' },
      });
      const components = await server.call(api.listComponents, { as: null, headers, query: { from: 0 } });
      const counted = components.items.find((item) => item.component === 'tests')?.infos;
      return [items.map((item) => item.params.version), counted];
    };
    assert.deepEqual(await reads('everything', null), [['site', 'out', 'in'], 3]);
    assert.deepEqual(await reads('all', ['all']), [['site', 'out', 'in'], 3]);
    assert.deepEqual(await reads('scoped', ['c1', 'c2']), [['site', 'in'], 2]);
    assert.deepEqual(await reads('blind', []), [['site'], 1]);
  },
);

onBothEngines('a message of a failed act is not there, old ones are forgotten', async (t, under) => {
  const { server, clock, append, list } = await start(t, under);
  const failing = server.kernel.db.transaction(async (tx) => {
    await server.app.status.append(tx, {
      severity: 'info',
      component: 'tests',
      code: 'site.started',
      params: {},
    });
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  assert.deepEqual(await list({}), []);
  await append({ machineId: 'm1' });
  clock.advance(181 * dayMs);
  await append({ params: { version: 'new' } });
  await server.kernel.jobs.idle();
  assert.deepEqual(
    (await list({})).map((item) => item.params.version),
    ['new'],
  );
  assert.deepEqual(await server.kernel.db.read.all("SELECT * FROM status_objects WHERE id = 'm1'"), []);
});

onBothEngines('a background job that fails for good becomes a status message', async (t, under) => {
  const { server } = await start(t, under);
  const { db, jobs } = server.kernel;
  jobs.define('tests.broken', async () => {
    throw new Error('no space left');
  });
  await db.transaction((tx) => jobs.enqueue(tx, { kind: 'tests.broken', maxAttempts: 1 }));
  await jobs.idle();
  const { items } = await server.call(api.listStatusMessages, { query: { code: 'job.failed' } });
  assert.deepEqual(
    items.map((item) => [item.severity, item.message]),
    [['error', 'The background job tests.broken has failed for good: no space left']],
  );
});

onBothEngines('the audit log is for administrators, filtered and paged', async (t, under) => {
  const { server } = await start(t, under);
  await server.call(api.changeSiteSettings, { body: { concurrency: 7 } });
  await server.call(api.renameSite, { body: { name: 'Osaka' } });
  await assert.rejects(server.call(api.listAudit, { as: 'operator' }), { status: 403 });
  await assert.rejects(server.call(api.verifyAuditLog, { as: 'operator' }), { status: 403 });
  const { items } = await server.call(api.listAudit, { query: { object: 'site:TST' } });
  assert.deepEqual(
    items.map((item) => [item.action, item.actorName, item.details]),
    [
      ['sites.renamed', 'test-administrator', { from: 'Tenkai TST', to: 'Osaka' }],
      ['sites.settings-changed', 'test-administrator', { concurrency: { from: 50, to: 7 } }],
    ],
  );
  const page = await server.call(api.listAudit, { query: { object: 'site:TST', limit: 1 } });
  const rest = await server.call(api.listAudit, {
    query: { object: 'site:TST', limit: 1, cursor: page.nextCursor ?? '' },
  });
  assert.deepEqual([...page.items, ...rest.items], items);
});

onBothEngines('the audit log names what it is about, also what is gone', async (t, under) => {
  const { server } = await start(t, under);
  const collection = (name: string) => ({ name, limitingCollectionId: null, rules: [] });
  const { id } = await server.call(api.collectionRoutes.create, { body: collection('Kitchen') });
  const gone = await server.call(api.collectionRoutes.create, { body: collection('Cellar') });
  await server.call(api.collectionRoutes.remove, { params: { id: gone.id } });
  const namesOf = async (object: string) =>
    (await server.call(api.listAudit, { query: { object } })).items.map(({ objectName }) => objectName);
  assert.deepEqual(await namesOf(`collection:${id}`), ['Kitchen']);
  assert.equal((await namesOf(`collection:${gone.id}`))[0], 'Cellar');
  await server.call(api.changeSiteSettings, { body: { concurrency: 7 } });
  assert.deepEqual(await namesOf('site:TST'), [null]);
});

onBothEngines('every kind of object whose name is asked for can be asked about', async (t, under) => {
  const { server } = await start(t, under);
  const objects = [...Object.keys(named), 'package', 'site'].map((kind) => `${kind}:none`);
  assert.deepEqual(await objectNames(server.kernel.db.read, objects), new Map());
});
