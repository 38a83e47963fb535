import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { defaultDelivery, plan as planRun } from '@tenkai/domain';
import {
  deploymentRoutes,
  enrollmentRoutes,
  machineRoutes,
  packageRoutes,
  scenarioRoutes,
  windowRoutes,
} from '@tenkai/protocol';
import type { DeploymentWhatIfRow, RunRow } from '@tenkai/protocol/api/deployments.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aDeployment, aPackage, aScenario } from '@tenkai/testkit/builders.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { factsOf, nameOf, newMemory } from '../machine/facts.ts';
import type { FleetPlan } from '../machine/fleet-plan.ts';
import { predictRun } from '../machine/predict.ts';
import type { Profile } from '../profiles/profile.ts';
import { profiles } from '../profiles/profiles.ts';
import { startFleet } from './fleet.ts';

/** Installers that fail, on machines that stay on. */
const profile: Profile = {
  ...(profiles.flaky as Profile),
  name: 'test',
  power: { offAtStart: 0, onMinutes: null, offMinutes: [1, 2] },
  network: { upMinutes: null, awaySeconds: [1, 2] },
};
const plan: FleetPlan = { seed: 7, profile, speed: 2000 };
const count = 60;
const hour = 3_600_000;
const scenario = aScenario();
const draft = aDraft({ detection: [{ kind: 'file', path: '/opt/hello' }] });

async function until(look: () => Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  while (!(await look())) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function fleetOn(t: TestContext): Promise<TestServer> {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  await server.call(changeSiteSettings, { body: { concurrency: 10 } });
  const stateFolder = await mkdtemp(join(tmpdir(), 'tenkai-what-if-'));
  atEnd(t, () => rm(stateFolder, { recursive: true, force: true }));
  const fleet = await startFleet({
    ...{ url: server.baseUrl, count, seed: plan.seed, profile, speed: plan.speed, stateFolder, processes: 1 },
    async admit(maxUses) {
      const body = { name: 'simulation', maxUses, validHours: 1 };
      const { secret, rootFingerprint } = await server.call(enrollmentRoutes.createTicket, { body });
      return { ticket: secret, rootFingerprint };
    },
  });
  atEnd(t, () => fleet.stop());
  await fleet.begun();
  await until(async () => {
    const { items } = await server.call(machineRoutes.list, { query: { limit: 500 } });
    return items.length === count && items.every(({ powerState }) => powerState === 'on');
  });
  return server;
}

/** Every fifth machine has a window that is too short, every fifth one that opens later. */
async function setWindows(server: TestServer): Promise<void> {
  const { items } = await server.call(machineRoutes.list, { query: { limit: 500 } });
  const idOf = new Map(items.map(({ name, id }) => [name, id]));
  const at = new Date(Date.now() + 2 * hour).toISOString();
  for (const [rest, name, durationMinutes] of [
    [0, 'Short', 9],
    [1, 'Later', 180],
  ] as const) {
    const indexes = Array.from({ length: count }, (_, index) => index).filter((index) => index % 5 === rest);
    const machineIds = indexes.map((index) => idOf.get(nameOf(plan, index)) ?? '');
    const { id } = await createCollection(
      server,
      aCollection(name, { rules: [{ kind: 'direct', machineIds }] }),
    );
    const window = { id: name, name, durationMinutes, schedule: { kind: 'at' as const, at } };
    await server.call(windowRoutes.replace, { params: { id }, body: { windows: [window] } });
  }
  await server.app.collections.settled();
}

/** How the run of each machine ends once it has begun, by the seed. */
function endsBySeed(): Map<string, string> {
  const packages = new Map([['hello', aPackage({ ...draft })]]);
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const memory = newMemory(plan, index);
      const facts = factsOf(plan, index, memory);
      const { steps, variables } = planRun({
        scenario,
        packages,
        facts,
        variables: {},
        matches: () => true,
      });
      const run = { steps, variables, options: { powerOffAtEnd: false } };
      const { state } = predictRun({ plan, index, installed: memory.installed }, run, 0);
      return [nameOf(plan, index), `${state.status} ${state.reason?.code ?? 'well'}`];
    }),
  );
}

const ends = endsBySeed();

/** What what-if says will be seen within the hour. */
function foretold({ outcome, startsAt, wave, reasons, machineName }: DeploymentWhatIfRow, now: number) {
  if (outcome === 'starts' && startsAt !== null && startsAt < now + hour)
    return `wave ${wave}: ${ends.get(machineName)}`;
  return `waiting ${reasons.at(0)?.code}`;
}

function seen({ status, wave, reason, isInGroup }: RunRow): string {
  if (status === 'waiting') return `waiting ${isInGroup ? 'forecast-group' : reason?.code}`;
  return `wave ${wave?.number ?? null}: ${status} ${reason?.code ?? 'well'}`;
}

test('what-if and seed foretell of each of 60 machines its wave and its end, or why it waits', {
  timeout: 180_000,
}, async (t) => {
  const server = await fleetOn(t);
  await setWindows(server);
  await server.call(packageRoutes.create, { body: { draft, contentId: null } });
  const { id: scenarioId } = await server.call(scenarioRoutes.create, { body: scenario });
  const body = aDeployment({
    subject: { kind: 'scenario', scenarioId },
    delivery: { ...defaultDelivery, maxTargets: 7 },
  });
  const told = await server.call(deploymentRoutes.whatIf, { body: { draft: body, limit: 1000 } });
  assert.deepEqual(told.counts, { starts: 48, waits: 0, never: 12, 'not-applicable': 0 });
  const predicted = new Map(told.machines.items.map((row) => [row.machineName, foretold(row, told.askedAt)]));
  const { id } = await server.call(deploymentRoutes.create, { body });
  const runs = async () =>
    (await server.call(deploymentRoutes.runs, { params: { id }, query: { limit: 500 } })).items;
  const wanted = [...predicted.values()].filter((text) => text.startsWith('wave')).length;
  await until(async () => (await runs()).filter(({ finishedAt }) => finishedAt !== null).length >= wanted);
  const real = new Map((await runs()).map((run) => [run.machineName, seen(run)]));
  assert.deepEqual(new Map([...real].sort()), new Map([...predicted].sort()));
  assert.ok(
    new Set(real.values()).size >= 8,
    `a fleet on which too little happens: ${[...new Set(real.values())]}`,
  );
});
