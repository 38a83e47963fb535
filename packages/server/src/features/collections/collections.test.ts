import assert from 'node:assert/strict';
import type { CollectionRule, Inventory } from '@tenkai/domain';
import { type CollectionDraft, collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import { windowRoutes } from '@tenkai/protocol/api/deployments.ts';
import { enrollmentRoutes, machineRoutes } from '@tenkai/protocol/api/machines.ts';
import {
  aWholeInventory,
  type BareAgent,
  createBareAgent,
  enrolledAgent,
} from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { dumpTables } from '@tenkai/testkit/dump-tables.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';

function aDraft(name: string, over: Partial<CollectionDraft> = {}): CollectionDraft {
  return { name, limitingCollectionId: null, rules: [], ...over };
}

const query = (text: string, limitingCollectionId?: string): CollectionRule => ({
  kind: 'query',
  name: text.slice(0, 100),
  query: text,
  ...(limitingCollectionId && { limitingCollectionId }),
});

const create = (server: TestServer, draft: CollectionDraft) =>
  server.call(collectionRoutes.create, { body: draft });

/** Names of the members once everything has been judged. */
async function members(server: TestServer, id: string): Promise<string[]> {
  await server.app.collections.settled();
  const { items } = await server.call(collectionRoutes.members, { params: { id } });
  return items.map(({ name }) => name);
}

async function row(server: TestServer, id: string) {
  await server.app.collections.settled();
  return server.call(collectionRoutes.get, { params: { id } });
}

function withSoftware(...names: string[]): Inventory {
  const software = names.map((name) => ({
    name,
    version: '1',
    source: 'dpkg' as const,
    architecture: 'amd64',
  }));
  return { ...anInventory(), software };
}

async function fleet(server: TestServer, names: readonly string[]): Promise<BareAgent[]> {
  const agents: BareAgent[] = [];
  for (const name of names) {
    const agent = await enrolledAgent(server, { name });
    await agent.report(aWholeInventory(withSoftware(name === 'web' ? 'nginx' : 'curl')));
    agents.push(agent);
  }
  return agents;
}

onBothEngines(
  'DIST-21, DIST-23: direct and query rules, and a collection with one named test computer',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    t.after(() => server.stop());
    const [web, db] = await fleet(server, ['web', 'db', 'mail']);
    const direct = await create(
      server,
      aDraft('Pilot', { rules: [{ kind: 'direct', machineIds: [db?.machineId ?? ''] }] }),
    );
    assert.deepEqual([direct.memberCount, direct.revision], [1, 1]);
    assert.notEqual(direct.evaluatedAt, null);
    assert.deepEqual(await members(server, direct.id), ['db']);
    const byQuery = await create(server, aDraft('Web servers', { rules: [query('software has "nginx"')] }));
    assert.deepEqual(await members(server, byQuery.id), ['web']);

    // Edited like on the tab Membership Rules.
    const { revision } = await row(server, byQuery.id);
    const rules = [query('software has "nginx"'), query('name = "mail"')];
    await server.call(collectionRoutes.update, {
      params: { id: byQuery.id },
      body: { ...aDraft('Web and mail', { rules }), revision },
    });
    assert.deepEqual(await members(server, byQuery.id), ['mail', 'web']);
    const all = await row(server, 'all');
    assert.deepEqual([all.memberCount, all.isBuiltIn, all.name], [3, true, 'All machines']);
    assert.deepEqual(await members(server, 'all'), ['db', 'mail', 'web']);
    const detail = await server.call(machineRoutes.get, { params: { id: web?.machineId ?? '' } });
    assert.deepEqual(
      detail.collections.map(({ name }) => name),
      ['All machines', 'Web and mail'],
    );
  },
);

onBothEngines(
  'DIST-22, DIST-24: a query limited to a collection, and then not limited',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    t.after(() => server.stop());
    const [web] = await fleet(server, ['web', 'db', 'mail']);
    const pilot = await create(
      server,
      aDraft('Pilot', { rules: [{ kind: 'direct', machineIds: [web?.machineId ?? ''] }] }),
    );
    const limited = await create(server, aDraft('MUT', { rules: [query('os.id = "debian"', pilot.id)] }));
    assert.deepEqual(await members(server, limited.id), ['web']);
    const widened = aDraft('MUT', { rules: [query('os.id = "debian"')] });
    const preview = await server.call(collectionRoutes.preview, { body: { draft: widened, id: limited.id } });
    assert.deepEqual(
      [preview.memberCount, preview.added.map(({ name }) => name), preview.removed],
      [3, ['db', 'mail'], []],
    );
    assert.deepEqual(await members(server, limited.id), ['web'], 'a preview changes nothing');
    await server.call(collectionRoutes.update, {
      params: { id: limited.id },
      body: { ...widened, revision: 1 },
    });
    assert.deepEqual(await members(server, limited.id), ['db', 'mail', 'web']);
  },
);

onBothEngines(
  'members follow what changes on machines: inventory, properties, name, enrollment, power',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    t.after(() => server.stop());
    const [web, db] = (await fleet(server, ['web', 'db'])) as [BareAgent, BareAgent];
    const nginx = await create(server, aDraft('nginx', { rules: [query('software has "nginx"')] }));
    const room = await create(server, aDraft('Room 7', { rules: [query('property.room = "7"')] }));
    const on = await create(server, aDraft('On', { rules: [query('powerState = "on"')] }));
    assert.deepEqual(await members(server, nginx.id), ['web']);

    await db.report(aWholeInventory(withSoftware('nginx')));
    assert.deepEqual(await members(server, nginx.id), ['db', 'web']);
    await web.report(aWholeInventory(withSoftware('apache2')));
    assert.deepEqual(await members(server, nginx.id), ['db']);

    const properties = { room: '7' };
    await server.call(machineRoutes.setProperties, { params: { id: web.machineId }, body: { properties } });
    assert.deepEqual(await members(server, room.id), ['web']);
    await server.call(machineRoutes.setProperties, {
      params: { id: web.machineId },
      body: { properties: {} },
    });
    assert.deepEqual(await members(server, room.id), []);

    await db.report({
      kind: 'heartbeat',
      agentVersion: '1',
      bootId: 'b',
      bootedAt: 1,
      state: 'running',
      activeRuns: [],
    });
    assert.deepEqual(await members(server, on.id), ['db']);

    const clone = createBareAgent(server, { keysOf: db, name: 'db' });
    await clone.enroll();
    assert.deepEqual(await members(server, nginx.id), [], 'a quarantined machine is in no collection');
    assert.equal((await row(server, 'all')).memberCount, 1);
    await server.call(enrollmentRoutes.decide, { body: { machineIds: [db.machineId], decision: 'approve' } });
    assert.deepEqual(await members(server, nginx.id), ['db']);
    await server.call(machineRoutes.remove, { params: { id: db.machineId } });
    assert.deepEqual([await members(server, nginx.id), (await row(server, nginx.id)).memberCount], [[], 0]);
  },
);

onBothEngines('collections that refer to others follow them, in order', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  t.after(() => server.stop());
  const [web, db] = (await fleet(server, ['web', 'db', 'mail'])) as [BareAgent, BareAgent];
  const nginx = await create(server, aDraft('nginx', { rules: [query('software has "nginx"')] }));
  const others = await create(
    server,
    aDraft('Others', {
      rules: [
        { kind: 'include', collectionId: 'all' },
        { kind: 'exclude', collectionId: nginx.id },
      ],
    }),
  );
  const inside = await create(
    server,
    aDraft('Inside', { limitingCollectionId: nginx.id, rules: [query('name matches "*b*"')] }),
  );
  assert.deepEqual(await members(server, others.id), ['db', 'mail']);
  assert.deepEqual(await members(server, inside.id), ['web']);
  await db.report(aWholeInventory(withSoftware('nginx')));
  assert.deepEqual(await members(server, others.id), ['mail']);
  assert.deepEqual(await members(server, inside.id), ['db', 'web']);
  await server.call(collectionRoutes.update, {
    params: { id: nginx.id },
    body: { ...aDraft('nginx', { rules: [{ kind: 'direct', machineIds: [web.machineId] }] }), revision: 1 },
  });
  assert.deepEqual(await members(server, others.id), ['db', 'mail']);
  assert.deepEqual(await members(server, inside.id), ['web']);
});

onBothEngines('why a machine is, or is not, in a collection', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  t.after(() => server.stop());
  const [web, db] = (await fleet(server, ['web', 'db'])) as [BareAgent, BareAgent];
  const nginx = await create(server, aDraft('nginx', { rules: [query('software has "nginx"')] }));
  const small = await create(
    server,
    aDraft('Small', { limitingCollectionId: nginx.id, rules: [query('os.id = "debian"')] }),
  );
  const why = (id: string, machineId: string) =>
    server.call(collectionRoutes.explain, { params: { id, machineId } });
  const inside = await why(small.id, web.machineId);
  assert.equal(inside.isMember, true);
  assert.deepEqual(
    inside.reasons.map(({ code }) => code),
    ['query-matches'],
  );
  const outside = await why(small.id, db.machineId);
  assert.equal(outside.isMember, false);
  assert.deepEqual(
    outside.reasons.map(({ code }) => code),
    ['outside-limit', 'query-does-not-match', 'query-matches'],
  );
  assert.match(outside.reasons[0]?.sentence ?? '', /limited to collection nginx/);
  const pending = createBareAgent(server, { name: 'new' });
  await pending.enroll();
  assert.deepEqual(
    (await why('all', pending.machineId)).reasons.map(({ code }) => code),
    ['machine-not-enrolled'],
  );
  assert.equal((await why('all', web.machineId)).isMember, true);
  await assert.rejects(why('nothing', web.machineId), refusedWith('not-found', 404));
  await assert.rejects(why('all', 'nobody'), refusedWith('not-found', 404));
});

onBothEngines('unsound collections are refused and change nothing', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  t.after(() => server.stop());
  const a = await create(server, aDraft('A', { rules: [query('name = "x"')] }));
  const b = await create(server, aDraft('B', { rules: [{ kind: 'include', collectionId: a.id }] }));
  await server.apiToken('viewer');
  const before = await dumpTables(server.kernel.db);
  const update = (id: string, over: Partial<CollectionDraft> & { revision?: number }) =>
    server.call(collectionRoutes.update, { params: { id }, body: { ...aDraft('A'), revision: 1, ...over } });
  const cycle = await update(a.id, { limitingCollectionId: b.id }).then(
    () => assert.fail('a cycle was taken'),
    (error) => error.problem,
  );
  assert.deepEqual([cycle.code, cycle.params.path], ['collection-cycle', 'B → A → B']);
  await assert.rejects(update(a.id, { limitingCollectionId: a.id }), refusedWith('collection-cycle'));
  await assert.rejects(
    update(a.id, { rules: [{ kind: 'include', collectionId: 'gone' }] }),
    refusedWith('collection-missing'),
  );
  await assert.rejects(update(a.id, { rules: [query('os.id == "x"')] }), refusedWith('query-syntax', 422));
  await assert.rejects(update(a.id, { revision: 7 }), refusedWith('changed-meanwhile', 409));
  await assert.rejects(update(b.id, { name: ' a ' }), refusedWith('already-exists', 409));
  await assert.rejects(update('all', { name: 'Mine' }), refusedWith('collection-built-in', 409));
  await assert.rejects(update('gone', {}), refusedWith('not-found', 404));
  await assert.rejects(create(server, aDraft('ALL MACHINES')), refusedWith('already-exists', 409));
  const remove = (id: string) => server.call(collectionRoutes.remove, { params: { id } });
  await assert.rejects(remove(a.id), refusedWith('in-use', 409));
  await assert.rejects(remove('all'), refusedWith('collection-built-in', 409));
  await assert.rejects(
    server.call(collectionRoutes.create, { as: 'viewer', body: aDraft('C') }),
    refusedWith('not-allowed', 403),
  );
  assert.deepEqual(await dumpTables(server.kernel.db), before);
  await remove(b.id);
  await remove(a.id);
  await assert.rejects(row(server, a.id), refusedWith('not-found', 404));
});

onBothEngines('maintenance windows of collections hold for their members', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  t.after(() => server.stop());
  const [web, db] = (await fleet(server, ['web', 'db'])) as [BareAgent, BareAgent];
  const nginx = await create(server, aDraft('nginx', { rules: [query('software has "nginx"')] }));
  const night = {
    id: 'night',
    name: 'Night',
    durationMinutes: 120,
    schedule: {
      kind: 'recurring' as const,
      rule: { every: 'day' as const, interval: 1, at: '22:00' },
      timeZone: 'Asia/Tokyo',
      startsAt: '2026-01-01T00:00:00+09:00',
    },
  };
  const once = {
    id: 'once',
    name: 'Move',
    durationMinutes: 60,
    schedule: { kind: 'at' as const, at: '2026-04-01T22:00:00Z' },
  };
  const replace = (id: string, windows: object[]) =>
    server.call(windowRoutes.replace, { params: { id }, body: { windows } as never });
  await replace(nginx.id, [night]);
  await replace('all', [once]);
  assert.deepEqual((await server.call(windowRoutes.list, { params: { id: nginx.id } })).items, [night]);
  const { windowsFor } = server.app.collections;
  assert.deepEqual(
    [...(await windowsFor([web.machineId, db.machineId]))].map(([id, windows]) => [
      id,
      windows.map((window) => window.id),
    ]),
    [
      [web.machineId, ['night', 'once']],
      [db.machineId, ['once']],
    ],
  );
  const before = await dumpTables(server.kernel.db);
  const elsewhere = { ...night, schedule: { ...night.schedule, timeZone: 'Mars/Olympus' } };
  await assert.rejects(replace(nginx.id, [elsewhere]), refusedWith('window-invalid', 422));
  await assert.rejects(replace('gone', [night]), refusedWith('not-found', 404));
  assert.deepEqual(await dumpTables(server.kernel.db), before);
  await replace('all', []);
  await replace(nginx.id, []);
  assert.deepEqual(await windowsFor([web.machineId]), new Map());
});

onBothEngines(
  'a user limited to collections sees and acts on their members only, and cannot widen them',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    t.after(() => server.stop());
    const [web, db] = (await fleet(server, ['web', 'db', 'mail'])) as [BareAgent, BareAgent];
    const nginx = await create(server, aDraft('nginx', { rules: [query('software has "nginx"')] }));
    const secret = await create(server, aDraft('Everything', { rules: [query('os.id = "debian"')] }));
    const { secret: token } = await server.app.users.createWithToken({
      name: 'branch',
      role: 'operator',
      collectionScope: [nginx.id],
    });
    const headers = { authorization: `Bearer ${token}` };
    const mine = { as: null, headers } as const;
    const { items, total } = await server.call(machineRoutes.list, mine);
    assert.deepEqual([items.map(({ name }) => name), total], [['web'], 1]);
    const through = await server.call(machineRoutes.list, { ...mine, query: { collectionId: secret.id } });
    assert.deepEqual([through.items.map(({ name }) => name), through.total], [['web'], 1]);
    const { items: collections } = await server.call(collectionRoutes.list, mine);
    assert.deepEqual(
      collections.map(({ name }) => name),
      ['nginx'],
    );
    for (const call of [
      () => server.call(machineRoutes.get, { ...mine, params: { id: db.machineId } }),
      () => server.call(machineRoutes.timeline, { ...mine, params: { id: db.machineId } }),
      () => server.call(collectionRoutes.members, { ...mine, params: { id: secret.id } }),
      () =>
        server.call(collectionRoutes.explain, { ...mine, params: { id: nginx.id, machineId: db.machineId } }),
      () => server.call(windowRoutes.replace, { ...mine, params: { id: secret.id }, body: { windows: [] } }),
    ])
      await assert.rejects(call(), refusedWith('not-found', 404));
    const widened = { ...aDraft('nginx', { rules: [query('os.id = "debian"')] }), revision: 1 };
    await assert.rejects(
      server.call(collectionRoutes.update, { ...mine, params: { id: nginx.id }, body: widened }),
      refusedWith('not-allowed', 403),
    );
    const preview = await server.call(collectionRoutes.preview, {
      ...mine,
      body: { draft: aDraft('P', { rules: [query('os.id = "debian"')] }) },
    });
    assert.deepEqual(
      preview.sample.map(({ name }) => name),
      ['web'],
    );
    const { results } = await server.call(machineRoutes.power, {
      ...mine,
      body: { machineIds: [web.machineId, db.machineId], action: 'restart' },
    });
    assert.deepEqual(
      results.map(({ accepted, code }) => [accepted, code]),
      [
        [true, 'held-until-check-in'],
        [false, 'not-found'],
      ],
    );
    const orders = await db.orders();
    assert.deepEqual(orders.orders, []);
  },
);
