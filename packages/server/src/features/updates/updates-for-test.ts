/** A site of its own for each test of automatic update, machines that work off their orders, and time that passes. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { PackageDraft, UpdatePolicy } from '@tenkai/domain';
import { packageRoutes, updateRoutes } from '@tenkai/protocol';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock, type FakeClock } from '../../kernel/clock.ts';

/** One minute, in milliseconds. */
export const minute = 60_000;

/** A site under a clock of its own. */
export interface Site {
  readonly server: TestServer;
  readonly clock: FakeClock;
  /** Boot ids of the machines that are on; they go on speaking while time passes. */
  readonly awake: Map<BareAgent, string>;
}

/** A site that ends with the test. */
export async function site(
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

/** Everything that an act brings about has happened. */
export async function settle({ server }: Site) {
  for (let round = 0; round < 4; round++) {
    await server.kernel.events.idle();
    await server.kernel.jobs.idle();
    await server.app.updates.idle();
    await server.app.deployments.idle();
  }
}

/** Time passes in steps of the sweep, as it does. */
export async function pass(given: Site, ms: number) {
  for (const step of [ms, 10_000]) {
    given.clock.advance(step);
    for (const [agent, bootId] of given.awake) await agent.report(aHeartbeat({ bootId }));
    await settle(given);
  }
}

/** What suits Windows XP alone. */
export const xp = { operatingSystem: 'windows-xp', language: 'any', architecture: 'any' } as const;

let boots = 0;

/** The machine comes on, and stays awake. */
export async function boot(given: Site, agent: BareAgent) {
  boots += 1;
  const bootId = `boot-${boots}`;
  given.awake.set(agent, bootId);
  await agent.report(aHeartbeat({ state: 'starting', bootId }), aHeartbeat({ state: 'running', bootId }));
  await settle(given);
}

/** A machine that is on and has told what it is. */
export async function machine(given: Site, name: string, servicePack?: number): Promise<BareAgent> {
  const agent = await enrolledAgent(given.server, { name });
  await agent.report(aWholeInventory(inventory(name, servicePack)));
  await boot(given, agent);
  given.clock.advance(1000);
  return agent;
}

/** A Linux machine, or a Windows XP at a service pack. */
export function inventory(name: string, servicePack?: number) {
  const network = { hostname: name, interfaces: [] };
  if (servicePack === undefined) return { ...anInventory(), network };
  const level = servicePack === 0 ? {} : { servicePack: { major: servicePack, minor: 0 } };
  return { ...anInventory({ family: 'windows', id: 'windows-xp', version: '5.1', ...level }), network };
}

/** Registers a package of this site. */
export async function publish(given: Site, over: Partial<PackageDraft> = {}) {
  await given.server.call(packageRoutes.create, { body: { draft: aDraft(over), contentId: null } });
  await settle(given);
}

/** Changes the policy of automatic update. */
export async function policy(given: Site, change: Partial<UpdatePolicy>) {
  await given.server.call(updateRoutes.setPolicy, { body: change });
  await settle(given);
}

/** A machine reports, and the site has taken it in. */
export async function report(given: Site, agent: BareAgent, ...reports: Parameters<BareAgent['report']>) {
  await agent.report(...reports);
  await settle(given);
}

/** The package of an order; a restart alone has none. */
export const packageOf = (order: RunOrder) =>
  order.steps.flatMap((step) => ('packageId' in step ? step.packageId : []))[0];

/** The packages that a machine is told to install now. */
export async function open(agent: BareAgent): Promise<(string | undefined)[]> {
  return (await openRuns(agent)).map(packageOf);
}

/** Does what it was told; the packages in the order in which they came. */
export async function work(
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

/** The state of a package on a machine, with the code of its reason. */
export async function stateOf({ server }: Site, agent: BareAgent, packageId = 'hello') {
  const { items } = await server.call(updateRoutes.ofMachine, { params: { id: agent.machineId } });
  const row = items.find((one) => one.packageId === packageId);
  return row ? `${row.state} ${row.reason?.code ?? ''}`.trim() : 'absent';
}
