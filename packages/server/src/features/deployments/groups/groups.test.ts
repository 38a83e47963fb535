import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type DeliverySettings, defaultDelivery } from '@tenkai/domain';
import { deploymentRoutes, windowRoutes } from '@tenkai/protocol';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { listAudit, listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, type BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { type EngineUnderTest, onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment } from '@tenkai/testkit/builders.ts';
import {
  aKnownMachine,
  deploy,
  helloScenario,
  report,
  runsOf as runsAsMade,
  settle,
} from '@tenkai/testkit/deployed.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { failedRun, openRuns, runReport, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

const noon = Date.parse('2026-03-02T12:00:00Z');
const minute = 60_000;

/** Machines that are off, a scenario for them, and a clock that stands still. */
async function scene(t: TestContext, { databaseUrl }: EngineUnderTest, count: number) {
  const clock = createFakeClock(noon);
  const server = await startTestServer({ databaseUrl, clock });
  atEnd(t, () => server.stop());
  const agents: BareAgent[] = [];
  for (let index = 0; index < count; index += 1)
    agents.push(await aKnownMachine(server, `pc-${String(index).padStart(2, '0')}`));
  for (const agent of agents) await agent.report(aHeartbeat({ state: 'shutting-down' }));
  await settle(server);
  const subject = { kind: 'scenario' as const, scenarioId: await helloScenario(server) };
  return { clock, server, agents, subject };
}

/** The machine comes on: it is ready. */
const turnOn = (server: TestServer, agent: BareAgent | undefined) =>
  report(server, agent as BareAgent, aHeartbeat());
const turnOff = (server: TestServer, agent: BareAgent | undefined) =>
  report(server, agent as BareAgent, aHeartbeat({ state: 'shutting-down' }));

function group(maxTargets: number | null, maxWaitMinutes: number | null): DeliverySettings {
  return { ...defaultDelivery, maxTargets, maxWaitMinutes };
}

/** By the names of their machines. */
const runsOf = async (server: TestServer, id: string) =>
  (await runsAsMade(server, id)).toSorted((a, b) => (a.machineName < b.machineName ? -1 : 1));

/** Names of the machines that have got their order. */
async function begun(server: TestServer, id: string): Promise<string[]> {
  const runs = await runsOf(server, id);
  return runs.filter(({ delivery }) => delivery !== null).map(({ machineName }) => machineName);
}

const get = (server: TestServer, id: string) => server.call(deploymentRoutes.get, { params: { id } });
const wavesOf = async (server: TestServer, id: string) =>
  (await server.call(deploymentRoutes.waves, { params: { id } })).items;
const runOf = async (server: TestServer, id: string, agent: BareAgent | undefined) => {
  const run = (await runsOf(server, id)).find(({ machineId }) => machineId === agent?.machineId);
  assert.ok(run);
  return run;
};

async function finish(server: TestServer, agents: readonly BareAgent[]) {
  for (const agent of agents) {
    for (const order of await openRuns(agent)) await report(server, agent, ...wholeRun(order));
  }
}

onBothEngines(
  'BSCN-08, BSCN-17: the fifth ready machine starts all five, and until then each says how many are ready and until when',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 6);
    const { id } = await deploy(server, { subject, delivery: group(5, 10) });
    for (const agent of agents.slice(0, 4)) {
      await turnOn(server, agent);
      clock.advance(minute);
    }
    assert.deepEqual(await begun(server, id), []);
    const startsAt = noon + 10 * minute;
    assert.deepEqual((await get(server, id)).group, { ready: 4, wanted: 5, firstReadyAt: noon, startsAt });
    const waiting = await runOf(server, id, agents[3]);
    assert.deepEqual(
      [waiting.status, waiting.reason, waiting.waitsUntil, waiting.isInGroup],
      ['waiting', { code: 'group-waiting', params: { ready: 4, wanted: 5, startsAt } }, startsAt, true],
    );
    await turnOn(server, agents[4]);
    assert.deepEqual(await begun(server, id), ['pc-00', 'pc-01', 'pc-02', 'pc-03', 'pc-04']);
    assert.equal((await get(server, id)).group, null);
    const [wave] = await wavesOf(server, id);
    assert.deepEqual([wave?.number, wave?.cause, wave?.machineCount, wave?.startedBy], [1, 'full', 5, null]);
  },
);

onBothEngines(
  'BSCN-09, BSCN-10, BSCN-16: after the longest wait those then ready start; who comes later still finishes',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 5);
    const { id } = await deploy(server, { subject, delivery: group(5, 2) });
    for (const agent of agents.slice(0, 3)) await turnOn(server, agent);
    clock.advance(2 * minute - 1000);
    await settle(server);
    assert.deepEqual(await begun(server, id), [], 'a second too early');
    clock.advance(1000);
    await settle(server);
    assert.deepEqual(await begun(server, id), ['pc-00', 'pc-01', 'pc-02']);
    clock.advance(30_000);
    await turnOn(server, agents[3]);
    const late = await runOf(server, id, agents[3]);
    assert.deepEqual(late.reason?.params, { ready: 1, wanted: 5, startsAt: noon + 4.5 * minute });
    clock.advance(2 * minute);
    await settle(server);
    assert.deepEqual(
      (await wavesOf(server, id)).map(({ number, cause, machineCount }) => [number, cause, machineCount]),
      [
        [1, 'waited', 3],
        [2, 'waited', 1],
      ],
    );
    await finish(server, agents.slice(0, 4));
    assert.deepEqual(
      (await runsOf(server, id)).slice(0, 4).map(({ status }) => status),
      Array(4).fill('succeeded'),
    );
  },
);

onBothEngines(
  'BSCN-11: with neither limit the first ready machine starts at once, and says by which way and why',
  async (t, under) => {
    const { server, agents, subject } = await scene(t, under, 2);
    const { id } = await deploy(server, { subject });
    await turnOn(server, agents[0]);
    const run = await runOf(server, id, agents[0]);
    assert.deepEqual(
      [run.delivery, run.wave],
      [{ method: 'unicast', reason: { code: 'unicast-alone', params: {} } }, null],
    );
    assert.deepEqual((await get(server, id)).delivery, { ...defaultDelivery, ignored: [] });
  },
);

onBothEngines('BSCN-12: unicast waits for nobody, and the reply says what it ignores', async (t, under) => {
  const { server, agents, subject } = await scene(t, under, 2);
  const delivery = { ...group(5, 60), method: 'unicast' as const };
  const made = await deploy(server, { subject, delivery });
  assert.deepEqual([made.delivery.maxTargets, made.delivery.maxWaitMinutes], [null, null]);
  const reason = { code: 'ignored-with-unicast', params: {} };
  assert.deepEqual(made.delivery.ignored, [
    { field: 'maxTargets', reason },
    { field: 'maxWaitMinutes', reason },
  ]);
  await turnOn(server, agents[0]);
  const run = await runOf(server, made.id, agents[0]);
  assert.deepEqual(run.delivery, { method: 'unicast', reason: { code: 'unicast-chosen', params: {} } });
});

onBothEngines(
  'BSCN-13: twelve machines with at most five make waves of 5, 5 and 2, the last by the longest wait, none in error',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 12);
    const { id } = await deploy(server, { subject, delivery: group(5, 10) });
    for (const agent of agents) await agent.report(aHeartbeat());
    await settle(server);
    assert.equal((await begun(server, id)).length, 10);
    await finish(server, agents);
    assert.deepEqual((await get(server, id)).group?.ready, 2);
    clock.advance(10 * minute);
    await settle(server);
    assert.deepEqual(
      (await wavesOf(server, id)).map(({ cause, machineCount }) => `${machineCount} ${cause}`),
      ['5 full', '5 full', '2 waited'],
    );
    await finish(server, agents);
    const after = await get(server, id);
    assert.deepEqual([after.counts.succeeded, after.status], [12, 'completed']);
  },
);

onBothEngines(
  'a number alone: the last ones start when nobody is left to wait for, also where an operator cancels the missing',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 4);
    const made = await deploy(server, { subject, delivery: group(3, null) });
    const { id } = made;
    assert.deepEqual(
      made.warnings.map(({ code }) => code),
      ['group-without-longest-wait'],
    );
    for (const agent of agents.slice(0, 2)) await turnOn(server, agent);
    clock.advance(8 * minute);
    await settle(server);
    assert.deepEqual(await begun(server, id), []);
    const waiting = await runOf(server, id, agents[0]);
    assert.deepEqual(waiting.reason?.params, { ready: 2, wanted: 3, startsAt: null });
    const missing = [await runOf(server, id, agents[2]), await runOf(server, id, agents[3])];
    await server.call(deploymentRoutes.cancelRuns, { body: { runIds: missing.map((run) => run.id) } });
    await settle(server);
    assert.deepEqual(await begun(server, id), ['pc-00', 'pc-01']);
    assert.equal((await wavesOf(server, id))[0]?.cause, 'nobody-else');
  },
);

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

onBothEngines(
  'a machine that goes off or gets another run leaves the group: a wave is of machines that are there',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 4);
    const { id } = await deploy(server, { subject, delivery: group(3, 9) });
    await turnOn(server, agents[0]);
    clock.advance(minute);
    await turnOn(server, agents[1]);
    await turnOff(server, agents[0]);
    const { group: left } = await get(server, id);
    assert.deepEqual([left?.ready, left?.firstReadyAt], [1, noon + minute]);
    const other = await deploy(server, { subject, name: 'other', collectionId: 'all' });
    assert.deepEqual(await begun(server, other.id), ['pc-01']);
    assert.equal((await runOf(server, id, agents[1])).reason?.code, 'earlier-run');
    await finish(server, agents);
    assert.equal((await get(server, id)).group?.ready, 1, 'and comes back after it');
  },
);

onBothEngines(
  'a maintenance window ends the wait of its machines before it is too late for them',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 2);
    const window = {
      id: 'w',
      name: 'noon',
      schedule: { kind: 'at' as const, at: new Date(noon).toISOString() },
      durationMinutes: 60,
    };
    await server.call(windowRoutes.replace, { params: { id: 'all' }, body: { windows: [window] } });
    const { id } = await deploy(server, { subject, delivery: group(9, 240) });
    await turnOn(server, agents[0]);
    const { startsAt } = (await get(server, id)).group ?? {};
    assert.ok(startsAt && startsAt < noon + 60 * minute && startsAt > noon, `${startsAt}`);
    clock.advance(startsAt - noon);
    await report(server, agents[0] as BareAgent, aHeartbeat());
    assert.deepEqual(await begun(server, id), ['pc-00']);
    assert.equal((await wavesOf(server, id))[0]?.cause, 'window');
  },
);

onBothEngines('a group goes on after a restart of the server as if nothing had been', async (t, under) => {
  const { clock, server, agents, subject } = await scene(t, under, 4);
  const { id } = await deploy(server, { subject, delivery: group(4, 5) });
  for (const agent of agents.slice(0, 2)) await turnOn(server, agent);
  // A process that dies remembers nothing: neither the lane nor the timer.
  await server.app.deployments.stop();
  const { databaseUrl } = under;
  await server.kernel.jobs.stop();
  clock.advance(5 * minute);
  const again = await startTestServer({ databaseUrl, clock, dataDir: server.dataDir });
  try {
    await settle(again);
    const [wave] = await again.kernel.db.read.all(
      'SELECT number, cause, machine_count FROM deployments_waves',
    );
    assert.deepEqual({ ...wave }, { number: 1, cause: 'waited', machine_count: 2 });
    const released = await again.kernel.db.read.all(
      'SELECT id FROM deployments_runs WHERE deployment_id = ? AND is_released = 1 AND wave_id IS NOT NULL',
      [id],
    );
    assert.equal(released.length, 2);
  } finally {
    await again.stop();
  }
});

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

onBothEngines('a wave that begins is told in the history of the deployment', async (t, under) => {
  const { server, agents, subject } = await scene(t, under, 1);
  const { id } = await deploy(server, { subject, delivery: group(1, 5) });
  await turnOn(server, agents[0]);
  const { items } = await server.call(listStatusMessages, { query: { code: 'wave-started' } });
  assert.deepEqual(
    items.map(({ params, objects }) => [params.wave, params.machines, params.waveCause, objects[0]?.id]),
    [[1, 1, 'full', id]],
  );
});
