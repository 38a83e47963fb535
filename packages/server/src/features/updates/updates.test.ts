import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { PackageDraft, UpdatePolicy } from '@tenkai/domain';
import {
  collectionRoutes,
  deploymentRoutes,
  packageRoutes,
  scenarioRoutes,
  updateRoutes,
  windowRoutes,
} from '@tenkai/protocol';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment, anInventory, aScenario } from '@tenkai/testkit/builders.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { failedRun, openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock, type FakeClock } from '../../kernel/clock.ts';

const minute = 60_000;

interface Site {
  readonly server: TestServer;
  readonly clock: FakeClock;
  /** Boot ids of the machines that are on; they go on speaking while time passes. */
  readonly awake: Map<BareAgent, string>;
}

async function site(
  t: TestContext,
  databaseUrl: string | undefined,
  at = Date.UTC(2026, 0, 5, 2),
): Promise<Site> {
  const clock = createFakeClock(at);
  const server = await startTestServer({ databaseUrl, clock });
  atEnd(t, () => server.stop());
  const given = { server, clock, awake: new Map() };
  await settle(given);
  return given;
}

async function settle({ server }: Site) {
  for (let round = 0; round < 4; round++) {
    await server.kernel.events.idle();
    await server.kernel.jobs.idle();
    await server.app.updates.idle();
    await server.app.deployments.idle();
  }
}

/** Time passes in steps of the sweep, as it does. */
async function pass(given: Site, ms: number) {
  for (const step of [ms, 10_000]) {
    given.clock.advance(step);
    for (const [agent, bootId] of given.awake) await agent.report(aHeartbeat({ bootId }));
    await settle(given);
  }
}

const xp = { operatingSystem: 'windows-xp', language: 'any', architecture: 'any' } as const;

let boots = 0;

async function boot(given: Site, agent: BareAgent) {
  boots += 1;
  const bootId = `boot-${boots}`;
  given.awake.set(agent, bootId);
  await agent.report(aHeartbeat({ state: 'starting', bootId }), aHeartbeat({ state: 'running', bootId }));
  await settle(given);
}

async function shutDown(given: Site, agent: BareAgent) {
  const bootId = given.awake.get(agent) ?? '';
  given.awake.delete(agent);
  await agent.report(aHeartbeat({ state: 'shutting-down', bootId }));
  await settle(given);
}

async function machine(given: Site, name: string, servicePack?: number): Promise<BareAgent> {
  const agent = await enrolledAgent(given.server, { name });
  await agent.report(aWholeInventory(inventory(name, servicePack)));
  await boot(given, agent);
  given.clock.advance(1000);
  return agent;
}

function inventory(name: string, servicePack?: number) {
  const network = { hostname: name, interfaces: [] };
  if (servicePack === undefined) return { ...anInventory(), network };
  const level = servicePack === 0 ? {} : { servicePack: { major: servicePack, minor: 0 } };
  return { ...anInventory({ family: 'windows', id: 'windows-xp', version: '5.1', ...level }), network };
}

async function publish(given: Site, over: Partial<PackageDraft> = {}) {
  await given.server.call(packageRoutes.create, { body: { draft: aDraft(over), contentId: null } });
  await settle(given);
}

async function policy(given: Site, change: Partial<UpdatePolicy>) {
  await given.server.call(updateRoutes.setPolicy, { body: change });
  await settle(given);
}

async function report(given: Site, agent: BareAgent, ...reports: Parameters<BareAgent['report']>) {
  await agent.report(...reports);
  await settle(given);
}

const packageOf = (order: RunOrder) =>
  order.steps.flatMap((step) => ('packageId' in step ? step.packageId : []))[0];

async function open(agent: BareAgent): Promise<(string | undefined)[]> {
  return (await openRuns(agent)).map(packageOf);
}

/** Does what it was told; the packages in the order in which they came. */
async function work(
  given: Site,
  agent: BareAgent,
  atRestart?: (packageId: string) => Promise<void>,
): Promise<string[]> {
  const done: string[] = [];
  for (let [order] = await openRuns(agent); order; [order] = await openRuns(agent)) {
    const packageId = packageOf(order) ?? 'restart';
    assert.ok(done.length < 20, `it does not end: ${done}`);
    done.push(packageId);
    const reports = wholeRun(order);
    await report(given, agent, ...reports.slice(0, -1));
    await atRestart?.(packageId);
    await report(given, agent, ...reports.slice(-1));
  }
  return done;
}

async function stateOf({ server }: Site, agent: BareAgent, packageId = 'hello') {
  const { items } = await server.call(updateRoutes.ofMachine, { params: { id: agent.machineId } });
  const row = items.find((one) => one.packageId === packageId);
  return row ? `${row.state} ${row.reason?.code ?? ''}`.trim() : 'absent';
}

onBothEngines(
  'BAUT-01, BAUT-02, BAUT-03: highest goes to every machine at once without a scenario; normal and low never',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agents = [await machine(given, 'a'), await machine(given, 'b')];
    await publish(given, { urgency: 'highest' });
    await publish(given, { id: 'normal', urgency: 'normal' });
    await publish(given, { id: 'low', urgency: 'low' });
    for (const agent of agents) {
      assert.deepEqual(await open(agent), ['hello']);
      assert.equal(await stateOf(given, agent), 'delivering machine-has-not-fetched');
      assert.deepEqual(await work(given, agent), ['hello']);
      assert.equal(await stateOf(given, agent), 'applied');
    }
    for (let day = 0; day < 3; day++) await pass(given, 24 * 60 * minute);
    for (const agent of agents)
      assert.deepEqual(await open(agent), [], 'nothing comes twice, and nothing else');
    const { items } = await given.server.call(updateRoutes.packages);
    assert.deepEqual(
      items.map((row) => [row.packageId, row.counts.applied]),
      [['hello', 2]],
    );
    const { items: deployments } = await given.server.call(deploymentRoutes.list, { query: {} });
    assert.deepEqual(
      deployments.map((row) => [row.createdBy, row.status, row.counts.succeeded]),
      [['updates', 'completed', 2]],
    );
  },
);

onBothEngines(
  'BAGT-13, BAUT-04, BAUT-06, BAUT-08: a machine that was off gets it after its start, with its part of the delay',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await policy(given, { startDelayMinutes: 10 });
    const agent = await machine(given, 'a');
    await shutDown(given, agent);
    await publish(given, { urgency: 'highest' });
    await publish(given, { id: 'high', urgency: 'high' });
    assert.equal(await stateOf(given, agent), 'waiting-start update-at-start');
    await pass(given, 6 * 60 * minute);
    assert.deepEqual(await open(agent), []);
    await boot(given, agent);
    const { items } = await given.server.call(updateRoutes.ofMachine, { params: { id: agent.machineId } });
    assert.deepEqual(
      items.map(({ state, reason }) => [state, reason?.code]),
      [
        ['waiting-start', 'update-start-delay'],
        ['waiting-start', 'update-start-delay'],
      ],
    );
    await pass(given, 10 * minute);
    assert.deepEqual(await work(given, agent), ['hello', 'high'], 'high does not wait for the set time');
  },
);

onBothEngines(
  'BAUT-08: machines that start together are spread over the delay, never more at once than the site allows, and all finish',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await given.server.call(changeSiteSettings, { body: { concurrency: 5 } });
    await policy(given, { startDelayMinutes: 10 });
    const agents: BareAgent[] = [];
    for (let n = 0; n < 40; n++) agents.push(await enrolledAgent(given.server, { name: `m${n}` }));
    for (const agent of agents) await agent.report(aWholeInventory(inventory(agent.name)));
    await settle(given);
    await publish(given, { urgency: 'highest' });
    for (const agent of agents) {
      given.awake.set(agent, 'morning');
      await agent.report(
        aHeartbeat({ state: 'starting', bootId: 'morning' }),
        aHeartbeat({ state: 'running', bootId: 'morning' }),
      );
    }
    await settle(given);
    const finished = new Set<BareAgent>();
    const begunAt: number[] = [];
    for (let half = 0; half < 24; half++) {
      await pass(given, 20_000);
      for (;;) {
        const active = [];
        for (const agent of agents) {
          const [order] = finished.has(agent) ? [] : await openRuns(agent);
          if (order) active.push({ agent, order });
        }
        assert.ok(active.length <= 5, `${active.length} at once`);
        if (active.length === 0) break;
        for (const { agent, order } of active) {
          finished.add(agent);
          begunAt.push(half);
          await agent.report(...wholeRun(order));
        }
        await settle(given);
      }
    }
    assert.equal(finished.size, agents.length, 'all of them');
    const steps = new Set(begunAt).size;
    assert.ok(steps >= 8, `they began in ${steps} of 20 half minutes`);
  },
);

onBothEngines(
  'BAUT-08: machines that are first known after a package was registered are spread over the delay, too',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await policy(given, { startDelayMinutes: 10 });
    // Whether it suits a machine is seen by the inventory alone, which comes last.
    await publish(given, { urgency: 'highest', targets: [xp] });
    const agents: BareAgent[] = [];
    for (const [name, state] of [
      ['booted', 'starting'],
      ['installed', 'running'],
    ] as const) {
      const agent = await enrolledAgent(given.server, { name });
      given.awake.set(agent, name);
      // As the agent does it: that it is there, and then what it is.
      await report(given, agent, aHeartbeat({ state, bootId: name }));
      await report(given, agent, aHeartbeat({ state: 'running', bootId: name }));
      given.clock.advance(1000);
      await report(given, agent, aWholeInventory(inventory(name, 3)));
      agents.push(agent);
    }
    for (const agent of agents) {
      assert.equal(await stateOf(given, agent), 'waiting-start update-start-delay', agent.name);
    }
    await pass(given, 10 * minute);
    for (const agent of agents) assert.deepEqual(await work(given, agent), ['hello'], agent.name);
  },
);

onBothEngines('BAUT-05: high goes at the set time of the policy', async (t, { databaseUrl }) => {
  const given = await site(t, databaseUrl);
  await policy(given, { time: '12:00', timeZone: 'Asia/Tokyo' });
  const agent = await machine(given, 'a');
  await publish(given, { urgency: 'high' });
  assert.equal(await stateOf(given, agent), 'waiting-time update-set-time');
  await pass(given, 59 * minute - 20_000);
  assert.deepEqual(await open(agent), [], '02:59 in UTC');
  await pass(given, minute);
  assert.deepEqual(await open(agent), ['hello']);
  const read = await given.server.call(updateRoutes.policy);
  assert.deepEqual([read.time, read.timeZone], ['12:00', 'Asia/Tokyo']);
  await assert.rejects(
    given.server.call(updateRoutes.setPolicy, { body: { timeZone: 'Mars/Olympus' } }),
    refusedWith('draft-invalid'),
  );
  await assert.rejects(
    given.server.call(updateRoutes.setPolicy, { as: 'operator', body: { time: '01:00' } }),
    refusedWith('not-allowed'),
  );
});

const servicePack = (major: number, over: Partial<PackageDraft> = {}): Partial<PackageDraft> => ({
  id: `SP${major}`,
  type: 'service-pack',
  majorVersion: major,
  minorVersion: 0,
  urgency: 'highest',
  restartAfterInstall: true,
  targets: [xp],
  ...over,
});

onBothEngines(
  'BAUT-10, BAUT-11, BAUT-13: a machine without a service pack ends at SP3 by itself, each step and restart logged',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const none = await machine(given, 'none', 0);
    const one = await machine(given, 'one', 1);
    await publish(given, servicePack(3, { requires: [{ anyOf: ['SP1', 'SP2'] }] }));
    assert.equal(await stateOf(given, none, 'SP3'), 'not-applicable update-prerequisite-not-registered');
    assert.deepEqual(await open(none), []);
    await publish(given, servicePack(1));
    assert.deepEqual(await open(one), ['SP3'], 'the latest at once where it can go');
    const level = async (packageId: string) => {
      await boot(given, none);
      await report(given, none, aWholeInventory(inventory('none', Number(packageId.slice(2)))));
    };
    assert.deepEqual(await work(given, none, level), ['SP1', 'SP3']);
    assert.equal(await stateOf(given, none, 'SP3'), 'applied');
    assert.equal(await stateOf(given, none, 'SP1'), 'applied');
    const rows = await given.server.kernel.db.read.all<{ code: string; params: string }>(
      "SELECT code, params FROM status_messages WHERE machine_id = ? AND (component = 'updates' OR code = 'machine.on') ORDER BY seq",
      [none.machineId],
    );
    const log = rows.map(({ code, params }) => [
      code,
      (JSON.parse(params) as { packageId?: string }).packageId,
    ]);
    assert.deepEqual(log.slice(1), [
      ['update.begun-for', 'SP1'],
      ['machine.on', undefined],
      ['update.applied', 'SP1'],
      ['update.begun', 'SP3'],
      ['machine.on', undefined],
      ['update.applied', 'SP3'],
    ]);
  },
);

onBothEngines(
  'BAUT-14: the prerequisite goes by automatic update first, and the newer one when it is registered afterwards',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    await publish(given, { id: 'SP1', urgency: 'highest' });
    assert.deepEqual(await work(given, agent), ['SP1']);
    await publish(given, { id: 'SP3', urgency: 'highest', requires: [{ anyOf: ['SP1', 'SP2'] }] });
    assert.deepEqual(await work(given, agent), ['SP3']);
  },
);

onBothEngines(
  'BAUT-19: three packages, one of them standalone: one run at a time, the standalone one last with its restart',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await policy(given, { isOn: false });
    const agent = await machine(given, 'a');
    await publish(given, { id: 'alone', urgency: 'highest', standalone: true });
    await publish(given, { id: 'plain', urgency: 'highest' });
    await publish(given, { id: 'restarts', urgency: 'highest', restartAfterInstall: true });
    await policy(given, { isOn: true });
    const runs: string[][] = [];
    for (let [order] = await openRuns(agent); order; [order] = await openRuns(agent)) {
      assert.equal((await openRuns(agent)).length, 1);
      runs.push(order.steps.map((step) => (step.kind === 'install-package' ? step.packageId : step.kind)));
      await report(given, agent, ...wholeRun(order));
    }
    assert.deepEqual(runs, [
      ['plain', 'restart'],
      ['restarts', 'restart', 'restart'],
      ['restart', 'alone', 'restart'],
    ]);
  },
);

onBothEngines(
  'BAUT-15: after a scenario has brought the prerequisite, the newer comes by itself',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    await publish(given, { id: 'base', urgency: 'normal' });
    await publish(given, { id: 'newer', urgency: 'highest', requires: [{ anyOf: ['base'] }] });
    assert.equal(await stateOf(given, agent, 'newer'), 'not-applicable update-prerequisite-missing');
    const subject = { kind: 'program' as const, packageId: 'base', program: null };
    await given.server.call(deploymentRoutes.create, { body: aDeployment({ subject }) });
    await settle(given);
    assert.deepEqual(await work(given, agent), ['base', 'newer']);
  },
);

onBothEngines(
  'BAUT-17, BAUT-18: a failing package is tried again n times, then held and reported, and the next one goes on',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await policy(given, { attempts: 3, retryMinutes: 60, failureLimitPercent: 100 });
    const agent = await machine(given, 'a');
    await publish(given, { id: 'bad', urgency: 'highest' });
    await publish(given, { id: 'good', urgency: 'highest' });
    let tries = 0;
    const seen: (string | undefined)[] = [];
    for (let hour = 0; hour < 8; hour++) {
      for (let [order] = await openRuns(agent); order; [order] = await openRuns(agent)) {
        const packageId = packageOf(order);
        seen.push(packageId);
        if (packageId === 'bad') tries += 1;
        await report(given, agent, ...(packageId === 'bad' ? [failedRun(order)] : wholeRun(order)));
      }
      await pass(given, 60 * minute);
    }
    assert.deepEqual(seen.slice(0, 2), ['bad', 'good'], 'the next one goes on');
    assert.equal(tries, 3);
    assert.equal(await stateOf(given, agent, 'bad'), 'held update-held-attempts');
    await given.server.call(updateRoutes.release, {
      body: { packageId: 'bad', machineIds: [agent.machineId] },
    });
    await settle(given);
    assert.deepEqual(await work(given, agent), ['bad'], 'released, it is tried again');
    assert.equal(await stateOf(given, agent, 'bad'), 'applied');
  },
);

onBothEngines(
  'BAUT-16: a machine that refuses the condition is not asked again until something on it has changed',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    await publish(given, { urgency: 'highest', condition: { kind: 'file-exists', path: '/needed' } });
    const [order] = await openRuns(agent);
    assert.ok(order);
    const reports = wholeRun(order).map((one) => {
      if (one.kind !== 'step-finished' || one.result.index !== 0) return one;
      const reason = { code: 'condition-not-met', params: {} };
      return { ...one, result: { ...one.result, outcome: 'skipped' as const, reason, detection: [] } };
    });
    await report(given, agent, ...reports);
    assert.equal(await stateOf(given, agent), 'not-applicable update-condition-refused');
    await pass(given, 48 * 60 * minute);
    assert.deepEqual(await open(agent), []);
    const software = [{ name: 'new', version: '1', source: 'dpkg' as const }];
    await report(given, agent, aWholeInventory({ ...inventory('a'), software }));
    assert.deepEqual(await open(agent), ['hello']);
  },
);

/** A machine that installs at once and restarts in its window, at 20:00. */
async function restartingInWindow(given: Awaited<ReturnType<typeof site>>) {
  await policy(given, { installWindows: 'ignore', restartWindows: 'respect', restartWarningSeconds: 120 });
  const schedule = {
    kind: 'recurring' as const,
    rule: { every: 'day' as const, interval: 1, at: '20:00' },
    timeZone: 'UTC',
    startsAt: '2026-01-01T00:00:00Z',
  };
  const windows = [{ id: 'w', name: 'evening', schedule, durationMinutes: 120 }];
  await given.server.call(windowRoutes.replace, { params: { id: 'all' }, body: { windows } });
  await settle(given);
  return machine(given, 'a');
}

onBothEngines(
  'BAUT-20: outside of the window it is installed and the restart waits for it, with a warning for the user',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await restartingInWindow(given);
    await publish(given, { urgency: 'highest', restartAfterInstall: true });
    const [order] = await openRuns(agent);
    assert.deepEqual(
      order?.steps.map(({ kind }) => kind),
      ['install-package'],
    );
    assert.deepEqual(await work(given, agent), ['hello']);
    const told = () => given.server.call(updateRoutes.ofMachine, { params: { id: agent.machineId } });
    assert.equal((await told()).isRestartPending, true);
    assert.equal(await stateOf(given, agent), 'applied');
    await pass(given, 18 * 60 * minute);
    const [restart] = await openRuns(agent);
    assert.ok(restart?.steps[0]?.kind === 'restart');
    assert.equal(restart.steps[0].delaySeconds, 120);
    await report(given, agent, ...wholeRun(restart));
    assert.equal((await told()).isRestartPending, false);
  },
);

onBothEngines(
  'BAUT-25: a failing package stops after the pilot; a good one goes on when it has proved itself',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const pilots = [await machine(given, 'p1'), await machine(given, 'p2')];
    const others = await Promise.all(['o1', 'o2', 'o3', 'o4'].map((name) => machine(given, name)));
    const rules = [{ kind: 'direct' as const, machineIds: pilots.map(({ machineId }) => machineId) }];
    const { id: collectionId } = await createCollection(given.server, aCollection('pilot', { rules }));
    await given.server.app.collections.settled();
    await settle(given);
    const rings = [{ collectionId, successPercent: 100, soakMinutes: 60 }];
    await policy(given, { rings, failureLimitPercent: 20, attempts: 1 });
    await publish(given, { id: 'bad', urgency: 'highest' });
    for (const agent of others) assert.equal(await stateOf(given, agent, 'bad'), 'waiting-time update-ring');
    for (const agent of pilots) {
      const [order] = await openRuns(agent);
      assert.ok(order);
      await report(given, agent, failedRun(order));
    }
    await pass(given, 48 * 60 * minute);
    for (const agent of others) {
      assert.deepEqual(await open(agent), []);
      assert.equal(await stateOf(given, agent, 'bad'), 'held update-halted');
    }
    await publish(given, { id: 'good', urgency: 'highest' });
    for (const agent of pilots) assert.deepEqual(await work(given, agent), ['good']);
    for (const agent of others) assert.deepEqual(await open(agent), [], 'it soaks');
    await pass(given, 60 * minute);
    for (const agent of others) assert.deepEqual(await work(given, agent), ['good']);
    const { items } = await given.server.call(updateRoutes.packages);
    assert.deepEqual(
      items.map(({ packageId, openRing, held }) => [packageId, openRing, held?.code ?? null]),
      [
        ['bad', 0, 'update-halted'],
        ['good', 1, null],
      ],
    );
  },
);

onBothEngines(
  'DIST-26: a collection that automatic update works with is not deleted by the way; the refusal names its owner',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const { id } = await createCollection(given.server, aCollection('pilot', { rules: [] }));
    await policy(given, { rings: [{ collectionId: id, successPercent: 100, soakMinutes: 0 }] });
    const remove = () => given.server.call(collectionRoutes.remove, { params: { id } });
    await assert.rejects(remove(), /a ring of automatic update/);
    await policy(given, { rings: [] });
    await remove();
  },
);

onBothEngines(
  'DIST-26: a deployment of automatic update is cancelled only on purpose; the refusal names its owner, and it stays cancelled',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const a = await machine(given, 'a');
    await publish(given, { urgency: 'highest' });
    assert.equal((await openRuns(a)).length, 1);
    const deployments = async () => (await given.server.call(deploymentRoutes.list, { query: {} })).items;
    const [made] = await deployments();
    assert.ok(made);
    const cancel = (query: { override?: boolean }) =>
      given.server.call(deploymentRoutes.cancel, { as: 'operator', params: { id: made.id }, query });
    await assert.rejects(cancel({}), refusedWith('deployment-of-updates'));
    assert.deepEqual([made.owner, made.status], ['updates', 'active']);
    assert.equal((await openRuns(a)).length, 1, 'nothing has changed');

    await cancel({ override: true });
    await settle(given);
    assert.equal(await stateOf(given, a), 'held update-held');
    const b = await machine(given, 'b');
    await pass(given, 60 * minute);
    assert.deepEqual(await work(given, b), ['hello']);
    assert.deepEqual(
      (await deployments()).map(({ status, targetCount }) => [status, targetCount]),
      [
        ['completed', 1],
        ['cancelled', 1],
      ],
    );
  },
);

onBothEngines(
  'DIST-26: where the restarts after updates are cancelled on purpose, no package is held, and those that wait are left out',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const a = await restartingInWindow(given);
    await publish(given, { urgency: 'highest', restartAfterInstall: true });
    assert.deepEqual(await work(given, a), ['hello']);
    const { items } = await given.server.call(deploymentRoutes.list, { query: {} });
    const made = items.find(({ name }) => name === 'Restart after updates');
    assert.ok(made);
    const params = { id: made.id };
    await given.server.call(deploymentRoutes.cancel, { params, query: { override: true } });
    await settle(given);
    assert.equal(await stateOf(given, a), 'applied');
    const told = await given.server.call(updateRoutes.ofMachine, { params: { id: a.machineId } });
    assert.equal(told.isRestartPending, false);
    await pass(given, 18 * 60 * minute);
    assert.deepEqual(await openRuns(a), []);
  },
);

onBothEngines(
  'BSCN-01, BPWR-09: one package goes to a machine by a scenario, to another by itself; only the scenario that says so restarts first',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const [a, b] = [await machine(given, 'a'), await machine(given, 'b')];
    const body = { machineIds: [a.machineId], isOptedOut: true };
    await given.server.call(updateRoutes.setOptOut, { body });
    await publish(given, { urgency: 'highest' });
    const firstSteps = async (agent: BareAgent) =>
      (await openRuns(agent)).map(({ steps: [first] }) => first?.kind);
    assert.deepEqual(
      await firstSteps(b),
      ['install-package'],
      'automatic update restarts nothing beforehand',
    );
    assert.deepEqual(await work(given, b), ['hello']);

    const options = { restartAtStart: true, restartAfter: false, powerOffAtEnd: false };
    const scenario = await given.server.call(scenarioRoutes.create, { body: aScenario({ options }) });
    const rules = [{ kind: 'direct' as const, machineIds: [a.machineId] }];
    const { id: collectionId } = await createCollection(given.server, aCollection('one', { rules }));
    await given.server.app.collections.settled();
    const subject = { kind: 'scenario' as const, scenarioId: scenario.id };
    await given.server.call(deploymentRoutes.create, { body: aDeployment({ subject, collectionId }) });
    await settle(given);
    assert.deepEqual(await firstSteps(b), [], 'the scenario is not for this one');
    assert.deepEqual(await firstSteps(a), ['restart']);
    assert.deepEqual(await work(given, a), ['hello']);
    const { items } = await given.server.call(deploymentRoutes.list, { query: {} });
    assert.deepEqual(
      items.map(({ createdBy, counts }) => [createdBy === 'updates', counts.succeeded]).sort(),
      [
        [false, 1],
        [true, 1],
      ],
    );
  },
);

onBothEngines(
  'BAUT-26: machines and collections that are excluded are never touched, and can be let in again',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const [a, b] = [await machine(given, 'a'), await machine(given, 'b')];
    const optOut = async (body: { machineIds?: string[]; collectionIds?: string[]; isOptedOut: boolean }) => {
      await given.server.call(updateRoutes.setOptOut, { body });
      await settle(given);
    };
    await optOut({ machineIds: [a.machineId], isOptedOut: true });
    await publish(given, { urgency: 'highest' });
    assert.deepEqual([await open(a), await open(b)], [[], ['hello']]);
    assert.equal(await stateOf(given, a), 'not-applicable update-opted-out');
    const { machines } = await given.server.call(updateRoutes.optOuts);
    assert.deepEqual(machines, [{ id: a.machineId, name: 'a' }]);
    await optOut({ collectionIds: ['all'], isOptedOut: true });
    await optOut({ machineIds: [a.machineId], isOptedOut: false });
    assert.deepEqual(await open(a), []);
    await optOut({ collectionIds: ['all'], isOptedOut: false });
    assert.deepEqual(await open(a), ['hello']);
  },
);

onBothEngines(
  'a package that is held back goes to nobody who has not begun; a preview says what would happen, and changes nothing',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    await policy(given, { isOn: false });
    await publish(given, { urgency: 'highest' });
    assert.deepEqual(await open(agent), []);
    const preview = await given.server.call(updateRoutes.preview, { body: { policy: { isOn: true } } });
    assert.deepEqual(
      [
        preview.machineCount,
        preview.startCount,
        preview.starts[0]?.packageId,
        preview.packages[0]?.counts.delivering,
      ],
      [1, 1, 'hello', 1],
    );
    assert.deepEqual(await open(agent), []);
    await policy(given, { isOn: true });
    assert.deepEqual(await open(agent), ['hello'], 'as it was foretold');
    await given.server.call(updateRoutes.hold, { body: { packageId: 'hello', note: 'see ticket 7' } });
    await settle(given);
    assert.deepEqual(await open(agent), []);
    assert.equal(await stateOf(given, agent), 'held update-package-held');
    await given.server.call(updateRoutes.release, { body: { packageId: 'hello' } });
    await settle(given);
    assert.deepEqual(await work(given, agent), ['hello']);
  },
);

onBothEngines(
  'BAUT-26: what waits is withdrawn where automatic update is turned off, or held back or excluded for one machine; what a machine has begun goes on',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const [a, b] = [await machine(given, 'a'), await machine(given, 'b')];
    const rules = [{ kind: 'direct' as const, machineIds: [a.machineId] }];
    const { id: collectionId } = await createCollection(given.server, aCollection('one', { rules }));
    await given.server.app.collections.settled();
    await publish(given, { urgency: 'highest' });
    const [machineIds, collectionIds] = [[a.machineId], [collectionId]];
    const hold = { packageId: 'hello', machineIds };
    const { call } = given.server;
    const stops: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      ['policy', () => policy(given, { isOn: false }), () => policy(given, { isOn: true })],
      [
        'hold',
        () => call(updateRoutes.hold, { body: { ...hold, note: 'ticket' } }),
        () => call(updateRoutes.release, { body: hold }),
      ],
      ...[{ machineIds }, { collectionIds }, { collectionIds: ['all'] }].map(
        (of): [string, () => Promise<unknown>, () => Promise<unknown>] => [
          `exclude ${Object.keys(of)}`,
          () => call(updateRoutes.setOptOut, { body: { ...of, isOptedOut: true } }),
          () => call(updateRoutes.setOptOut, { body: { ...of, isOptedOut: false } }),
        ],
      ),
    ];
    const [begun] = await openRuns(b);
    assert.ok(begun);
    await report(given, b, ...wholeRun(begun).slice(0, 2));
    for (const [name, stop, start] of stops) {
      assert.deepEqual(await open(a), ['hello'], `before ${name}`);
      await stop();
      await settle(given);
      assert.deepEqual([await open(a), await open(b)], [[], ['hello']], name);
      await start();
      await settle(given);
    }
    assert.deepEqual([await work(given, a), await work(given, b)], [['hello'], ['hello']]);
  },
);

onBothEngines(
  'BAGT-06: upgrades of agents that wait are withdrawn where they are turned off, and other packages are not',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const [a, b] = [await machine(given, 'a'), await machine(given, 'b')];
    await publish(given, { id: 'agents', type: 'agent', urgency: 'highest' });
    await given.server.call(updateRoutes.hold, {
      body: { packageId: 'agents', machineIds: [b.machineId], note: 'other first' },
    });
    await publish(given, { urgency: 'highest' });
    assert.deepEqual([await open(a), await open(b)], [['agents'], ['hello']]);
    await policy(given, { upgradesAgents: false });
    assert.deepEqual([await open(a), await open(b)], [['hello'], ['hello']]);
    assert.equal(await stateOf(given, a, 'agents'), 'held update-agents-off');
  },
);

onBothEngines(
  'a run that an operator cancels is not begun again by itself; a new revision begins anew',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    await publish(given, { urgency: 'highest' });
    const [order] = await openRuns(agent);
    assert.ok(order);
    await given.server.call(deploymentRoutes.cancelRuns, { body: { runIds: [order.runId] } });
    await settle(given);
    await pass(given, 60 * minute);
    assert.equal(await stateOf(given, agent), 'held update-held');
    const draft = aDraft({ urgency: 'highest', version: '2.0' });
    const body = { draft, contentId: null, revision: 1 };
    await given.server.call(packageRoutes.update, { params: { id: 'hello' }, body });
    await settle(given);
    assert.deepEqual(await work(given, agent), ['hello']);
  },
);

onBothEngines(
  'BPKG-15, BSCN-04: a scenario with an urgent package is warned of, and what it has installed is not delivered once more by automatic update',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await policy(given, { isOn: false });
    const agent = await machine(given, 'a');
    await publish(given, { urgency: 'highest' });
    const steps = [
      { kind: 'install-package' as const, id: 's', name: 's', packageId: 'hello', program: null },
    ];
    const scenario = await given.server.call(scenarioRoutes.create, { body: aScenario({ steps }) });
    assert.deepEqual(
      scenario.problems.map(({ severity, code }) => [severity, code]),
      [['caution', 'urgency-also-automatic']],
    );
    await given.server.call(deploymentRoutes.create, {
      body: aDeployment({ subject: { kind: 'scenario', scenarioId: scenario.id } }),
    });
    await settle(given);
    assert.deepEqual(await work(given, agent), ['hello']);
    await policy(given, { isOn: true });
    await pass(given, 60 * minute);
    assert.deepEqual(await open(agent), []);
    assert.equal(await stateOf(given, agent), 'applied');
    const { items } = await given.server.call(deploymentRoutes.list, { query: {} });
    assert.equal(items.length, 1, 'one deployment, and none of automatic update');
  },
);
