import assert from 'node:assert/strict';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { type BoundaryDraft, boundaryRoutes } from '@tenkai/protocol/api/boundaries.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { settle } from '@tenkai/testkit/deployed.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../kernel/clock.ts';

const draft = (over: Partial<BoundaryDraft>): BoundaryDraft => ({
  name: 'office',
  range: '10.1.0.0/16',
  siteCode: 'TST',
  managementPoint: null,
  isForAssignment: true,
  ...over,
});

async function ask(server: TestServer, body: unknown, remoteAddress = '192.0.2.10') {
  const answer = await server.kernel.http.fastify.inject({
    method: 'POST',
    url: agentPaths.locate,
    remoteAddress,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
}

onBothEngines(
  'SITE-16: a machine inside of a boundary is told its site, one outside is told none',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    t.after(() => server.stop());
    const create = (over: Partial<BoundaryDraft>) =>
      server.call(boundaryRoutes.create, { body: draft(over) });
    const office = await create({});
    await create({
      name: 'room',
      range: '10.1.5.10-10.1.5.19',
      siteCode: 'OSA',
      managementPoint: 'MP.Osaka.example:8443',
    });
    await create({ name: 'known only', range: '10.2.0.0/16', isForAssignment: false });
    await server.kernel.events.idle();
    const found = async (...addresses: string[]) => (await ask(server, { addresses })).body.found;
    const own = { siteCode: 'TST', managementPoint: null, boundary: 'office' };
    assert.deepEqual(await found('fe80::1', '10.1.9.9'), own);
    const osaka = { siteCode: 'OSA', managementPoint: 'https://mp.osaka.example:8443', boundary: 'room' };
    assert.deepEqual(await found('10.1.5.12'), osaka);
    assert.equal(await found('10.2.0.1'), null);
    assert.equal(await found('192.0.2.1'), null);
    assert.equal(await found(), null);
    const body = { addresses: ['10.1.5.12'] };
    assert.deepEqual((await server.call(boundaryRoutes.locate, { body, as: 'viewer' })).found, osaka);

    // A site that was chosen on purpose is told wherever the machine is.
    const chosen = async (siteCode: string) =>
      (await ask(server, { addresses: ['192.0.2.1'], siteCode })).body.found;
    assert.deepEqual(await chosen('TST'), { ...own, boundary: null });
    assert.deepEqual(await chosen('OSA'), { ...osaka, boundary: null });
    assert.equal(await chosen('NON'), null);

    await server.call(boundaryRoutes.update, {
      params: { id: office.id },
      body: draft({ range: '10.3.0.0/16' }),
    });
    await server.kernel.events.idle();
    assert.equal(await found('10.1.9.9'), null);
    assert.deepEqual(await found('10.3.0.1'), own);
    await server.call(boundaryRoutes.remove, { params: { id: office.id } });
    await server.kernel.events.idle();
    assert.equal(await found('10.3.0.1'), null);
    assert.equal((await server.call(boundaryRoutes.list)).items.length, 2);
  },
);

onBothEngines(
  'SITE-16: boundaries tell which others share addresses with them, and which machines lie in them',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const create = (over: Partial<BoundaryDraft>) =>
      server.call(boundaryRoutes.create, { body: draft(over) });
    const office = await create({});
    const room = await create({ name: 'room', range: '10.1.5.0/24' });
    const guests = await create({ name: 'guests', range: '10.1.6.0/24', isForAssignment: false });
    const { items } = await server.call(boundaryRoutes.list, { as: 'viewer' });
    assert.deepEqual(
      items.map(({ name, overlaps }) => [name, overlaps.map((one) => `${one.kind} ${one.name}`)]),
      [
        ['guests', ['within office']],
        ['office', ['holds guests', 'holds room']],
        ['room', ['within office']],
      ],
    );
    const places = { alder: '10.1.9.9', birch: '10.1.5.7', cedar: '10.1.6.7', elm: '192.0.2.7' };
    for (const [hostname, address] of Object.entries(places)) {
      const agent = await enrolledAgent(server, { name: hostname });
      const addresses = [{ address, prefix: 24, family: 'ipv4' as const }];
      const interfaces = [{ name: 'eth0', mac: '52:54:00:00:00:01', addresses, isUp: true }];
      await agent.report(
        aHeartbeat(),
        aWholeInventory({ ...anInventory(), network: { hostname, interfaces } }),
      );
    }
    await settle(server);
    const inside = async (id: string, query: { limit?: number } = {}) => {
      const { items: rows, total } = await server.call(boundaryRoutes.machines, { params: { id }, query });
      return [total, ...rows.map(({ machineName, heldBy }) => `${machineName} ${heldBy?.name}`)];
    };
    assert.deepEqual(await inside(office.id), [3, 'alder office', 'birch room', 'cedar office']);
    assert.deepEqual(await inside(office.id, { limit: 1 }), [3, 'alder office']);
    assert.deepEqual(await inside(room.id), [1, 'birch room']);
    assert.deepEqual(await inside(guests.id), [1, 'cedar office'], 'it is known, and assigns nobody');
    await assert.rejects(inside('none'), refusedWith('not-found', 404));
  },
);

onBothEngines(
  'boundaries that cannot be are refused, and only who may manage the site changes them',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    t.after(() => server.stop());
    const create = (over: Partial<BoundaryDraft>, as: 'administrator' | 'viewer' = 'administrator') =>
      server.call(boundaryRoutes.create, { body: draft(over), as });
    const refused = (over: Partial<BoundaryDraft>, code: string) =>
      assert.rejects(create(over), (error: { problem?: { code: string } }) => error.problem?.code === code);
    await create({});
    await refused({ name: 'x', range: '10.0.0.9-10.0.0.1' }, 'boundary-range-wrong');
    await refused({ name: 'x', range: "'; DROP TABLE" }, 'boundary-range-wrong');
    await refused({ name: 'x', range: '10.9.0.0/16', siteCode: 'OSA' }, 'boundary-site-unknown');
    await refused(
      { name: 'x', range: '10.9.0.0/16', managementPoint: 'http://mp.example' },
      'boundary-server-wrong',
    );
    await refused({ range: '10.9.0.0/16' }, 'already-exists');
    // Written otherwise, and the same addresses.
    await refused({ name: 'x', range: '10.1.0.0-10.1.255.255' }, 'boundary-taken');
    await assert.rejects(create({ name: 'x', range: '10.9.0.0/16' }, 'viewer'), { status: 403 });
    assert.equal((await server.call(boundaryRoutes.list, { as: 'viewer' })).items.length, 1);
    const rows = await server.kernel.db.read.all(
      "SELECT details FROM kernel_audit WHERE action LIKE 'locator.%'",
    );
    assert.equal(rows.length, 1);
  },
);

onBothEngines('a stranger asks the locator in bounds', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl, clock: createFakeClock() });
  t.after(() => server.stop());
  for (const body of [
    {},
    { addresses: 'x' },
    { addresses: Array(65).fill('10.0.0.1') },
    { addresses: ['x'.repeat(65)] },
    { addresses: [], siteCode: "TST'" },
  ])
    assert.equal((await ask(server, body)).status, 422);
  assert.equal(
    (await ask(server, { addresses: ['not an address', '::ffff:1.2.3.4', '0.0.0.0'] })).body.found,
    null,
  );
  let last = 200;
  for (let count = 0; count < 300 && last === 200; count += 1)
    last = (await ask(server, { addresses: [] }, '192.0.2.77')).status;
  assert.equal(last, 429);
  const limited = await ask(server, { addresses: [] }, '192.0.2.77');
  assert.ok(Number(limited.headers['retry-after']) >= 1);
  assert.equal((await ask(server, { addresses: [] }, '192.0.2.78')).status, 200);
});
