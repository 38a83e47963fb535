/** How many run at once: the limit of the site, with groups and without them. */
import assert from 'node:assert/strict';
import { deploymentRoutes } from '@tenkai/protocol';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { aHeartbeat } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment } from '@tenkai/testkit/builders.ts';
import { deploy, report, settle } from '@tenkai/testkit/deployed.ts';
import { openRuns, runReport, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { begun, finish, get, group, runsOf, scene, turnOn } from './groups-for-test.ts';

onBothEngines(
  'BSCN-14: a group above the limit of the site is warned of with both numbers, and its surplus queues',
  async (t, under) => {
    const { server, agents, subject } = await scene(t, under, 4);
    await server.call(changeSiteSettings, { body: { concurrency: 2 } });
    const delivery = group(4, 5);
    const warning = { code: 'group-over-site-limit', params: { maxTargets: 4, limit: 2 } };
    const preview = await server.call(deploymentRoutes.preview, { body: aDeployment({ subject, delivery }) });
    assert.deepEqual(preview.warnings.at(-1), warning);
    const made = await deploy(server, { subject, delivery });
    assert.deepEqual(made.warnings, [warning]);
    for (const agent of agents) await turnOn(server, agent);
    const runs = await runsOf(server, made.id);
    assert.deepEqual(
      runs.map(({ wave }) => wave?.number),
      [1, 1, 1, 1],
    );
    assert.equal((await begun(server, made.id)).length, 2);
    assert.equal(runs.filter(({ reason }) => reason?.code === 'slot-site').length, 2);
    for (let turn = 0; turn < 2; turn += 1) await finish(server, agents);
    assert.equal((await get(server, made.id)).counts.succeeded, 4);
  },
);

onBothEngines(
  'BSCN-07: ten machines are assigned and nothing runs; told to run, all ten start',
  async (t, under) => {
    const { server, agents, subject } = await scene(t, under, 10);
    for (const agent of agents) await agent.report(aHeartbeat());
    await settle(server);
    const preview = await server.call(deploymentRoutes.preview, { body: aDeployment({ subject }) });
    assert.deepEqual([preview.targetCount, preview.applicableCount], [10, 10]);
    const { id } = await deploy(server, { subject, purpose: 'available' });
    const runs = await runsOf(server, id);
    assert.deepEqual(
      runs.map(({ reason }) => reason?.code),
      Array(10).fill('not-requested'),
    );
    assert.deepEqual(await begun(server, id), []);
    await server.call(deploymentRoutes.requestRuns, { body: { runIds: runs.map((run) => run.id) } });
    await settle(server);
    assert.equal((await begun(server, id)).length, 10);
  },
);

onBothEngines(
  'BSRV-16: two deployments of five with six at once: never more than six, over both and with groups',
  async (t, under) => {
    const { server, agents, subject } = await scene(t, under, 10);
    await server.call(changeSiteSettings, { body: { concurrency: 6 } });
    for (const agent of agents) await agent.report(aHeartbeat());
    await settle(server);
    const ids = [
      (await deploy(server, { subject, delivery: group(5, 5) })).id,
      (await deploy(server, { subject, name: 'second' })).id,
    ];
    for (let turn = 0; turn < 30; turn += 1) {
      const open = await Promise.all(agents.map(async (agent) => ({ agent, orders: await openRuns(agent) })));
      const busy = open.filter(({ orders }) => orders.length > 0);
      assert.ok(busy.length <= 6, `${busy.length} at once`);
      const [one] = busy;
      if (!one?.orders[0]) break;
      await report(server, one.agent, runReport(one.orders[0], 'executing'), ...wholeRun(one.orders[0]));
    }
    for (const id of ids) assert.equal((await get(server, id)).counts.succeeded, 10);
  },
);
