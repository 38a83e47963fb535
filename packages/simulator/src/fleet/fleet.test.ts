import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { plan as planRun, type RunStatus } from '@tenkai/domain';
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
import { predictRun } from '../machine/predict.ts';
import type { Profile } from '../profiles/profile.ts';
import { profiles } from '../profiles/profiles.ts';
import { type FleetOptions, startFleet } from './fleet.ts';

/** Bad installers on machines that are on: everything may go wrong but the time that a test has. */
const profile: Profile = {
  ...(profiles.flaky as Profile),
  name: 'test',
  power: { offAtStart: 0, onMinutes: null, offMinutes: [1, 2] },
  network: { upMinutes: null, awaySeconds: [1, 2] },
};
const seed = 7;
const speed = 2000;

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

async function site(t: TestContext): Promise<TestServer> {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  await server.call(changeSiteSettings, { body: { concurrency: 1000 } });
  return server;
}

async function fleetFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-fleet-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

function optionsFor(server: TestServer, stateFolder: string, over: Partial<FleetOptions> = {}): FleetOptions {
  return {
    url: server.baseUrl,
    count: 200,
    seed,
    profile,
    speed,
    stateFolder,
    processes: 2,
    async admit(machines) {
      const body = { name: 'simulation', maxUses: machines, validHours: 1 };
      const { secret, rootFingerprint } = await server.call(enrollmentRoutes.createTicket, { body });
      return { ticket: secret, rootFingerprint };
    },
    ...over,
  };
}

async function until(look: () => boolean | Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(240_000);
  while (!(await look())) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function runsByName(server: TestServer, id: string) {
  const { items } = await server.call(deploymentRoutes.runs, { params: { id }, query: { limit: 500 } });
  return items;
}

const plan: FleetPlan = { seed, profile, speed };

/** By machine name: how the run must end. */
function predictAll(count: number, retries: number): Map<string, string> {
  const packages = new Map([['hello', aPackage({ ...draft })]]);
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const memory = newMemory(plan, index);
      const planned = planRun({
        scenario,
        packages,
        facts: factsOf(plan, index, memory),
        variables: {},
        matches: () => true,
      });
      const { steps, variables, powerOffAtEnd } = planned;
      const run = { steps, variables, options: { powerOffAtEnd } };
      const { state } = predictRun({ plan, index, installed: memory.installed }, run, retries);
      return [nameOf(plan, index), describe(state.status, state.attempt, state.reason?.code)];
    }),
  );
}

const describe = (status: RunStatus, attempt: number, reason: string | null | undefined) =>
  `${status} at attempt ${attempt}: ${reason ?? 'well'}`;

test('200 machines in two processes end as the seed says, machine by machine', {
  timeout: 300_000,
}, async (t) => {
  const server = await site(t);
  const fleet = await startFleet(optionsFor(server, await fleetFolder(t)));
  atEnd(t, () => fleet.stop());
  await fleet.begun();
  await until(() => fleet.tally().counts.online === 200);
  assert.equal(fleet.processes.length, 2);
  await until(async () => {
    const { items } = await server.call(machineRoutes.list, { query: { limit: 500 } });
    return items.length === 200 && items.every(({ powerState }) => powerState === 'on');
  });
  await server.call(packageRoutes.create, { body: { draft, contentId: null } });
  const { id: scenarioId } = await server.call(scenarioRoutes.create, { body: scenario });
  const deployment = await server.call(deploymentRoutes.create, {
    body: aDeployment({ subject: { kind: 'scenario', scenarioId }, retries: 1 }),
  });
  const isOver = (status: RunStatus) =>
    ['succeeded', 'failed', 'not-applicable', 'cancelled'].includes(status);
  await until(async () => {
    const runs = await runsByName(server, deployment.id);
    return runs.length === 200 && runs.every(({ status }) => isOver(status));
  });
  const runs = await runsByName(server, deployment.id);
  const ended = new Map(
    runs.map(({ machineName, status, attempt, reason }) => [
      machineName,
      describe(status, attempt, reason?.code),
    ]),
  );
  const predicted = predictAll(200, 1);
  assert.deepEqual(new Map([...ended].sort()), new Map([...predicted].sort()));
  const kinds = new Set([...predicted.values()]);
  assert.ok(kinds.size >= 4, `a fleet on which too little happens: ${[...kinds].join(', ')}`);
  const { counts, troubles } = await fleet.stop();
  assert.equal(counts.online, 0);
  assert.equal(counts.ordersRefused, 0);
  // A busy computer answers some calls too late; they are made again, and every machine ended as it should.
  const odd = Object.keys(troubles).filter((trouble) => !trouble.endsWith('(ABORT_ERR)'));
  assert.deepEqual(odd, []);
});
