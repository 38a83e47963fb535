/** A site with packages of agents old, own and newer, and machines that come up with one of them. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { agentPackageId, agentScenarioName } from '@tenkai/domain';
import { scenarioRoutes, updateRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { openRuns } from '@tenkai/testkit/run-reports.ts';
import { eventually, settle } from '@tenkai/testkit/settle.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock, type FakeClock } from '../../kernel/clock.ts';
import { serverVersion } from '../../kernel/version.ts';

/** One minute, in milliseconds. */
export const minute = 60_000;

/** A version before that of the server. */
export const old = '0.0.9';

/** The own package for Debian. */
export const ofDebian = { id: agentPackageId, kind: 'deb', architecture: 'x64' } as const;

/** A site under a clock of its own, with a folder of packages. */
export interface Site {
  readonly server: TestServer;
  readonly clock: FakeClock;
  readonly agents: Map<BareAgent, string>;
  readonly agentsDir: string;
}

/** A site that ends with the test. */
export async function site(t: TestContext, databaseUrl: string | undefined): Promise<Site> {
  const clock = createFakeClock(Date.UTC(2026, 0, 5, 2));
  const server = await startTestServer({ databaseUrl, clock });
  atEnd(t, () => server.stop());
  const agentsDir = await mkdtemp(join(tmpdir(), 'tenkai-agents-'));
  atEnd(t, () => rm(agentsDir, { recursive: true, force: true }));
  for (const version of [old, serverVersion, '99.0'])
    for (const name of [`tenkai-agent_${version}_amd64.deb`, `tenkai-agent-${version}-1.x86_64.rpm`])
      await writeFile(join(agentsDir, name), `agent ${version}`);
  await mkdir(join(agentsDir, 'other'));
  return { server, clock, agents: new Map(), agentsDir };
}

/** Time passes; the machines go on speaking. */
export async function pass(given: Site, ms: number) {
  for (const step of [ms, 10_000]) {
    given.clock.advance(step);
    for (const [agent, bootId] of given.agents) await agent.report(aHeartbeat({ bootId, agentVersion: old }));
    await settle(given.server);
  }
}

let boots = 0;

/** A machine that comes up with an agent of this version, installed by that package manager. */
export async function comesUp(
  given: Site,
  name: string,
  agentVersion: string,
  source: 'dpkg' | 'rpm' = 'dpkg',
): Promise<BareAgent> {
  const known = [...given.agents.keys()].find((agent) => agent.name === name);
  const agent = known ?? (await enrolledAgent(given.server, { name }));
  boots += 1;
  const bootId = `boot-${boots}`;
  given.agents.set(agent, bootId);
  await agent.report(aWholeInventory(inventory(name, agentVersion, source)));
  for (const state of ['starting', 'running'] as const)
    await agent.report(aHeartbeat({ state, bootId, agentVersion }));
  await settle(given.server);
  return agent;
}

/** What a machine tells, with its agent among the software. */
export function inventory(hostname: string, version: string, source: 'dpkg' | 'rpm' = 'dpkg') {
  return {
    ...anInventory(),
    network: { hostname, interfaces: [] },
    // The version of an rpm has its release.
    software: [{ source, name: 'tenkai-agent', version: source === 'rpm' ? `${version}-1` : version }],
  };
}

/** The server takes up the packages of the folder, as at its start. */
export async function upToDate(given: Site) {
  await given.server.app.addBuiltIn(given.agentsDir);
  await settle(given.server);
}

/** The own scenario. */
export async function builtIn({ server }: Site) {
  const { items } = await server.call(scenarioRoutes.list, { query: {} });
  const row = items.find(({ name }) => name === agentScenarioName);
  assert.ok(row);
  return server.call(scenarioRoutes.get, { params: { id: row.id } });
}

/** How far the upgrade of a machine is. */
export async function upgradeOf({ server }: Site, { machineId }: BareAgent) {
  const { items } = await server.call(updateRoutes.ofMachine, { params: { id: machineId } });
  const row = items.find(({ packageId }) => packageId === agentPackageId);
  assert.ok(row);
  return row;
}

/** The order that a machine gets. */
export const orderFor = ({ server }: Site, agent: BareAgent) =>
  eventually(server, `an order for ${agent.name}`, async () => (await openRuns(agent))[0]);

/** The row of a machine, once it is in this state. */
export const untilState = (given: Site, agent: BareAgent, wanted: string) =>
  eventually(given.server, `${agent.name} is ${wanted}`, async () => {
    const row = await upgradeOf(given, agent);
    return row.state === wanted && row;
  });
