import assert from 'node:assert/strict';
import { deploymentRoutes, machineRoutes, packageRoutes, windowRoutes } from '@tenkai/protocol';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, type BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment } from '@tenkai/testkit/builders.ts';
import {
  aKnownMachine,
  deploy,
  helloScenario,
  machineWithOrder,
  report,
  runsOf,
  settle,
} from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { failedRun, openOrders, openRuns, runReport, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../kernel/clock.ts';

onBothEngines(
  'BSRV-16: a machine that goes off in the middle of its run gives its slot to others, and goes on when it is back',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const known = [await aKnownMachine(server, 'a'), await aKnownMachine(server, 'b')];
    const scenarioId = await helloScenario(server);
    const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId }, concurrency: 1 });
    // Who is first is nobody's promise.
    const isFirst = (await openRuns(known[0] as BareAgent)).length > 0;
    const [lost, other] = (isFirst ? known : known.toReversed()) as [BareAgent, BareAgent];
    const [order] = await openRuns(lost);
    assert.ok(order);
    await report(server, lost, runReport(order, 'received'), runReport(order, 'delivering'));
    await report(server, lost, aHeartbeat({ state: 'shutting-down' }));
    const states = async () => {
      const runs = await runsOf(server, id);
      const ofLost = runs.filter(({ machineId }) => machineId === lost.machineId);
      const rest = runs.filter((run) => !ofLost.includes(run));
      return [...ofLost, ...rest].map(({ status, reason }) => [status, reason?.code ?? null]);
    };
    const pass = async (ms: number) => {
      clock.advance(ms);
      await report(server, other, aHeartbeat());
    };
    await pass(9 * 60_000);
    assert.deepEqual(await states(), [
      ['delivering', null],
      ['waiting', 'slot-deployment'],
    ]);
    assert.deepEqual(await openRuns(other), [], 'it may be back in a moment');
    await pass(60_000 + 20_000);
    await pass(20_000);
    assert.deepEqual(await states(), [
      ['waiting', 'machine-off-meanwhile'],
      ['waiting', 'machine-has-not-fetched'],
    ]);
    const [next] = await openRuns(other);
    assert.ok(next);
    await report(server, other, ...wholeRun(next));
    await pass(3 * 24 * 60 * 60_000);
    assert.deepEqual(await states(), [
      ['waiting', 'machine-off-meanwhile'],
      ['succeeded', null],
    ]);
    const { items } = await server.call(machineRoutes.list, { query: { activity: 'waiting' } });
    assert.deepEqual(
      items.map(({ id }) => id),
      [lost.machineId],
    );

    await report(server, lost, aHeartbeat({ bootId: 'boot-2', state: 'starting' }));
    const [again] = await openRuns(lost);
    assert.equal(again?.orderId, order.orderId, 'the same run, the same attempt');
    await report(server, lost, ...wholeRun(order).slice(1));
    assert.deepEqual(await states(), [
      ['succeeded', null],
      ['succeeded', null],
    ]);
    assert.equal((await server.call(deploymentRoutes.get, { params: { id } })).status, 'completed');
  },
);

onBothEngines(
  'BSRV-15, BSRV-16: surplus machines queue over all deployments, and all of them finish',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    await server.call(changeSiteSettings, { body: { concurrency: 2 } });
    await settle(server);
    const agents = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => aKnownMachine(server, name)));
    const scenarioId = await helloScenario(server);
    const subject = { kind: 'scenario' as const, scenarioId };
    const preview = await server.call(deploymentRoutes.preview, { body: aDeployment({ subject }) });
    assert.deepEqual(preview.warnings.find(({ code }) => code === 'more-than-concurrency')?.params, {
      count: 5,
      concurrency: 2,
    });
    const first = await deploy(server, { subject });
    const second = await deploy(server, { subject, name: 'again' });
    for (let round = 0; round < 10; round++) {
      const active = await Promise.all(
        agents.map(async (agent) => ({ agent, orders: await openRuns(agent) })),
      );
      const busy = active.filter(({ orders }) => orders.length > 0);
      assert.ok(busy.length <= 2, `${busy.length} machines at once`);
      assert.ok(
        busy.every(({ orders }) => orders.length === 1),
        'a machine does one run at a time',
      );
      const [one] = busy;
      if (!one?.orders[0]) break;
      await report(server, one.agent, ...wholeRun(one.orders[0]));
    }
    for (const { id } of [first, second]) {
      assert.deepEqual(
        (await runsOf(server, id)).map((run) => run.status),
        Array(5).fill('succeeded'),
      );
    }
  },
);

onBothEngines(
  'BSCN-36, BCON-07: an error stays until it is cleared, and does not block other runs',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { agent, id, order } = await machineWithOrder(server);
    await report(server, agent, failedRun(order));
    const machineId = agent.machineId;
    const detail = await server.call(machineRoutes.get, { params: { id: machineId } });
    assert.deepEqual(
      [detail.activity, detail.errors.length, detail.errors[0]?.deploymentId],
      ['error', 1, id],
    );
    const cleared = await server.call(machineRoutes.clearErrors, { body: { machineIds: [machineId] } });
    assert.equal(cleared.results[0]?.accepted, true);
    assert.equal((await server.call(machineRoutes.get, { params: { id: machineId } })).activity, 'idle');
    const [run] = await runsOf(server, id);
    assert.deepEqual([run?.status, run?.isInError], ['failed', false]);
  },
);

onBothEngines(
  'BSCN-37: clear and retry is a new attempt of the same run, planned anew',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { agent, id, order: first } = await machineWithOrder(server);
    await report(server, agent, failedRun(first));
    const updated = aDraft({ version: '2.0' });
    await server.call(packageRoutes.update, {
      params: { id: 'hello' },
      body: { draft: updated, contentId: null, revision: 1 },
    });
    const retried = await server.call(deploymentRoutes.retryRuns, { body: { runIds: [first.runId] } });
    assert.equal(retried.results[0]?.accepted, true);
    await settle(server);
    const [second] = await openRuns(agent);
    assert.ok(second);
    assert.deepEqual([second.runId, second.attempt], [first.runId, 2]);
    await report(server, agent, ...wholeRun(first), runReport(first, 'cancelled'));
    assert.equal((await runsOf(server, id))[0]?.attempt, 2, 'the first attempt is history');
    await report(server, agent, ...wholeRun(second));
    const [run] = await runsOf(server, id);
    assert.deepEqual([run?.status, run?.versionAfter], ['succeeded', '2.0']);
  },
);

onBothEngines('BSCN-38: cancel ends what waits and tells what runs', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  await server.call(changeSiteSettings, { body: { concurrency: 1 } });
  await settle(server);
  const agents = [await aKnownMachine(server, 'a'), await aKnownMachine(server, 'b')];
  const scenarioId = await helloScenario(server);
  const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId } });
  const found = await Promise.all(
    agents.map(async (agent) => ({ agent, order: (await openRuns(agent))[0] })),
  );
  const busy = found.find(({ order }) => order);
  assert.ok(busy?.order);
  await report(server, busy.agent, runReport(busy.order, 'executing'));
  await server.call(deploymentRoutes.cancel, { params: { id } });
  await settle(server);
  assert.deepEqual((await runsOf(server, id)).map((run) => run.status).sort(), ['cancelled', 'executing']);
  const [cancel] = await openOrders(busy.agent);
  assert.deepEqual([cancel?.kind, cancel && 'runId' in cancel && cancel.runId], ['cancel', busy.order.runId]);
  await report(server, busy.agent, runReport(busy.order, 'cancelled'));
  assert.deepEqual(
    (await runsOf(server, id)).map((run) => run.status),
    ['cancelled', 'cancelled'],
  );
});

onBothEngines(
  'a machine may not speak of the run of another, and nothing changes',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const [a, b] = [await aKnownMachine(server, 'a'), await aKnownMachine(server, 'b')];
    const scenarioId = await helloScenario(server);
    const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId } });
    const [order] = await openRuns(a);
    assert.ok(order);
    const before = await runsOf(server, id);
    const reply = await report(server, b, ...wholeRun(order));
    assert.ok(reply.rejected.length > 0 && reply.rejected.every(({ code }) => code === 'run-unknown'));
    assert.deepEqual(await runsOf(server, id), before);
  },
);

onBothEngines(
  'BSRV-09: a deployment at a time starts once, and a window holds it until it opens',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock(Date.parse('2026-03-02T12:00:00Z'));
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const agent = await aKnownMachine(server, 'a');
    const scenarioId = await helloScenario(server);
    const window = {
      id: 'night',
      name: 'night',
      schedule: { kind: 'at' as const, at: '2026-03-02T22:00:00Z' },
      durationMinutes: 240,
    };
    await server.call(windowRoutes.replace, { params: { id: 'all' }, body: { windows: [window] } });
    const at = '2026-03-02T13:00:00Z';
    const { id } = await deploy(server, {
      subject: { kind: 'scenario', scenarioId },
      schedule: { kind: 'at', at },
    });
    assert.deepEqual(await runsOf(server, id), [], 'not before its time');
    clock.advance(3_600_000);
    await settle(server);
    const [held] = await runsOf(server, id);
    assert.deepEqual(
      [held?.status, held?.reason?.code, held?.waitsUntil],
      ['waiting', 'window-closed', Date.parse('2026-03-02T22:00:00Z')],
    );
    clock.advance(9 * 3_600_000);
    await agent.token();
    await agent.report(aHeartbeat());
    await settle(server);
    assert.equal((await openRuns(agent)).length, 1);
  },
);
