import assert from 'node:assert/strict';
import { collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { windowRoutes } from '@tenkai/protocol/api/windows.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aCollection, byQuery, createCollection, enrollFleet } from '@tenkai/testkit/collections.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

onBothEngines(
  'a user limited to collections sees and acts on their members only, and cannot widen them',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const [web, db] = (await enrollFleet(server, ['web', 'db', 'mail'])) as [BareAgent, BareAgent];
    const nginx = await createCollection(
      server,
      aCollection('nginx', { rules: [byQuery('software has "nginx"')] }),
    );
    const secret = await createCollection(
      server,
      aCollection('Everything', { rules: [byQuery('os.id = "debian"')] }),
    );
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
    const widened = { ...aCollection('nginx', { rules: [byQuery('os.id = "debian"')] }), revision: 1 };
    await assert.rejects(
      server.call(collectionRoutes.update, { ...mine, params: { id: nginx.id }, body: widened }),
      refusedWith('not-allowed', 403),
    );
    const preview = await server.call(collectionRoutes.preview, {
      ...mine,
      body: { draft: aCollection('P', { rules: [byQuery('os.id = "debian"')] }) },
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
