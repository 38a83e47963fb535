import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  deploymentRoutes,
  machineRoutes,
  packageRoutes,
  scenarioRoutes,
  updateRoutes,
} from '@tenkai/protocol';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aDeployment, aScenario } from '@tenkai/testkit/builders.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import type { Profile } from '../profiles/profile.ts';
import { profiles } from '../profiles/profiles.ts';
import { startFleet } from './fleet.ts';

const profile: Profile = {
  ...(profiles.classroom as Profile),
  name: 'obedient',
  failures: { exitCode: 0, exitCodes: [1], notDetected: 0, timeLimit: 0, lasting: 0 },
  wantsRestart: 0,
  power: { offAtStart: 0, onMinutes: null, offMinutes: [100_000, 100_000] },
};

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const limit = AbortSignal.timeout(240_000);
  while (!(await look())) {
    if (limit.aborted) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('BSRV-02, BSRV-25: run a scenario, ask for the power state, shut down: each command by the API reaches a simulated machine, which the site then describes', {
  timeout: 300_000,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const stateFolder = await mkdtemp(join(tmpdir(), 'tenkai-commands-'));
  atEnd(t, () => rm(stateFolder, { recursive: true, force: true }));
  const fleet = await startFleet({
    ...{ url: server.baseUrl, count: 1, seed: 3, profile, speed: 500, processes: 1, stateFolder },
    async admit(machines) {
      const body = { name: 'simulation', maxUses: machines, validHours: 1 };
      const { secret, rootFingerprint } = await server.call(enrollmentRoutes.createTicket, { body });
      return { ticket: secret, rootFingerprint };
    },
  });
  atEnd(t, () => fleet.stop());
  const machine = async () => (await server.call(machineRoutes.list, { query: {} })).items[0];
  await until('it is known', async () => (await machine())?.architecture === 'x64');
  const found = await machine();
  assert.ok(found);
  const power = (action: 'query' | 'shut-down') =>
    server.call(machineRoutes.power, { body: { machineIds: [found.id], action } });

  await server.call(packageRoutes.create, { body: { draft: aDraft({ urgency: 'high' }), contentId: null } });
  const { id: scenarioId } = await server.call(scenarioRoutes.create, { body: aScenario() });
  const deployment = aDeployment({ name: 'By command', subject: { kind: 'scenario', scenarioId } });
  await server.call(deploymentRoutes.create, { body: deployment });
  await until('the scenario has run', async () => (await machine())?.lastRun?.status === 'succeeded');

  const { results } = await power('query');
  assert.deepEqual(
    results.map(({ accepted }) => accepted),
    [true],
  );
  assert.equal((await machine())?.powerState, 'on');
  await power('shut-down');
  await until('it is off', async () => (await machine())?.powerState === 'off');

  const row = await machine();
  assert.match(row?.operatingSystem ?? '', /Windows 11|Ubuntu/);
  assert.deepEqual(
    [row?.agentVersion, row?.servicePack, row?.lastRun?.deploymentName, row?.lastRun?.status],
    [server.version, '', 'By command', 'succeeded'],
  );
  const updates = await server.call(updateRoutes.ofMachine, { params: { id: found.id } });
  assert.deepEqual(
    updates.items.map(({ packageId, state }) => [packageId, state]),
    [['hello', 'applied']],
  );
});
