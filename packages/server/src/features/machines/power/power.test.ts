import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import {
  codesOf,
  machineHistory,
  machinePage,
  openChannel,
  powerBecomes,
  powerCommand,
} from '@tenkai/testkit/power.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

const noPing = spawnSync('ping', ['-V']).error ? 'PING IS MISSING: apt-get install iputils-ping' : false;

onBothEngines(
  'BAGT-12: a machine goes off, is booting when its agent connects, and on when it checks in',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl, listen: true });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    assert.equal((await machinePage(server, agent)).powerState, 'unknown');
    const first = await openChannel(server, agent);
    await agent.report(aHeartbeat());
    assert.deepEqual(
      await machinePage(server, agent).then(({ powerState, isOnline }) => [powerState, isOnline]),
      ['on', true],
    );
    await agent.report(aHeartbeat({ state: 'shutting-down' }));
    await first.hangUp();
    await powerBecomes(server, agent, 'off');
    const second = await openChannel(server, agent);
    await powerBecomes(server, agent, 'booting');
    await agent.report(aHeartbeat({ state: 'starting', bootId: 'boot-2' }));
    assert.equal((await machinePage(server, agent)).powerState, 'booting');
    await agent.report(aHeartbeat({ bootId: 'boot-2' }));
    assert.equal((await machinePage(server, agent)).powerState, 'on');
    await second.hangUp();
    const codes = (await machineHistory(server, agent)).filter((code) => code.startsWith('machine.'));
    assert.deepEqual(codes, ['machine.on', 'machine.off', 'machine.booting', 'machine.on']);
  },
);

onBothEngines(
  'BPWR-12: a job with two restarts shows no machine that is off or unreachable',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, listen: true, clock });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    for (const boot of [1, 2]) {
      const connection = await openChannel(server, agent);
      await agent.report(aHeartbeat({ bootId: `boot-${boot}` }));
      await agent.report(aHeartbeat({ bootId: `boot-${boot}`, state: 'restarting' }));
      await connection.hangUp();
      await powerBecomes(server, agent, 'restarting');
      // Long enough for its host to be asked, which does not answer.
      clock.advance(120_000);
      await server.kernel.jobs.idle();
      assert.equal((await machinePage(server, agent)).powerState, 'restarting');
    }
    await agent.report(aHeartbeat({ bootId: 'boot-3', state: 'starting' }), aHeartbeat({ bootId: 'boot-3' }));
    const codes = (await machineHistory(server, agent)).filter((code) => code.startsWith('machine.'));
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

function at(address: string) {
  const inventory = anInventory();
  const addresses = [{ address, prefix: 24, family: 'ipv4' as const }];
  inventory.network.interfaces = [{ name: 'eth0', mac: '52:54:00:00:00:01', addresses, isUp: true }];
  return aWholeInventory(inventory);
}

/** A machine whose agent was on and is then gone without a word, for long enough to be missed. */
async function lose(server: TestServer, clock: ReturnType<typeof createFakeClock>, address: string) {
  const agent = await enrolledAgent(server);
  const connection = await openChannel(server, agent);
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
  atEnd(t, () => server.stop());
  const agent = await lose(server, clock, '127.0.0.1');
  const { powerState, isOnline } = await machinePage(server, agent);
  assert.deepEqual([powerState, isOnline], ['on', false]);
  await agent.report(aHeartbeat({ state: 'shutting-down' }));
  await powerCommand(server, [agent], 'query');
  assert.equal((await machinePage(server, agent)).powerState, 'booting', 'it answers again after it was off');
});

test('BPWR-05: with echo blocked the state is right all the same', async (t) => {
  const clock = createFakeClock();
  const server = await startTestServer({ listen: true, clock });
  atEnd(t, () => server.stop());
  // RFC 5737: nobody has this address.
  const agent = await lose(server, clock, '192.0.2.77');
  assert.equal((await machinePage(server, agent)).powerState, 'unreachable');
  const connection = await openChannel(server, agent);
  await agent.report(aHeartbeat());
  assert.deepEqual(codesOf(await powerCommand(server, [agent], 'query')), [[true, null]]);
  assert.equal((await machinePage(server, agent)).powerState, 'on');
  await agent.report(aHeartbeat({ state: 'shutting-down' }));
  await connection.hangUp();
  await powerBecomes(server, agent, 'off');
  assert.deepEqual(codesOf(await powerCommand(server, [agent], 'query')), [[true, null]]);
  assert.equal((await machinePage(server, agent)).powerState, 'off');
});

test('BPWR-05: an agent that reports after its socket was lost is a better witness than an echo', async (t) => {
  const clock = createFakeClock();
  const server = await startTestServer({ listen: true, clock });
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server);
  await agent.report(aHeartbeat(), at('192.0.2.77'));
  const connection = await openChannel(server, agent);
  await connection.hangUp();
  clock.advance(30_000);
  await agent.report(aHeartbeat());
  clock.advance(90_000);
  await server.kernel.jobs.idle();
  assert.equal((await machinePage(server, agent)).powerState, 'on');
  clock.advance(13 * 60_000);
  await server.kernel.jobs.idle();
  assert.equal((await machinePage(server, agent)).powerState, 'unreachable', 'it fell silent after that');
});

test('an agent without a socket that misses its heartbeats is asked for', async (t) => {
  const clock = createFakeClock();
  const server = await startTestServer({ clock });
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server);
  await agent.report(aHeartbeat(), at('192.0.2.77'));
  clock.advance(11 * 60_000);
  await server.kernel.jobs.idle();
  assert.equal((await machinePage(server, agent)).powerState, 'on');
  clock.advance(2 * 60_000);
  await server.kernel.jobs.idle();
  assert.equal((await machinePage(server, agent)).powerState, 'unreachable');
});

test('a collection of the machines that are online follows their sockets', async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server);
  const rules = [{ kind: 'query' as const, name: 'online', query: 'isOnline = true' }];
  const body = { name: 'Online', limitingCollectionId: null, rules };
  const { id } = await server.call(collectionRoutes.create, { body });
  const members = async () => {
    await server.app.collections.settled();
    return (await server.call(collectionRoutes.members, { params: { id } })).items.length;
  };
  assert.equal(await members(), 0);
  const connection = await openChannel(server, agent);
  await until('the machine is a member', async () => (await members()) === 1);
  await connection.hangUp();
  await until('the machine is no member', async () => (await members()) === 0);
});
