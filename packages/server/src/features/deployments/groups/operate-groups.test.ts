/** What an operator does with a group: start it now, leave it, go unicast, change its limits. */
import assert from 'node:assert/strict';
import type { DeliverySettings } from '@tenkai/domain';
import { deploymentRoutes } from '@tenkai/protocol';
import { listAudit } from '@tenkai/protocol/api/status.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { deploy, report, settle } from '@tenkai/testkit/deployed.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { failedRun, openRuns } from '@tenkai/testkit/run-reports.ts';
import { begun, get, group, minute, noon, runOf, runsOf, scene, turnOn, wavesOf } from './groups-for-test.ts';

onBothEngines(
  'BSCN-15: start now lets three of five begin at once, and the two who are late make the next wave',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 5);
    const { id } = await deploy(server, { subject, delivery: group(5, 9) });
    await assert.rejects(
      server.call(deploymentRoutes.startGroup, { params: { id } }),
      refusedWith('group-empty'),
    );
    for (const agent of agents.slice(0, 3)) await turnOn(server, agent);
    await assert.rejects(
      server.call(deploymentRoutes.startGroup, { params: { id }, as: 'viewer' }),
      refusedWith('not-allowed'),
    );
    assert.deepEqual(await begun(server, id), []);
    const { waves } = await server.call(deploymentRoutes.startGroup, { params: { id }, as: 'operator' });
    assert.deepEqual(
      waves.map(({ cause, machineCount, startedBy }) => [cause, machineCount, startedBy]),
      [['asked', 3, 'test-operator']],
    );
    await settle(server);
    assert.deepEqual(await begun(server, id), ['pc-00', 'pc-01', 'pc-02']);
    for (const agent of agents.slice(3)) await turnOn(server, agent);
    clock.advance(9 * minute);
    await settle(server);
    assert.deepEqual(
      (await wavesOf(server, id)).map(({ cause, machineCount }) => `${machineCount} ${cause}`),
      ['3 asked', '2 waited'],
    );
    const { items } = await server.call(listAudit, { query: { action: 'deployments.group-started' } });
    assert.deepEqual(
      items.map(({ actorName, object }) => [actorName, object]),
      [['test-operator', `deployment:${id}`]],
    );
  },
);

onBothEngines(
  'BSCN-15: one machine leaves the group and starts alone by unicast; one goes unicast before it is even on',
  async (t, under) => {
    const { server, agents, subject } = await scene(t, under, 4);
    const { id } = await deploy(server, { subject, delivery: group(4, 60) });
    for (const agent of agents.slice(0, 2)) await turnOn(server, agent);
    const [leaver, stayer, off] = await Promise.all(agents.map((agent) => runOf(server, id, agent)));
    const left = await server.call(deploymentRoutes.leaveGroup, {
      body: { runIds: [leaver?.id ?? '', off?.id ?? ''] },
    });
    assert.deepEqual(
      left.results.map(({ accepted, code }) => [accepted, code]),
      [
        [true, null],
        [false, 'run-waits-for-no-group'],
      ],
    );
    const went = await server.call(deploymentRoutes.runsGoUnicast, { body: { runIds: [off?.id ?? ''] } });
    assert.equal(went.results[0]?.accepted, true);
    await settle(server);
    assert.deepEqual(await begun(server, id), ['pc-00']);
    await turnOn(server, agents[2]);
    const runs = await runsOf(server, id);
    assert.deepEqual(
      runs.map(({ delivery, wave }) => [delivery?.reason.code, wave]),
      [
        ['unicast-left-group', null],
        [undefined, null],
        ['unicast-went-unicast', null],
        [undefined, null],
      ],
    );
    assert.equal((await get(server, id)).group?.ready, 1);
    const again = await server.call(deploymentRoutes.runsGoUnicast, {
      body: { runIds: [leaver?.id ?? '', stayer?.id ?? ''] },
    });
    assert.deepEqual(
      again.results.map(({ code }) => code),
      ['run-has-begun', null],
    );
    for (const [action, count] of [
      ['runs.left-group', 1],
      ['runs.went-unicast', 2],
    ] as const) {
      assert.equal((await server.call(listAudit, { query: { action } })).items.length, count);
    }
  },
);

onBothEngines(
  'an operator decision for unicast holds in the next attempt; leaving a group was for one',
  async (t, under) => {
    const { server, agents, subject } = await scene(t, under, 2);
    const { id } = await deploy(server, { subject, delivery: group(9, 60) });
    for (const agent of agents) await turnOn(server, agent);
    const [first, second] = await runsOf(server, id);
    await server.call(deploymentRoutes.leaveGroup, { body: { runIds: [first?.id ?? ''] } });
    await server.call(deploymentRoutes.runsGoUnicast, { body: { runIds: [second?.id ?? ''] } });
    await settle(server);
    for (const agent of agents) {
      for (const order of await openRuns(agent)) await report(server, agent, failedRun(order));
    }
    const runIds = [first?.id ?? '', second?.id ?? ''];
    await server.call(deploymentRoutes.retryRuns, { body: { runIds } });
    await settle(server);
    const runs = await runsOf(server, id);
    assert.deepEqual(
      runs.map(({ attempt, isInGroup, delivery }) => [attempt, isInGroup, delivery?.reason.code]),
      [
        [2, true, undefined],
        [2, false, 'unicast-went-unicast'],
      ],
    );
  },
);

onBothEngines(
  'BSCN-15: all of a deployment go unicast: whoever waits begins, whoever comes waits for nobody',
  async (t, under) => {
    const { server, agents, subject } = await scene(t, under, 3);
    const { id } = await deploy(server, { subject, delivery: group(5, 60) });
    for (const agent of agents.slice(0, 2)) await turnOn(server, agent);
    const after = await server.call(deploymentRoutes.goUnicast, { params: { id } });
    assert.deepEqual(
      after.delivery.ignored.map(({ field }) => field),
      ['maxTargets', 'maxWaitMinutes'],
    );
    await settle(server);
    await turnOn(server, agents[2]);
    assert.equal((await begun(server, id)).length, 3);
    assert.deepEqual(await wavesOf(server, id), []);
    const { items } = await server.call(listAudit, { query: { action: 'deployments.went-unicast' } });
    assert.equal(items.length, 1);
  },
);

onBothEngines(
  'BSCN-43: limits that are changed while machines wait count for the next wave, and the change is in the audit log',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 6);
    const before = group(6, 60);
    const { id } = await deploy(server, { subject, delivery: before });
    const change = (body: DeliverySettings) =>
      server.call(deploymentRoutes.changeDelivery, { params: { id }, body });
    for (const agent of agents.slice(0, 5)) await turnOn(server, agent);
    const after = group(2, 60);
    await change(after);
    await settle(server);
    assert.equal((await begun(server, id)).length, 4, 'two waves of two');
    await change(group(6, 5));
    await settle(server);
    assert.equal((await get(server, id)).group?.startsAt, noon + 5 * minute);
    clock.advance(5 * minute);
    await settle(server);
    assert.equal((await begun(server, id)).length, 5);
    const { items } = await server.call(listAudit, { query: { action: 'deployments.delivery-changed' } });
    assert.deepEqual(items.at(-1)?.details, { before, after });
    await assert.rejects(
      change({ ...before, address: '192.168.0.1' }),
      refusedWith('delivery-address-wrong'),
    );
    await server.call(deploymentRoutes.cancel, { params: { id } });
    await assert.rejects(change(before), refusedWith('deployment-ended'));
  },
);
