import assert from 'node:assert/strict';
import { type CollectionDraft, collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aWholeInventory, type BareAgent, createBareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import {
  aCollection,
  byQuery,
  collectionRow,
  createCollection,
  enrollFleet,
  membersOf,
  withSoftware,
} from '@tenkai/testkit/collections.ts';
import { dumpTables } from '@tenkai/testkit/dump-tables.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

onBothEngines(
  'DIST-21, DIST-23: direct and query rules, and a collection with one named test computer',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const [web, db] = await enrollFleet(server, ['web', 'db', 'mail']);
    const direct = await createCollection(
      server,
      aCollection('Pilot', { rules: [{ kind: 'direct', machineIds: [db?.machineId ?? ''] }] }),
    );
    assert.deepEqual([direct.memberCount, direct.revision], [1, 1]);
    assert.notEqual(direct.evaluatedAt, null);
    assert.deepEqual(await membersOf(server, direct.id), ['db']);
    const servers = await createCollection(
      server,
      aCollection('Web servers', { rules: [byQuery('software has "nginx"')] }),
    );
    assert.deepEqual(await membersOf(server, servers.id), ['web']);

    // Edited like on the tab Membership Rules.
    const { revision } = await collectionRow(server, servers.id);
    const rules = [byQuery('software has "nginx"'), byQuery('name = "mail"')];
    await server.call(collectionRoutes.update, {
      params: { id: servers.id },
      body: { ...aCollection('Web and mail', { rules }), revision },
    });
    assert.deepEqual(await membersOf(server, servers.id), ['mail', 'web']);
    const all = await collectionRow(server, 'all');
    assert.deepEqual([all.memberCount, all.isBuiltIn, all.name], [3, true, 'All machines']);
    assert.deepEqual(await membersOf(server, 'all'), ['db', 'mail', 'web']);
    const detail = await server.call(machineRoutes.get, { params: { id: web?.machineId ?? '' } });
    assert.deepEqual(
      detail.collections.map(({ name }) => name),
      ['All machines', 'Web and mail'],
    );
  },
);

onBothEngines(
  'DIST-22: a query limited to a collection, and then not limited',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const [web] = await enrollFleet(server, ['web', 'db', 'mail']);
    const pilot = await createCollection(
      server,
      aCollection('Pilot', { rules: [{ kind: 'direct', machineIds: [web?.machineId ?? ''] }] }),
    );
    const limited = await createCollection(
      server,
      aCollection('MUT', { rules: [byQuery('os.id = "debian"', pilot.id)] }),
    );
    assert.deepEqual(await membersOf(server, limited.id), ['web']);
    const widened = aCollection('MUT', { rules: [byQuery('os.id = "debian"')] });
    const preview = await server.call(collectionRoutes.preview, { body: { draft: widened, id: limited.id } });
    assert.deepEqual(
      [preview.memberCount, preview.added.map(({ name }) => name), preview.removed],
      [3, ['db', 'mail'], []],
    );
    assert.deepEqual(await membersOf(server, limited.id), ['web'], 'a preview changes nothing');
    await server.call(collectionRoutes.update, {
      params: { id: limited.id },
      body: { ...widened, revision: 1 },
    });
    assert.deepEqual(await membersOf(server, limited.id), ['db', 'mail', 'web']);
  },
);

onBothEngines(
  'members follow what changes on machines: inventory, properties, name, enrollment, power',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const [web, db] = (await enrollFleet(server, ['web', 'db'])) as [BareAgent, BareAgent];
    const nginx = await createCollection(
      server,
      aCollection('nginx', { rules: [byQuery('software has "nginx"')] }),
    );
    const room = await createCollection(
      server,
      aCollection('Room 7', { rules: [byQuery('property.room = "7"')] }),
    );
    const on = await createCollection(server, aCollection('On', { rules: [byQuery('powerState = "on"')] }));
    assert.deepEqual(await membersOf(server, nginx.id), ['web']);

    await db.report(aWholeInventory(withSoftware('nginx')));
    assert.deepEqual(await membersOf(server, nginx.id), ['db', 'web']);
    await web.report(aWholeInventory(withSoftware('apache2')));
    assert.deepEqual(await membersOf(server, nginx.id), ['db']);

    const properties = { room: '7' };
    await server.call(machineRoutes.setProperties, { params: { id: web.machineId }, body: { properties } });
    assert.deepEqual(await membersOf(server, room.id), ['web']);
    await server.call(machineRoutes.setProperties, {
      params: { id: web.machineId },
      body: { properties: {} },
    });
    assert.deepEqual(await membersOf(server, room.id), []);

    await db.report({
      kind: 'heartbeat',
      agentVersion: '1',
      bootId: 'b',
      bootedAt: 1,
      state: 'running',
      activeRuns: [],
    });
    assert.deepEqual(await membersOf(server, on.id), ['db']);

    const clone = createBareAgent(server, { keysOf: db, name: 'db' });
    await clone.enroll();
    assert.deepEqual(await membersOf(server, nginx.id), [], 'a quarantined machine is in no collection');
    assert.equal((await collectionRow(server, 'all')).memberCount, 1);
    await server.call(enrollmentRoutes.decide, { body: { machineIds: [db.machineId], decision: 'approve' } });
    assert.deepEqual(await membersOf(server, nginx.id), ['db']);
    await server.call(machineRoutes.remove, { params: { id: db.machineId } });
    assert.deepEqual(
      [await membersOf(server, nginx.id), (await collectionRow(server, nginx.id)).memberCount],
      [[], 0],
    );
  },
);

onBothEngines('collections that refer to others follow them, in order', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const [web, db] = (await enrollFleet(server, ['web', 'db', 'mail'])) as [BareAgent, BareAgent];
  const nginx = await createCollection(
    server,
    aCollection('nginx', { rules: [byQuery('software has "nginx"')] }),
  );
  const others = await createCollection(
    server,
    aCollection('Others', {
      rules: [
        { kind: 'include', collectionId: 'all' },
        { kind: 'exclude', collectionId: nginx.id },
      ],
    }),
  );
  const inside = await createCollection(
    server,
    aCollection('Inside', { limitingCollectionId: nginx.id, rules: [byQuery('name matches "*b*"')] }),
  );
  assert.deepEqual(await membersOf(server, others.id), ['db', 'mail']);
  assert.deepEqual(await membersOf(server, inside.id), ['web']);
  await db.report(aWholeInventory(withSoftware('nginx')));
  assert.deepEqual(await membersOf(server, others.id), ['mail']);
  assert.deepEqual(await membersOf(server, inside.id), ['db', 'web']);
  await server.call(collectionRoutes.update, {
    params: { id: nginx.id },
    body: {
      ...aCollection('nginx', { rules: [{ kind: 'direct', machineIds: [web.machineId] }] }),
      revision: 1,
    },
  });
  assert.deepEqual(await membersOf(server, others.id), ['db', 'mail']);
  assert.deepEqual(await membersOf(server, inside.id), ['web']);
});

onBothEngines(
  'a machine that is removed while a collection is evaluated does not stay its member',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const [web] = (await enrollFleet(server, ['web', 'db'])) as [BareAgent];
    const rules = [byQuery('name matches "*"')];
    const { id, revision } = await createCollection(server, aCollection('c', { rules }));
    // As a server leaves it that stopped before it could evaluate.
    await server.kernel.db.transaction(async (tx) => {
      await tx.run('DELETE FROM collections_members WHERE collection_id = ?', [id]);
      await tx.run('UPDATE collections SET member_count = 0 WHERE id = ?', [id]);
      await tx.run('INSERT INTO collections_stale (collection_id, revision) VALUES (?, ?)', [id, revision]);
    });
    // While somebody writes, the removal waits in line, and what was judged before it comes after it.
    const { promise, resolve } = Promise.withResolvers<void>();
    const writing = server.kernel.db.transaction(() => promise);
    const removal = server.call(machineRoutes.remove, { params: { id: web.machineId } });
    const evaluated = server.app.collections.settled();
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    resolve();
    await Promise.all([writing, removal, evaluated]);
    assert.deepEqual(await membersOf(server, id), ['db']);
    assert.equal((await collectionRow(server, id)).memberCount, 1);
    const rows = (await dumpTables(server.kernel.db.read)).collections_members ?? [];
    assert.deepEqual(
      rows.filter((row) => row.includes(web.machineId)),
      [],
    );
  },
);

onBothEngines('why a machine is, or is not, in a collection', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const [web, db] = (await enrollFleet(server, ['web', 'db'])) as [BareAgent, BareAgent];
  const nginx = await createCollection(
    server,
    aCollection('nginx', { rules: [byQuery('software has "nginx"')] }),
  );
  const small = await createCollection(
    server,
    aCollection('Small', { limitingCollectionId: nginx.id, rules: [byQuery('os.id = "debian"')] }),
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
  atEnd(t, () => server.stop());
  const a = await createCollection(server, aCollection('A', { rules: [byQuery('name = "x"')] }));
  const b = await createCollection(
    server,
    aCollection('B', { rules: [{ kind: 'include', collectionId: a.id }] }),
  );
  await server.apiToken('viewer');
  const before = await dumpTables(server.kernel.db);
  const update = (id: string, over: Partial<CollectionDraft> & { revision?: number }) =>
    server.call(collectionRoutes.update, {
      params: { id },
      body: { ...aCollection('A'), revision: 1, ...over },
    });
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
  await assert.rejects(update(a.id, { rules: [byQuery('os.id == "x"')] }), refusedWith('query-syntax', 422));
  await assert.rejects(update(a.id, { revision: 7 }), refusedWith('changed-meanwhile', 409));
  await assert.rejects(update(b.id, { name: ' a ' }), refusedWith('already-exists', 409));
  await assert.rejects(update('all', { name: 'Mine' }), refusedWith('collection-built-in', 409));
  await assert.rejects(update('gone', {}), refusedWith('not-found', 404));
  await assert.rejects(
    createCollection(server, aCollection('ALL MACHINES')),
    refusedWith('already-exists', 409),
  );
  const remove = (id: string) => server.call(collectionRoutes.remove, { params: { id } });
  await assert.rejects(remove(a.id), refusedWith('in-use', 409));
  await assert.rejects(remove('all'), refusedWith('collection-built-in', 409));
  await assert.rejects(
    server.call(collectionRoutes.create, { as: 'viewer', body: aCollection('C') }),
    refusedWith('not-allowed', 403),
  );
  assert.deepEqual(await dumpTables(server.kernel.db), before);
  await remove(b.id);
  await remove(a.id);
  await assert.rejects(collectionRow(server, a.id), refusedWith('not-found', 404));
});
