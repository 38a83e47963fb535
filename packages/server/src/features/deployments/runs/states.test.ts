import assert from 'node:assert/strict';
import { defaultDelivery } from '@tenkai/domain';
import { machineRoutes, packageRoutes, updateRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aKnownMachine, deploy, helloScenario, report, runsOf } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { failedRun, openRuns, runReport, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { eventually } from '@tenkai/testkit/settle.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

onBothEngines(
  'BSRV-26: scenario running, patch being applied, run complete, run error and waiting for targets are states of their own, of run and machine',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await aKnownMachine(server, 'a');
    const { machineId } = agent;
    const subject = { kind: 'scenario' as const, scenarioId: await helloScenario(server) };
    const begun = async () => {
      const order = await eventually(server, 'an order', async () => (await openRuns(agent))[0]);
      await report(server, agent, runReport(order, 'received'), runReport(order, 'executing'));
      return order;
    };
    const states = async (deploymentId: string) => {
      const [run] = await runsOf(server, deploymentId);
      const { activity } = await server.call(machineRoutes.get, { params: { id: machineId } });
      return [run?.status, activity];
    };

    const group = { ...defaultDelivery, maxTargets: 2, maxWaitMinutes: 60 };
    const waiting = await deploy(server, { subject, delivery: group, retries: 0 });
    const [held] = await eventually(server, 'it waits', async () => {
      const runs = await runsOf(server, waiting.id);
      return runs[0]?.status === 'waiting' && runs;
    });
    assert.match(held?.reason?.code ?? '', /^group-/);
    assert.deepEqual(await states(waiting.id), ['waiting', 'waiting']);

    const first = await deploy(server, { subject });
    const order = await begun();
    assert.deepEqual(await states(first.id), ['executing', 'running']);
    await report(server, agent, ...wholeRun(order).slice(2));
    assert.deepEqual((await states(first.id))[0], 'succeeded');

    const second = await deploy(server, { subject });
    await report(server, agent, failedRun(await begun()));
    assert.deepEqual(await states(second.id), ['failed', 'error']);

    const draft = aDraft({ id: 'patch', urgency: 'highest' });
    await server.call(packageRoutes.create, { body: { draft, contentId: null } });
    await begun();
    const { items } = await server.call(updateRoutes.ofMachine, { params: { id: machineId } });
    assert.deepEqual(
      items.map(({ packageId, state }) => [packageId, state]),
      [['patch', 'applying']],
    );
    const { activity } = await server.call(machineRoutes.get, { params: { id: machineId } });
    assert.equal(activity, 'patching', 'no scenario runs there');
    const off = { machineIds: [machineId], action: 'shut-down' as const };
    const { results } = await server.call(machineRoutes.power, { body: off });
    assert.deepEqual(
      results.map(({ accepted, code }) => [accepted, code]),
      [[false, 'run-in-progress']],
    );
  },
);
