import assert from 'node:assert/strict';
import { type MachineRow, machineRoutes } from '@tenkai/protocol/api/machines.ts';
import type { QueryOf } from '@tenkai/protocol/api/route.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { dumpTables } from '@tenkai/testkit/dump-tables.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { settle } from '@tenkai/testkit/settle.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

type Query = NonNullable<QueryOf<typeof machineRoutes.list>>;

/** Every page of a list, and the total that each of them named. */
async function walk(server: TestServer, query: Query) {
  const rows: MachineRow[] = [];
  const totals = new Set<number | null>();
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: { items: MachineRow[]; nextCursor: string | null; total: number | null } = await server.call(
      machineRoutes.list,
      {
        query: { ...query, ...(cursor && { cursor }) },
      },
    );
    rows.push(...page.items);
    totals.add(page.total);
    cursor = page.nextCursor;
  }
  return { names: rows.map(({ name }) => name), ids: rows.map(({ id }) => id), totals: [...totals] };
}

onBothEngines('a list is walked page by page in its order, each machine once', async (t, { databaseUrl }) => {
  const clock = createFakeClock();
  const server = await startTestServer({ databaseUrl, clock });
  atEnd(t, () => server.stop());
  const agents: BareAgent[] = [];
  for (const name of ['beta', 'Alpha', 'alpha', 'gamma', 'Ärger', 'beta'])
    agents.push(await enrolledAgent(server, { name }));
  for (const agent of [...agents].reverse().slice(1)) {
    clock.advance(1000);
    await agent.report(aHeartbeat());
  }
  const byName = await walk(server, { limit: 2 });
  assert.deepEqual(
    byName.names.map((name) => name.toLowerCase()),
    ['alpha', 'alpha', 'beta', 'beta', 'gamma', 'ärger'],
  );
  assert.deepEqual([new Set(byName.ids).size, byName.totals], [6, [6]]);
  const down = await walk(server, { limit: 4, sort: '-name' });
  assert.deepEqual(down.ids, [...byName.ids].reverse());
  const bySeen = await walk(server, { limit: 1, sort: '-lastSeenAt' });
  assert.deepEqual(
    bySeen.ids,
    agents.map(({ machineId }) => machineId),
    'the one that was never seen comes last',
  );
  assert.deepEqual((await walk(server, { limit: 4, sort: 'lastSeenAt' })).ids, [...bySeen.ids].reverse());
});

onBothEngines('filters and search narrow the list and its total', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const named = new Map<string, BareAgent>();
  for (const name of ['web-1', 'web-2', 'db_1', '100%'])
    named.set(name, await enrolledAgent(server, { name }));
  const inventory = anInventory();
  inventory.network.interfaces = [
    {
      name: 'eth0',
      mac: '',
      isUp: true,
      addresses: [{ address: '10.20.30.40', prefix: 24, family: 'ipv4' }],
    },
  ];
  await named.get('db_1')?.report(aHeartbeat(), aWholeInventory(inventory));
  await named.get('web-2')?.report(aHeartbeat({ state: 'starting' }));
  const web = named.get('web-1')?.machineId ?? '';
  const lastRun = { deploymentName: 'Patch day', status: 'failed', at: 5 };
  await server.kernel.db.transaction((tx) =>
    server.app.machines.recordActivities(tx, new Map([[web, { activity: 'error', lastRun }]])),
  );
  const found = async (query: Query) => {
    const { names, totals } = await walk(server, query);
    assert.deepEqual(totals, [names.length], JSON.stringify(query));
    return names.sort();
  };
  assert.deepEqual(await found({ search: 'WEB' }), ['web-1', 'web-2']);
  assert.deepEqual(await found({ search: 'b_1' }), ['db_1'], 'wildcards of SQL are ordinary characters');
  assert.deepEqual(await found({ search: '%' }), ['100%']);
  assert.deepEqual(await found({ search: "' OR 1=1 --" }), []);
  assert.deepEqual(await found({ search: '20.30' }), ['db_1']);
  assert.deepEqual(await found({ powerState: 'on' }), ['db_1']);
  assert.deepEqual(await found({ powerState: 'booting', search: 'web' }), ['web-2']);
  assert.deepEqual(await found({ activity: 'error' }), ['web-1']);
  assert.deepEqual(await found({ enrollment: 'pending' }), []);
  assert.deepEqual(await found({ collectionId: 'all', powerState: 'unknown' }), ['100%', 'web-1']);
  assert.deepEqual(await found({ collectionId: 'all', enrollment: 'pending' }), []);
  assert.deepEqual(await found({ collectionId: 'none such' }), []);
  const [row] = (await server.call(machineRoutes.list, { query: { activity: 'error' } })).items;
  assert.deepEqual(row?.lastRun, lastRun);
  for (const cursor of ['', 'x', 'W10', Buffer.from('[1,"x"]').toString('base64url')])
    await assert.rejects(
      server.call(machineRoutes.list, { query: { cursor } }),
      refusedWith('invalid-request', 422),
    );
});

onBothEngines(
  'properties are replaced as a whole, in history and audit log, and bad ones change nothing',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { machineId: id } = await enrolledAgent(server);
    const set = (properties: Record<string, string>, as: 'administrator' | 'operator' = 'administrator') =>
      server.call(machineRoutes.setProperties, { as, params: { id }, body: { properties } });
    await set({ room: '7', owner: 'Sato' });
    await set({ room: '8' });
    const detail = await server.call(machineRoutes.get, { params: { id } });
    assert.deepEqual([detail.properties, detail.errors], [{ room: '8' }, []]);
    await server.apiToken('operator');
    await settle(server);
    const before = await dumpTables(server.kernel.db);
    await set({ room: '8' });
    await assert.rejects(set({ 'no spaces': 'x' }), refusedWith('invalid-request', 422));
    await assert.rejects(set({ room: 'x'.repeat(1025) }), refusedWith('invalid-request', 422));
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`p${index}`, '']));
    await assert.rejects(set(many), refusedWith('too-many-properties', 413));
    await assert.rejects(set({ room: '9' }, 'operator'), refusedWith('not-allowed', 403));
    assert.deepEqual(await dumpTables(server.kernel.db), before);
    const { items } = await server.call(machineRoutes.timeline, { params: { id }, query: { limit: 1 } });
    assert.deepEqual(
      items.map(({ code, message }) => [code, message]),
      [['machine.properties-changed', 'test-administrator changed the properties of the machine.']],
    );
  },
);

onBothEngines(
  'a machine removed amid the work that it gave leaves nothing behind either',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const gone: string[] = [];
    for (let turns = 0; turns < 16; turns += 1) {
      const agent = await enrolledAgent(server);
      gone.push(agent.machineId);
      await agent.report(aHeartbeat(), aWholeInventory(anInventory()));
      // Each is removed a little later in the work that follows its first report.
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
      await server.call(machineRoutes.remove, { params: { id: agent.machineId } });
      // As one that is busy hears it: what happened before the removal is told after it.
      const late = { machineId: agent.machineId, from: 'unknown', to: 'on' } as const;
      await server.kernel.db.transaction((tx) =>
        server.kernel.events.publish(tx, 'machines.power-changed', late),
      );
    }
    await settle(server);
    const dump = await dumpTables(server.kernel.db.read);
    const remembering = Object.entries(dump).filter(([, rows]) =>
      rows.some((row) => gone.some((id) => row.includes(id))),
    );
    assert.deepEqual(
      remembering.map(([table]) => table),
      ['kernel_audit', 'kernel_events', 'status_messages', 'status_objects'],
    );
  },
);

onBothEngines('a removed machine leaves nothing behind but its history', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server);
  const inventory = aWholeInventory({
    ...anInventory(),
    software: [{ name: 'nginx', version: '1', source: 'dpkg' }],
  });
  await agent.report(aHeartbeat(), inventory);
  await server.call(machineRoutes.power, { body: { machineIds: [agent.machineId], action: 'restart' } });
  await server.call(machineRoutes.remove, { params: { id: agent.machineId } });
  await settle(server);
  const dump = await dumpTables(server.kernel.db.read);
  const remembering = Object.entries(dump).filter(([, rows]) =>
    rows.some((row) => row.includes(agent.machineId)),
  );
  assert.deepEqual(
    remembering.map(([table]) => table),
    ['kernel_audit', 'kernel_events', 'status_messages', 'status_objects'],
  );
  assert.equal((await server.call(machineRoutes.list)).total, 0);
});
