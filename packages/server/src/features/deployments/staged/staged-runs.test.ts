import assert from 'node:assert/strict';
import { deploymentRoutes, machineRoutes } from '@tenkai/protocol';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, type BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment } from '@tenkai/testkit/builders.ts';
import { aKnownMachine, deploy, helloScenario, report, runsOf, settle } from '@tenkai/testkit/deployed.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { openOrders, openRuns, runReport, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

const atNextStart = { timing: 'at-next-start' } as const;

/** What a machine says that keeps a run for its next start. */
function staging(order: RunOrder) {
  const events = ['received', 'delivering', 'delivered', 'staged'] as const;
  return events.map((event) => runReport(order, event));
}

async function world(databaseUrl: string | undefined) {
  const clock = createFakeClock();
  const server = await startTestServer({ databaseUrl, clock });
  const agent = await aKnownMachine(server, 'a');
  const scenarioId = await helloScenario(server);
  return { server, agent, clock, subject: { kind: 'scenario' as const, scenarioId } };
}

const machineOf = (server: TestServer, { machineId }: BareAgent) =>
  server.call(machineRoutes.get, { params: { id: machineId } });

async function statesOf(server: TestServer, ...ids: string[]) {
  const runs = await Promise.all(ids.map(async (id) => (await runsOf(server, id))[0]));
  return runs.map((run) => [run?.status, run?.reason?.code ?? null]);
}

onBothEngines(
  'BAGT-15, BSCN-19, BSCN-21: a staged run holds nothing up, begins with the next start, and new runs queue behind it',
  async (t, { databaseUrl }) => {
    const { server, agent, clock, subject } = await world(databaseUrl);
    atEnd(t, () => server.stop());
    await server.call(changeSiteSettings, { body: { concurrency: 1 } });
    const first = await deploy(server, { subject, ...atNextStart });
    const second = await deploy(server, { subject, ...atNextStart });
    const orders: RunOrder[] = [];
    for (let count = 0; count < 2; count += 1) {
      const [order] = await openRuns(agent);
      assert.ok(order, 'the slot and the machine are free for the next delivery');
      assert.deepEqual(order.options, { powerOffAtEnd: false, timing: 'at-next-start' });
      orders.push(order);
      await report(server, agent, ...staging(order), ...staging(order));
    }
    assert.deepEqual(await openOrders(agent), [], 'what is staged needs no order');
    assert.deepEqual(await statesOf(server, first.id, second.id), [
      ['waiting', 'next-start'],
      ['waiting', 'next-start'],
    ]);
    assert.deepEqual((await machineOf(server, agent)).pendingStarts, { count: 2, limit: 100 });
    assert.equal((await machineOf(server, agent)).activity, 'waiting');

    const between = await deploy(server, { subject, name: 'at once' });
    const [atOnce] = await openRuns(agent);
    assert.ok(atOnce && atOnce.options.timing === undefined);
    await report(server, agent, ...wholeRun(atOnce));
    assert.deepEqual(await statesOf(server, between.id), [['succeeded', null]]);

    // Weeks later, with nothing said meanwhile.
    clock.advance(30 * 86_400_000);
    await settle(server);
    assert.deepEqual(await statesOf(server, first.id), [['waiting', 'next-start']]);
    await report(server, agent, aHeartbeat({ bootId: 'boot-2', state: 'starting' }));
    const late = await deploy(server, { subject, name: 'late' });
    assert.deepEqual(await statesOf(server, first.id, second.id, late.id), [
      ['waiting', 'next-start-queued'],
      ['waiting', 'next-start-queued'],
      ['waiting', 'next-start-update'],
    ]);
    for (const order of orders) await report(server, agent, ...wholeRun(order).slice(1));
    assert.deepEqual(await statesOf(server, first.id, second.id), [
      ['succeeded', null],
      ['succeeded', null],
    ]);
    assert.deepEqual((await machineOf(server, agent)).pendingStarts, { count: 0, limit: 100 });
    await report(server, agent, aHeartbeat({ bootId: 'boot-2' }));
    const [lateOrder] = await openRuns(agent);
    assert.ok(lateOrder, 'the late one is let go once the machine is done');
    await report(server, agent, ...wholeRun(lateOrder));
    assert.deepEqual(await statesOf(server, late.id), [['succeeded', null]]);
  },
);

onBothEngines(
  'BSCN-21: what a machine kept after it had started waits for the next start, in whatever batch the site hears of both',
  async (t, { databaseUrl }) => {
    const { server, agent, subject } = await world(databaseUrl);
    atEnd(t, () => server.stop());
    const { id } = await deploy(server, { subject, ...atNextStart });
    const [order] = await openRuns(agent);
    assert.ok(order);
    const restarted = aHeartbeat({ bootId: 'boot-2', state: 'starting' });
    await report(server, agent, restarted, ...staging(order));
    assert.deepEqual(await statesOf(server, id), [['waiting', 'next-start']]);
    await report(server, agent, aHeartbeat({ bootId: 'boot-2' }), aHeartbeat({ bootId: 'boot-3' }));
    assert.deepEqual(await statesOf(server, id), [['waiting', 'next-start-queued']]);
    await report(server, agent, ...wholeRun(order).slice(1));
    const second = await deploy(server, { subject, ...atNextStart });
    const [next] = await openRuns(agent);
    assert.ok(next);
    await report(server, agent, ...staging(next), aHeartbeat({ bootId: 'boot-4' }));
    assert.deepEqual(await statesOf(server, second.id), [['waiting', 'next-start-queued']]);
  },
);

onBothEngines(
  'BSCN-22, BSCN-23: of 101 runs a machine keeps 100, the 101st waits with its reason and comes after the restart',
  async (t, { databaseUrl }) => {
    const { server, agent, subject } = await world(databaseUrl);
    atEnd(t, () => server.stop());
    const deployments = [];
    const orders: RunOrder[] = [];
    for (let count = 1; count <= 101; count += 1) {
      deployments.push(await deploy(server, { subject, name: `d${count}`, ...atNextStart }));
      const [order] = await openRuns(agent);
      if (order) await report(server, agent, ...staging(order));
      if (order) orders.push(order);
    }
    const last = deployments.at(-1)?.id ?? '';
    assert.equal(orders.length, 100);
    const [waiting] = await runsOf(server, last);
    assert.deepEqual(waiting?.reason, { code: 'next-start-full', params: { count: 100, limit: 100 } });
    assert.deepEqual((await machineOf(server, agent)).pendingStarts, { count: 100, limit: 100 });
    const preview = await server.call(deploymentRoutes.preview, {
      body: aDeployment({ subject, ...atNextStart }),
    });
    assert.ok(preview.machines[0]?.reasons.some(({ code }) => code === 'next-start-full'));
    const plain = await server.call(deploymentRoutes.preview, { body: aDeployment({ subject }) });
    assert.deepEqual(plain.machines[0]?.reasons, [], 'what runs at once needs no such room');

    await report(server, agent, aHeartbeat({ bootId: 'boot-2' }));
    assert.deepEqual(await statesOf(server, last), [['waiting', 'next-start-update']]);
    for (const order of orders) await report(server, agent, ...wholeRun(order).slice(1));
    assert.deepEqual((await machineOf(server, agent)).pendingStarts, { count: 0, limit: 100 });
    const [order] = await openRuns(agent);
    assert.ok(order, 'the 101st is delivered after the restart');
    await report(server, agent, ...staging(order));
    assert.deepEqual(await statesOf(server, last), [['waiting', 'next-start']]);
    assert.deepEqual((await machineOf(server, agent)).pendingStarts, { count: 1, limit: 100 });
  },
);

onBothEngines(
  'BSCN-23: the limit is a setting, and raising it lets go on what waits',
  async (t, { databaseUrl }) => {
    const { server, agent, subject } = await world(databaseUrl);
    atEnd(t, () => server.stop());
    await server.call(changeSiteSettings, { body: { nextStartLimit: 1 } });
    await settle(server);
    await deploy(server, { subject, ...atNextStart });
    const [first] = await openRuns(agent);
    assert.ok(first);
    await report(server, agent, ...staging(first));
    const second = await deploy(server, { subject, ...atNextStart });
    assert.deepEqual(await statesOf(server, second.id), [['waiting', 'next-start-full']]);
    await server.call(changeSiteSettings, { body: { nextStartLimit: 2 } });
    await settle(server);
    assert.deepEqual((await openRuns(agent)).length, 1);
  },
);

onBothEngines(
  'BSCN-20, BSCN-34: power-off and restarts are told before, and what cannot be is refused',
  async (t, { databaseUrl }) => {
    const { server, agent, subject } = await world(databaseUrl);
    atEnd(t, () => server.stop());
    const warnings = async (over: Parameters<typeof aDeployment>[0]) => {
      const preview = await server.call(deploymentRoutes.preview, {
        body: aDeployment({ subject, ...over }),
      });
      return preview.warnings.map(({ code }) => code);
    };
    assert.deepEqual(
      await warnings({ ...atNextStart, powerOffAtEnd: 'after-delivery', respectsWindows: true }),
      ['runs-at-next-start', 'next-start-outside-windows', 'power-off-after-delivery'],
    );
    assert.deepEqual(await warnings({ ...atNextStart, restartAtStart: true, respectsWindows: true }), [
      'runs-at-next-start',
      'restart-is-the-start',
      'next-start-outside-windows',
    ]);
    assert.deepEqual(await warnings({ powerOffAtEnd: 'after-update', respectsWindows: true }), [
      'power-off-after-update',
    ]);
    const refused = refusedWith('power-off-before-run', 422);
    const wrong = { body: aDeployment({ subject, powerOffAtEnd: 'after-delivery' }) };
    await assert.rejects(server.call(deploymentRoutes.create, wrong), refused);
    await assert.rejects(server.call(deploymentRoutes.preview, wrong), refused);

    await deploy(server, { subject, ...atNextStart, powerOffAtEnd: 'after-delivery' });
    const [delivered] = await openRuns(agent);
    assert.deepEqual(delivered?.options, {
      powerOffAtEnd: false,
      timing: 'at-next-start',
      powerOffAfterDelivery: true,
    });
  },
);

onBothEngines(
  'BSCN-38: a staged run that is cancelled is taken back from its machine',
  async (t, { databaseUrl }) => {
    const { server, agent, subject } = await world(databaseUrl);
    atEnd(t, () => server.stop());
    const { id } = await deploy(server, { subject, ...atNextStart });
    const [order] = await openRuns(agent);
    assert.ok(order);
    await report(server, agent, ...staging(order));
    await server.call(deploymentRoutes.cancel, { params: { id } });
    await settle(server);
    assert.deepEqual(
      (await openOrders(agent)).map(({ kind }) => kind),
      ['cancel'],
    );
    await report(server, agent, runReport(order, 'cancelled'));
    assert.deepEqual(await statesOf(server, id), [['cancelled', 'cancelled']]);
    assert.deepEqual((await machineOf(server, agent)).pendingStarts, { count: 0, limit: 100 });
  },
);

onBothEngines(
  'BSCN-19: a machine that was set up anew fetches what it had staged; one that stays silent ends timed-out',
  async (t, { databaseUrl }) => {
    const { server, agent, clock, subject } = await world(databaseUrl);
    atEnd(t, () => server.stop());
    const { id } = await deploy(server, { subject, ...atNextStart });
    const [order] = await openRuns(agent);
    assert.ok(order);
    await report(server, agent, ...staging(order));
    await report(server, agent, aHeartbeat({ bootId: 'boot-2' }));
    const [again] = await openRuns(agent);
    assert.equal(again?.orderId, order.orderId);
    await report(server, agent, ...staging(order));
    assert.deepEqual(await statesOf(server, id), [['waiting', 'next-start']]);

    await report(server, agent, aHeartbeat({ bootId: 'boot-3' }));
    clock.advance(25 * 3_600_000);
    await settle(server);
    assert.deepEqual(await statesOf(server, id), [['failed', 'timed-out']]);
  },
);
