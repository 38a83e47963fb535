import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { PackageDraft, UpdatePolicy } from '@tenkai/domain';
import { enrollmentRoutes, packageRoutes, updateRoutes } from '@tenkai/protocol';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, createBareAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns, runReport, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { seeded } from '@tenkai/testkit/simulated-group.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock, type FakeClock } from '../../kernel/clock.ts';

const count = 1000;
/** As often as the site looks whose time has come. */
const sweepMs = 10_000;

/** A machine as it is; the site knows of it what its agent has said. */
interface Machine {
  readonly agent: BareAgent;
  isOn: boolean;
  boots: number;
  /** What it was doing when it lost its power. */
  half: RunOrder | null;
  /** Packages in the order in which they were really installed. */
  readonly installs: string[];
}

interface Site {
  readonly server: TestServer;
  readonly clock: FakeClock;
  readonly machines: readonly Machine[];
}

/** A thousand machines that the site knows, and that are off. */
async function site(t: TestContext, change: Partial<UpdatePolicy>, concurrency: number): Promise<Site> {
  const clock = createFakeClock(Date.UTC(2026, 0, 5, 2, 59));
  const server = await startTestServer({ clock });
  atEnd(t, () => server.stop());
  await server.call(changeSiteSettings, { body: { concurrency } });
  await server.call(updateRoutes.setPolicy, { body: change });
  const body = { name: 'tests', maxUses: count, validHours: 1 };
  const { secret: ticket } = await server.call(enrollmentRoutes.createTicket, { body });
  const machines = await eachOf([...Array(count).keys()], async (index) => {
    const name = `m${index}`;
    // Each from its own address: one that asks too often is told to wait.
    const remoteAddress = `10.0.${index >> 8}.${index & 255}`;
    const agent = createBareAgent(server, { name, remoteAddress });
    await agent.enroll({ ticket });
    await agent.report(aWholeInventory({ ...anInventory(), network: { hostname: name, interfaces: [] } }));
    return { agent, isOn: false, boots: 0, half: null, installs: [] };
  });
  const given = { server, clock, machines };
  await settle(given);
  return given;
}

/** Many at once, as sockets are. */
async function eachOf<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const walk = async () => {
    for (const [index, item] of queue) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: 40 }, walk));
  return results;
}

async function settle({ server }: Pick<Site, 'server'>) {
  for (let round = 0; round < 4; round++) {
    await server.kernel.events.idle();
    await server.kernel.jobs.idle();
    await server.app.updates.idle();
    await server.app.deployments.idle();
  }
}

async function publish({ server }: Site, id: string, urgency: PackageDraft['urgency']) {
  const draft = aDraft({ id, urgency, detection: [{ kind: 'file', path: `/opt/${id}` }] });
  await server.call(packageRoutes.create, { body: { draft, contentId: null } });
}

async function applied({ server }: Site, packageId: string): Promise<number> {
  const { items } = await server.call(updateRoutes.packages);
  return items.find((row) => row.packageId === packageId)?.counts.applied ?? 0;
}

/** Machines whose runs have been released, as the site has it. */
async function released({ server, machines }: Site): Promise<Machine[]> {
  const rows = await server.kernel.db.read.all<{ id: string }>(
    'SELECT machine_id AS id FROM deployments_runs WHERE is_released = 1',
  );
  const ids = new Set(rows.map(({ id }) => id));
  return machines.filter(({ agent }) => ids.has(agent.machineId));
}

async function switchOn(machine: Machine) {
  const { agent } = machine;
  machine.isOn = true;
  machine.boots += 1;
  const bootId = `boot-${machine.boots}`;
  await agent.report(aHeartbeat({ state: 'starting', bootId }), aHeartbeat({ state: 'running', bootId }));
}

async function switchOff(machine: Machine) {
  machine.isOn = false;
  await machine.agent.report(aHeartbeat({ state: 'shutting-down', bootId: `boot-${machine.boots}` }));
}

const packageOf = (order: RunOrder) =>
  order.steps.flatMap((step) => ('packageId' in step ? step.packageId : []))[0] ?? '';

function reportsOf(machine: Machine, order: RunOrder) {
  machine.installs.push(packageOf(order));
  return wholeRun(order);
}

test('BAUT-08: 1,000 machines that start together begin after their own delays, never more at once than the limit, and all finish', async (t) => {
  const limit = 50;
  const given = await site(t, { startDelayMinutes: 2 }, limit);
  const { clock, machines } = given;
  await publish(given, 'hello', 'highest');
  await settle(given);
  await eachOf(machines, switchOn);
  await settle(given);
  const begunIn: number[] = [];
  let most = 0;
  for (let sweep = 0; sweep <= 12; sweep++) {
    let begun = 0;
    for (let now = await released(given); now.length > 0; now = await released(given)) {
      most = Math.max(most, now.length);
      begun += now.length;
      await eachOf(now, async (machine) => {
        const [order] = await openRuns(machine.agent);
        if (order) await machine.agent.report(...reportsOf(machine, order));
      });
      await settle(given);
    }
    begunIn.push(begun);
    clock.advance(sweepMs);
    await settle(given);
  }
  assert.equal(most, limit, 'more were due at once, and not more began');
  assert.ok(
    machines.every(({ installs }) => installs.join() === 'hello'),
    'each once',
  );
  assert.equal(await applied(given, 'hello'), count);
  // A twelfth of them in each sweep of the two minutes, as chance has it: far from all, far from none.
  const spread = begunIn.filter((begun) => begun > count / 48 && begun < count / 4);
  assert.ok(spread.length >= 11, `begun in each sweep: ${begunIn}`);
});

test('BPWR-13: 1,000 machines go on and off while the urgency decides; each ends with each package, exactly once', async (t) => {
  const given = await site(t, { startDelayMinutes: 0, time: '03:01' }, count);
  const { machines } = given;
  const random = seeded(13);
  const some = (share: number) => machines.filter(() => random() < share);
  const race: Race = { interrupted: 0, metOff: 0, losesPower: () => random() < 0.2 };
  await eachOf(some(0.7), switchOn);
  await settle(given);
  const registered = [publish(given, 'urgent', 'highest'), publish(given, 'nightly', 'high')];
  // Twelve sweeps of ten seconds: the set time passes in the middle of them.
  for (let sweep = 0; sweep < 12; sweep++) await oneSweep(given, race, some(0.25));
  await Promise.all(registered);
  assert.ok(race.interrupted > 50, `${race.interrupted} runs lost their power`);
  assert.ok(race.metOff > 50, `${race.metOff} orders met a machine that had gone off`);
  const calm: Race = { ...race, losesPower: () => false };
  const isDone = async () =>
    (await applied(given, 'urgent')) + (await applied(given, 'nightly')) === 2 * count;
  for (let sweep = 0; sweep < 12 && !(await isDone()); sweep++)
    await oneSweep(
      given,
      calm,
      machines.filter(({ isOn }) => !isOn),
    );
  await oneSweep(given, calm, []);
  const ends = Map.groupBy(machines, ({ installs }) => [...installs].sort().join());
  assert.deepEqual(
    [...ends].map(([installs, those]) => [installs, those.length]),
    [['nightly,urgent', count]],
  );
  assert.ok(await isDone(), 'the site knows it, too');
});

interface Race {
  interrupted: number;
  metOff: number;
  readonly losesPower: () => boolean;
}

/** All at the same time: some machines go on or off, those that are told to install do so, and the site decides. */
async function oneSweep(given: Site, race: Race, toggled: readonly Machine[]) {
  const working = (await released(given)).filter((machine) => !toggled.includes(machine));
  race.metOff += working.filter(({ isOn }) => !isOn).length;
  const acts = [
    ...toggled.map((machine) => () => (machine.isOn ? switchOff(machine) : switchOn(machine))),
    ...working.filter(({ isOn }) => isOn).map((machine) => () => work(machine, race)),
  ];
  await eachOf(acts, (act) => act());
  given.clock.advance(sweepMs);
  await settle(given);
}

async function work(machine: Machine, race: Race): Promise<void> {
  const { agent, half } = machine;
  if (half) {
    machine.half = null;
    const [, ...rest] = reportsOf(machine, half);
    await agent.report(runReport(half, 'resumed'), ...rest);
    return;
  }
  const [order] = await openRuns(agent);
  if (!order) return;
  if (!race.losesPower()) {
    await agent.report(...reportsOf(machine, order));
    return;
  }
  race.interrupted += 1;
  machine.half = order;
  await agent.report(runReport(order, 'received'));
  await switchOff(machine);
}
