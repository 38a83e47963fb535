import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import {
  codesOf,
  machineHistory,
  machinePage,
  obeyOrders,
  openChannel,
  powerCommand,
} from '@tenkai/testkit/power.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

onBothEngines(
  'BAGT-11, BAGT-24, BPWR-03, BFWL-27: commands for a booting machine are held and delivered when it checks in',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    await agent.report(aHeartbeat({ state: 'starting' }));
    await agent.orders();
    assert.equal((await agent.report(aHeartbeat({ state: 'starting' }))).hasOrders, false);
    const held = [[true, 'held-until-check-in']];
    assert.deepEqual(codesOf(await powerCommand(server, [agent], 'query')), held);
    assert.deepEqual(
      codesOf(await powerCommand(server, [agent], 'restart', { delaySeconds: 60, force: true })),
      held,
    );
    assert.deepEqual(codesOf(await powerCommand(server, [agent], 'shut-down')), held);
    assert.equal((await agent.report(aHeartbeat())).hasOrders, true);
    const orders = await obeyOrders(server, agent);
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
    assert.deepEqual(await obeyOrders(server, agent), [], 'what was answered is not given again');
    const codes = await machineHistory(server, agent);
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
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    await agent.report(aHeartbeat({ state: 'starting' }));
    await powerCommand(server, [agent], 'restart');
    clock.advance(9 * 60_000);
    await server.kernel.jobs.idle();
    assert.ok(!(await machineHistory(server, agent)).includes('machine.not-reachable'));
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
  atEnd(t, () => server.stop());
  const agents: BareAgent[] = [];
  for (let index = 0; index < 100; index += 1) {
    const agent = await enrolledAgent(server, { name: `pc-${index}` });
    const { socket } = await openChannel(server, agent);
    socket.on('message', () => void obeyOrders(server, agent));
    await agent.report(aHeartbeat());
    await agent.orders();
    agents.push(agent);
  }
  const { items, total } = await server.call(machineRoutes.list, {
    query: { powerState: 'on', limit: 1000 },
  });
  assert.deepEqual([items.length, total], [100, 100]);
  const { results } = await powerCommand(server, agents, 'restart');
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
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    await agent.report(aHeartbeat(), aHeartbeat({ state: 'shutting-down' }));
    assert.equal(
      (await machinePage(server, agent)).powerState,
      'off',
      'without a socket nothing else would tell it',
    );
    assert.deepEqual(codesOf(await powerCommand(server, [agent], 'shut-down')), [[false, 'already-off']]);
    assert.deepEqual(codesOf(await powerCommand(server, [agent], 'wake')), [[false, 'no-mac-address']]);
    await server.kernel.db.transaction((tx) =>
      server.app.machines.recordActivities(tx, new Map([[agent.machineId, { activity: 'running' }]])),
    );
    assert.deepEqual(codesOf(await powerCommand(server, [agent], 'restart')), [[false, 'run-in-progress']]);
    assert.deepEqual(codesOf(await powerCommand(server, [agent], 'restart', { force: true })), [
      [true, 'held-until-check-in'],
    ]);
    const nobody = { machineId: 'nobody' } as BareAgent;
    assert.deepEqual(codesOf(await powerCommand(server, [nobody], 'restart')), [[false, 'not-found']]);
  },
);
