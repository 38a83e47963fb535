import assert from 'node:assert/strict';
import { deploymentRoutes, machineRoutes, windowRoutes } from '@tenkai/protocol';
import type { AvailableReply } from '@tenkai/protocol/agent/available.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { listAudit } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aKnownMachine, deploy, helloScenario, report, runsOf, settle } from '@tenkai/testkit/deployed.ts';
import { failedRun, openOrders, openRuns, runReport, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

const hour = 60 * 60_000;
const available = async (agent: BareAgent) =>
  ((await agent.call('GET', agentPaths.available)) as AvailableReply).items;
const asks = (runId: string, user = 'mia') => ({ kind: 'run-request', runId, user, at: 1 });

onBothEngines(
  'a user of a machine sees what is available to it, asks, and the run says who',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await aKnownMachine(server, 'a');
    const other = await aKnownMachine(server, 'b');
    const subject = { kind: 'scenario' as const, scenarioId: await helloScenario(server) };
    const required = await deploy(server, { subject, name: 'a "purpose":"available"' });
    for (const one of [agent, other]) {
      const [order] = await openRuns(one);
      assert.ok(order);
      await report(server, one, ...wholeRun(order));
    }
    const { id } = await deploy(server, { subject, name: 'Editor', purpose: 'available' });
    const [offer, ...rest] = await available(agent);
    assert.deepEqual([offer?.name, offer?.isOffered, rest], ['Editor', true, []], required.id);
    assert.ok(offer);

    const reply = await report(server, agent, asks(offer.runId), asks(offer.runId, 'tom'));
    assert.deepEqual(reply.rejected, []);
    const run = (await runsOf(server, id)).find(({ machineId }) => machineId === agent.machineId);
    assert.equal(run?.requestedBy, 'mia', 'asked twice it is one request');
    assert.deepEqual(
      (await available(agent)).map(({ isOffered, requestedBy }) => [isOffered, requestedBy]),
      [[false, 'mia']],
    );
    const { items } = await server.call(listAudit, { query: { action: 'runs.requested' } });
    assert.deepEqual(
      items.map((entry) => [entry.actorName, entry.object]),
      [['mia', `run:${offer.runId}`]],
    );
    const [order] = await openRuns(agent);
    assert.ok(order);
    await report(server, agent, ...wholeRun(order));
    assert.deepEqual(
      (await available(agent)).map(({ status }) => status),
      ['succeeded'],
    );
    assert.deepEqual(await openOrders(other), [], 'nobody asked on the other machine');
  },
);

onBothEngines(
  'a request is refused for the run of another machine, for a required one, and for one that was cancelled',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await aKnownMachine(server, 'a');
    const other = await aKnownMachine(server, 'b');
    const subject = { kind: 'scenario' as const, scenarioId: await helloScenario(server) };
    const offered = await deploy(server, { subject, purpose: 'available' });
    const required = await deploy(server, { subject });
    const gone = await deploy(server, { subject, purpose: 'available' });
    const runOf = async (id: string, { machineId }: BareAgent) =>
      (await runsOf(server, id)).find((run) => run.machineId === machineId)?.id ?? '';
    const goneRun = await runOf(gone.id, agent);
    await server.call(deploymentRoutes.cancel, { params: { id: gone.id } });
    const codes = async (runId: string) =>
      (await report(server, agent, asks(runId))).rejected.map(({ code }) => code);
    assert.deepEqual(await codes(await runOf(offered.id, other)), ['run-unknown']);
    assert.deepEqual(await codes(await runOf(required.id, agent)), ['run-is-not-offered']);
    assert.deepEqual(await codes('nothing'), ['run-unknown']);
    assert.deepEqual(await codes(goneRun), []);
    assert.deepEqual(
      (await available(agent)).map(({ deploymentId }) => deploymentId),
      [offered.id],
    );
    assert.deepEqual(
      (await runsOf(server, offered.id)).map(({ requestedBy }) => requestedBy),
      [null, null],
    );
    assert.deepEqual(
      (await runsOf(server, gone.id)).map(({ status }) => status),
      ['cancelled', 'cancelled'],
    );
  },
);

onBothEngines('what has failed may be asked for again', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const agent = await aKnownMachine(server, 'a');
  const subject = { kind: 'scenario' as const, scenarioId: await helloScenario(server) };
  const { id } = await deploy(server, { subject, purpose: 'available' });
  const [offer] = await available(agent);
  assert.ok(offer);
  await report(server, agent, asks(offer.runId));
  const [first] = await openRuns(agent);
  assert.ok(first);
  await report(server, agent, failedRun(first));
  const [failed] = await available(agent);
  assert.deepEqual([failed?.status, failed?.isOffered, failed?.reason?.code], ['failed', true, 'exit-code']);
  await report(server, agent, asks(offer.runId));
  const [second] = await openRuns(agent);
  assert.deepEqual([second?.runId, second?.attempt], [offer.runId, 2]);
  assert.equal((await runsOf(server, id))[0]?.isInError, false);
});

onBothEngines(
  'a postponed restart: the limits reach the machine, the site sees until when, and silence is none',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock(Date.parse('2026-03-02T12:00:00Z'));
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const agent = await aKnownMachine(server, 'a');
    const schedule = { kind: 'at' as const, at: '2026-03-02T12:00:00Z' };
    const window = { id: 'day', name: 'day', schedule, durationMinutes: 12 * 60 };
    await server.call(windowRoutes.replace, { params: { id: 'all' }, body: { windows: [window] } });
    await settle(server);
    const subject = { kind: 'scenario' as const, scenarioId: await helloScenario(server) };
    const restartPostponement = { times: 3, hours: 8 };
    const { id } = await deploy(server, { subject, restartAfter: true, restartPostponement });
    const [order] = await openRuns(agent);
    assert.ok(order);
    const restart = order.steps.find(({ kind }) => kind === 'restart');
    assert.ok(restart?.kind === 'restart');
    assert.deepEqual([restart.postponement, restart.delaySeconds], [restartPostponement, 300]);
    assert.equal(order.options.windowClosesAt, clock.now() + 12 * hour);

    // The machine's clock is wrong: what counts is how long it waits.
    const until = 5 * hour;
    const started = { kind: 'step-started', runId: order.runId, attempt: 1, at: 1, index: restart.index };
    const postponed = { until, user: 'mia', timesLeft: 2 };
    await report(server, agent, started, runReport(order, 'restart-postponed', { at: 1, postponed }));
    const [run] = await runsOf(server, id);
    assert.deepEqual([run?.status, run?.reason?.code], ['executing', 'restart-postponed']);
    assert.deepEqual([run?.waitsUntil, run?.reason?.params.user], [clock.now() + until - 1, 'mia']);
    const told = await server.call(machineRoutes.timeline, { params: { id: agent.machineId } });
    assert.ok(JSON.stringify(told).includes('run-restart-postponed'));

    clock.advance(5 * hour);
    await settle(server);
    assert.equal((await runsOf(server, id))[0]?.status, 'executing', 'it waits, it is not silent');
    await report(server, agent, runReport(order, 'restarting'));
    const [later] = await runsOf(server, id);
    assert.deepEqual([later?.status, later?.reason, later?.waitsUntil], ['restarting', null, null]);
  },
);
