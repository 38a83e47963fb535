import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isFinal, plan as planRun, type RunStatus } from '@tenkai/domain';
import { deploymentRoutes, packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aDeployment, aPackage, aProgram, aScenario, installStep } from '@tenkai/testkit/builders.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { factsOf, nameOf, newMemory } from '../machine/facts.ts';
import type { FleetPlan } from '../machine/fleet-plan.ts';
import { type Prediction, predictRun } from '../machine/predict.ts';
import type { Profile } from '../profiles/profile.ts';
import { profiles } from '../profiles/profiles.ts';
import { type Fleet, startFleet } from './fleet.ts';

/** As it comes: nothing of it is spared. */
const plan: FleetPlan = { seed: 11, profile: profiles.flaky as Profile, speed: 200 };
const count = 60;
const retries = 1;

const draft = aDraft({
  detection: [{ kind: 'file', path: '/opt/hello' }],
  programs: [aProgram({ exitCodes: { success: [0], restart: [3010] } })],
});
const scenario = aScenario({
  steps: [
    installStep('hello'),
    { kind: 'restart', id: 'boot', name: 'Restart' },
    { kind: 'run-script', id: 'script', name: 'Script', interpreter: 'sh', text: 'true' },
  ],
});

async function fleetOn(t: TestContext, server: TestServer): Promise<Fleet> {
  const stateFolder = await mkdtemp(join(tmpdir(), 'tenkai-flaky-'));
  atEnd(t, () => rm(stateFolder, { recursive: true, force: true }));
  const fleet = await startFleet({
    ...{ url: server.baseUrl, count, ...plan, stateFolder, processes: 1 },
    async admit(maxUses) {
      const body = { name: 'simulation', maxUses, validHours: 1 };
      const { secret, rootFingerprint } = await server.call(enrollmentRoutes.createTicket, { body });
      return { ticket: secret, rootFingerprint };
    },
  });
  atEnd(t, () => fleet.stop());
  await fleet.begun();
  return fleet;
}

async function until(look: () => Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(240_000);
  while (!(await look())) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** By machine name, from the seed alone. */
function predictAll(): Map<string, Prediction> {
  const packages = new Map([['hello', aPackage({ ...draft })]]);
  const predict = (index: number): [string, Prediction] => {
    const memory = newMemory(plan, index);
    const facts = factsOf(plan, index, memory);
    const planned = planRun({ scenario, packages, facts, variables: {}, matches: () => true });
    const run = { steps: planned.steps, variables: planned.variables, options: { powerOffAtEnd: false } };
    return [nameOf(plan, index), predictRun({ plan, index, installed: memory.installed }, run, retries)];
  };
  return new Map(Array.from({ length: count }, (_, index) => predict(index)));
}

const describe = (status: RunStatus, attempt: number, reason: string | null | undefined) =>
  `${status} at attempt ${attempt}: ${reason ?? 'well'}`;

test('lines that break, late answers, machines that go off or restart in the middle: each still ends as the seed says', {
  timeout: 300_000,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  await server.call(changeSiteSettings, { body: { concurrency: 1000 } });
  const fleet = await fleetOn(t, server);
  await until(async () => {
    const { items } = await server.call(machineRoutes.list, { query: { limit: 500 } });
    return items.length === count && items.every(({ architecture }) => architecture !== '');
  });
  await server.call(packageRoutes.create, { body: { draft, contentId: null } });
  const { id: scenarioId } = await server.call(scenarioRoutes.create, { body: scenario });
  const { id } = await server.call(deploymentRoutes.create, {
    body: aDeployment({ subject: { kind: 'scenario', scenarioId }, retries }),
  });
  const runs = async () =>
    (await server.call(deploymentRoutes.runs, { params: { id }, query: { limit: 500 } })).items;
  await until(async () => (await runs()).filter(({ status }) => isFinal(status)).length === count);

  const ended = (await runs()).map(({ machineName, status, attempt, reason }): [string, string] => [
    machineName,
    describe(status, attempt, reason?.code),
  ]);
  const predicted = predictAll();
  const wanted = [...predicted].map(([name, { state }]): [string, string] => [
    name,
    describe(state.status, state.attempt, state.reason?.code),
  ]);
  assert.deepEqual(new Map(ended.sort()), new Map(wanted.sort()));

  const { counts } = await fleet.stop();
  const sum = (of: 'restarts' | 'crashes') => [...predicted.values()].reduce((all, one) => all + one[of], 0);
  assert.ok(sum('crashes') >= 3, 'a fleet on which too little happens');
  assert.deepEqual([counts.restarts, counts.crashes], [sum('restarts'), sum('crashes')]);
  assert.equal(counts.ordersRefused, 0);
});
