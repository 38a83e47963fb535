import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import type { PowerState } from '@tenkai/domain';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { orderProof, type PowerOrder, type SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import { collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { WebSocket } from 'ws';
import { createFakeClock } from '../../kernel/clock.ts';

const noPing = spawnSync('ping', ['-V']).error ? 'PING IS MISSING: apt-get install iputils-ping' : false;

async function connect(server: TestServer, agent: BareAgent) {
  const socket = new WebSocket(server.baseUrl.replace('https', 'wss') + agentPaths.channel, {
    ca: server.kernel.keys.rootCertificate,
    headers: { authorization: `Bearer ${await agent.bearer()}` },
  });
  await once(socket, 'open');
  await until('the agent is online', () => server.app.machines.isOnline(agent.machineId));
  return {
    socket,
    async hangUp() {
      socket.close();
      await until('the agent is gone', () => !server.app.machines.isOnline(agent.machineId));
    },
  };
}

const page = (server: TestServer, { machineId }: BareAgent) =>
  server.call(machineRoutes.get, { params: { id: machineId } });

const powerBecomes = (server: TestServer, agent: BareAgent, wanted: PowerState) =>
  until(`the machine is ${wanted}`, async () => (await page(server, agent)).powerState === wanted);

async function history(server: TestServer, { machineId }: BareAgent): Promise<string[]> {
  const { items } = await server.call(machineRoutes.timeline, {
    params: { id: machineId },
    query: { limit: 1000 },
  });
  return items.map(({ code }) => code).reverse();
}

function command(
  server: TestServer,
  agents: readonly BareAgent[],
  action: 'restart' | 'shut-down' | 'query' | 'wake',
  over: object = {},
) {
  return server.call(machineRoutes.power, {
    body: { machineIds: agents.map(({ machineId }) => machineId), action, ...over },
  });
}

const codesOf = ({ results }: Awaited<ReturnType<typeof command>>) =>
  results.map(({ accepted, code }) => [accepted, code]);

function opened(server: TestServer, { payload, signature, certificate }: SignedOrder): PowerOrder {
  assert.ok(server.kernel.keys.verify(orderProof(payload), signature));
  assert.match(certificate, /BEGIN CERTIFICATE/);
  return JSON.parse(payload);
}

/** An agent that carries out what it fetches. */
async function obey(server: TestServer, agent: BareAgent): Promise<PowerOrder[]> {
  const { orders } = await agent.orders();
  const read = orders.map((order) => opened(server, order));
  for (const { orderId } of read)
    await agent.report({ kind: 'order', orderId, accepted: true, reason: null, at: 1 });
  return read;
}

onBothEngines(
  'BAGT-12, BPWR-01: a machine goes off, is booting when its agent connects, and on when it checks in',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl, listen: true });
    t.after(() => server.stop());
    const agent = await enrolledAgent(server);
    assert.equal((await page(server, agent)).powerState, 'unknown');
    const first = await connect(server, agent);
    await agent.report(aHeartbeat());
    assert.deepEqual(await page(server, agent).then(({ powerState, isOnline }) => [powerState, isOnline]), [
      'on',
      true,
    ]);
    await agent.report(aHeartbeat({ state: 'shutting-down' }));
    await first.hangUp();
    await powerBecomes(server, agent, 'off');
    const second = await connect(server, agent);
    await powerBecomes(server, agent, 'booting');
    await agent.report(aHeartbeat({ state: 'starting', bootId: 'boot-2' }));
    assert.equal((await page(server, agent)).powerState, 'booting');
    await agent.report(aHeartbeat({ bootId: 'boot-2' }));
    assert.equal((await page(server, agent)).powerState, 'on');
    await second.hangUp();
    const codes = (await history(server, agent)).filter((code) => code.startsWith('machine.'));
    assert.deepEqual(codes, ['machine.on', 'machine.off', 'machine.booting', 'machine.on']);
  },
);

onBothEngines(
  'BPWR-12: a job with two restarts shows no machine that is off or unreachable',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, listen: true, clock });
    t.after(() => server.stop());
    const agent = await enrolledAgent(server);
    for (const boot of [1, 2]) {
      const connection = await connect(server, agent);
      await agent.report(aHeartbeat({ bootId: `boot-${boot}` }));
      await agent.report(aHeartbeat({ bootId: `boot-${boot}`, state: 'restarting' }));
      await connection.hangUp();
      await powerBecomes(server, agent, 'restarting');
      // Long enough for its host to be asked, which does not answer.
      clock.advance(120_000);
      await server.kernel.jobs.idle();
      assert.equal((await page(server, agent)).powerState, 'restarting');
    }
    await agent.report(aHeartbeat({ bootId: 'boot-3', state: 'starting' }), aHeartbeat({ bootId: 'boot-3' }));
    const codes = (await history(server, agent)).filter((code) => code.startsWith('machine.'));
    assert.deepEqual(codes, [
      'machine.on',
      'machine.restarting',
      'machine.on',
      'machine.restarting',
      'machine.booting',
      'machine.on',
    ]);
  },
);

onBothEngines(
  'BAGT-11, BPWR-03: commands for a booting machine are held and delivered when it checks in',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    t.after(() => server.stop());
    const agent = await enrolledAgent(server);
    await agent.report(aHeartbeat({ state: 'starting' }));
    await agent.orders();
    assert.equal((await agent.report(aHeartbeat({ state: 'starting' }))).hasOrders, false);
    const held = [[true, 'held-until-check-in']];
    assert.deepEqual(codesOf(await command(server, [agent], 'query')), held);
    assert.deepEqual(
      codesOf(await command(server, [agent], 'restart', { delaySeconds: 60, force: true })),
      held,
    );
    assert.deepEqual(codesOf(await command(server, [agent], 'shut-down')), held);
    assert.equal((await agent.report(aHeartbeat())).hasOrders, true);
    const orders = await obey(server, agent);
    assert.deepEqual(
      orders.map(({ kind, action, delaySeconds, force, machineId }) => [
        kind,
        action,
        delaySeconds,
        force,
        machineId,
      ]),
      [
        ['power', 'restart', 60, true, agent.machineId],
        ['power', 'shut-down', 0, false, agent.machineId],
      ],
    );
    assert.deepEqual(await obey(server, agent), [], 'what was answered is not given again');
    const codes = await history(server, agent);
    assert.equal(codes.filter((code) => code === 'machine.command-held').length, 3);
    assert.equal(codes.filter((code) => code === 'machine.command-done').length, 2);
    assert.ok(codes.includes('machine.power-answered'));
  },
);

onBothEngines(
  'BAGT-11: a command over its limit ends as not reachable, with the reason',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, clock });
    t.after(() => server.stop());
    const agent = await enrolledAgent(server);
    await agent.report(aHeartbeat({ state: 'starting' }));
    await command(server, [agent], 'restart');
    clock.advance(9 * 60_000);
    await server.kernel.jobs.idle();
    assert.ok(!(await history(server, agent)).includes('machine.not-reachable'));
    clock.advance(2 * 60_000);
    await server.kernel.jobs.idle();
    const { items } = await server.call(machineRoutes.timeline, { params: { id: agent.machineId } });
    const given = items.find(({ code }) => code === 'machine.not-reachable');
    assert.deepEqual(given?.params, { action: 'restart', minutes: 10 });
    await agent.report(aHeartbeat());
    assert.deepEqual((await agent.orders()).orders, []);
  },
);

test('BPWR-04: once machines are shown as on, 100 of 100 immediate commands are taken', async (t) => {
  const server = await startTestServer({ listen: true });
  t.after(() => server.stop());
  const agents: BareAgent[] = [];
  for (let index = 0; index < 100; index += 1) {
    const agent = await enrolledAgent(server, { name: `pc-${index}` });
    const { socket } = await connect(server, agent);
    socket.on('message', () => void obey(server, agent));
    await agent.report(aHeartbeat());
    await agent.orders();
    agents.push(agent);
  }
  const { items, total } = await server.call(machineRoutes.list, {
    query: { powerState: 'on', limit: 1000 },
  });
  assert.deepEqual([items.length, total], [100, 100]);
  const { results } = await command(server, agents, 'restart');
  assert.ok(results.every(({ accepted, code }) => accepted && code === null));
  await until('every command was answered', async () => {
    const row = await server.kernel.db.read.one<{ n: number }>(
      "SELECT count(*) AS n FROM machines_commands WHERE outcome = 'done'",
    );
    return row?.n === 100;
  });
});

onBothEngines(
  'commands are refused where they make no sense, and need force while a run is in progress',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    t.after(() => server.stop());
    const agent = await enrolledAgent(server);
    await agent.report(aHeartbeat(), aHeartbeat({ state: 'shutting-down' }));
    assert.equal(
      (await page(server, agent)).powerState,
      'off',
      'without a socket nothing else would tell it',
    );
    assert.deepEqual(codesOf(await command(server, [agent], 'shut-down')), [[false, 'already-off']]);
    assert.deepEqual(codesOf(await command(server, [agent], 'wake')), [[false, 'no-mac-address']]);
    await server.kernel.db.transaction((tx) =>
      server.app.machines.recordActivity(tx, agent.machineId, { activity: 'running' }),
    );
    assert.deepEqual(codesOf(await command(server, [agent], 'restart')), [[false, 'run-in-progress']]);
    assert.deepEqual(codesOf(await command(server, [agent], 'restart', { force: true })), [
      [true, 'held-until-check-in'],
    ]);
    const nobody = { machineId: 'nobody' } as BareAgent;
    assert.deepEqual(codesOf(await command(server, [nobody], 'restart')), [[false, 'not-found']]);
  },
);

function at(address: string) {
  const inventory = anInventory();
  const addresses = [{ address, prefix: 24, family: 'ipv4' as const }];
  inventory.network.interfaces = [{ name: 'eth0', mac: '52:54:00:00:00:01', addresses, isUp: true }];
  return aWholeInventory(inventory);
}

/** A machine whose agent was on and is then gone without a word, for long enough to be missed. */
async function lose(server: TestServer, clock: ReturnType<typeof createFakeClock>, address: string) {
  const agent = await enrolledAgent(server);
  const connection = await connect(server, agent);
  await agent.report(aHeartbeat(), at(address));
  await connection.hangUp();
  clock.advance(61_000);
  await server.kernel.jobs.idle();
  return agent;
}

test('BAGT-19: where the host answers echo and the agent is dead, it is on, and its agent does not answer', {
  skip: noPing,
}, async (t) => {
  const clock = createFakeClock();
  const server = await startTestServer({ listen: true, clock });
  t.after(() => server.stop());
  const agent = await lose(server, clock, '127.0.0.1');
  const { powerState, isOnline } = await page(server, agent);
  assert.deepEqual([powerState, isOnline], ['on', false]);
  await agent.report(aHeartbeat({ state: 'shutting-down' }));
  await command(server, [agent], 'query');
  assert.equal((await page(server, agent)).powerState, 'booting', 'it answers again after it was off');
});

test('BPWR-05: with echo blocked the state is right all the same', async (t) => {
  const clock = createFakeClock();
  const server = await startTestServer({ listen: true, clock });
  t.after(() => server.stop());
  // RFC 5737: nobody has this address.
  const agent = await lose(server, clock, '192.0.2.77');
  assert.equal((await page(server, agent)).powerState, 'unreachable');
  const connection = await connect(server, agent);
  await agent.report(aHeartbeat());
  assert.deepEqual(codesOf(await command(server, [agent], 'query')), [[true, null]]);
  assert.equal((await page(server, agent)).powerState, 'on');
  await agent.report(aHeartbeat({ state: 'shutting-down' }));
  await connection.hangUp();
  await powerBecomes(server, agent, 'off');
  assert.deepEqual(codesOf(await command(server, [agent], 'query')), [[true, null]]);
  assert.equal((await page(server, agent)).powerState, 'off');
});

test('an agent without a socket that misses its heartbeats is asked for', async (t) => {
  const clock = createFakeClock();
  const server = await startTestServer({ clock });
  t.after(() => server.stop());
  const agent = await enrolledAgent(server);
  await agent.report(aHeartbeat(), at('192.0.2.77'));
  clock.advance(11 * 60_000);
  await server.kernel.jobs.idle();
  assert.equal((await page(server, agent)).powerState, 'on');
  clock.advance(2 * 60_000);
  await server.kernel.jobs.idle();
  assert.equal((await page(server, agent)).powerState, 'unreachable');
});

test('a collection of the machines that are online follows their sockets', async (t) => {
  const server = await startTestServer({ listen: true });
  t.after(() => server.stop());
  const agent = await enrolledAgent(server);
  const rules = [{ kind: 'query' as const, name: 'online', query: 'isOnline = true' }];
  const body = { name: 'Online', limitingCollectionId: null, rules };
  const { id } = await server.call(collectionRoutes.create, { body });
  const members = async () => {
    await server.app.collections.settled();
    return (await server.call(collectionRoutes.members, { params: { id } })).items.length;
  };
  assert.equal(await members(), 0);
  const connection = await connect(server, agent);
  await until('the machine is a member', async () => (await members()) === 1);
  await connection.hangUp();
  await until('the machine is no member', async () => (await members()) === 0);
});
