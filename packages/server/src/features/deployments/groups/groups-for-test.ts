/** Machines that are off and a clock that stands still for each test of groups, and what is asked of a deployment. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type DeliverySettings, defaultDelivery } from '@tenkai/domain';
import { deploymentRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, type BareAgent } from '@tenkai/testkit/bare-agent.ts';
import type { EngineUnderTest } from '@tenkai/testkit/both-engines.ts';
import {
  aKnownMachine,
  helloScenario,
  report,
  runsOf as runsAsMade,
  settle,
} from '@tenkai/testkit/deployed.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

/** When each scene begins. */
export const noon = Date.parse('2026-03-02T12:00:00Z');

/** One minute, in milliseconds. */
export const minute = 60_000;

/** Machines that are off, a scenario for them, and a clock that stands still. */
export async function scene(t: TestContext, { databaseUrl }: EngineUnderTest, count: number) {
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
export const turnOn = (server: TestServer, agent: BareAgent | undefined) =>
  report(server, agent as BareAgent, aHeartbeat());

/** A delivery that waits for others. */
export function group(maxTargets: number | null, maxWaitMinutes: number | null): DeliverySettings {
  return { ...defaultDelivery, maxTargets, maxWaitMinutes };
}

/** By the names of their machines. */
export const runsOf = async (server: TestServer, id: string) =>
  (await runsAsMade(server, id)).toSorted((a, b) => (a.machineName < b.machineName ? -1 : 1));

/** Names of the machines that have got their order. */
export async function begun(server: TestServer, id: string): Promise<string[]> {
  const runs = await runsOf(server, id);
  return runs.filter(({ delivery }) => delivery !== null).map(({ machineName }) => machineName);
}

/** The deployment with its group. */
export const get = (server: TestServer, id: string) => server.call(deploymentRoutes.get, { params: { id } });

/** The waves that have begun, in their order. */
export const wavesOf = async (server: TestServer, id: string) =>
  (await server.call(deploymentRoutes.waves, { params: { id } })).items;

/** The run of one machine. */
export const runOf = async (server: TestServer, id: string, agent: BareAgent | undefined) => {
  const run = (await runsOf(server, id)).find(({ machineId }) => machineId === agent?.machineId);
  assert.ok(run);
  return run;
};

/** The machines do what they were told. */
export async function finish(server: TestServer, agents: readonly BareAgent[]) {
  for (const agent of agents) {
    for (const order of await openRuns(agent)) await report(server, agent, ...wholeRun(order));
  }
}
