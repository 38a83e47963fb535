import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { agentPackageId, agentScenarioName } from '@tenkai/domain';
import { deploymentRoutes, packageRoutes, scenarioRoutes, updateRoutes } from '@tenkai/protocol';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aDeployment } from '@tenkai/testkit/builders.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import type { Profile } from '../profiles/profile.ts';
import { profiles } from '../profiles/profiles.ts';
import { startFleet } from './fleet.ts';

const count = 20;
const old = '0.0.9';
const profile: Profile = {
  ...(profiles.classroom as Profile),
  name: 'old agents',
  systems: [{ id: 'debian', version: '12', architecture: 'x64', share: 1 }],
  failures: { exitCode: 0, exitCodes: [1], notDetected: 0, timeLimit: 0, lasting: 0 },
  wantsRestart: 0,
  agentVersion: old,
};

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const limit = AbortSignal.timeout(240_000);
  while (!(await look())) {
    if (limit.aborted) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('BAGT-08: the built-in scenario upgrades 20 simulated old agents over the real protocol', {
  timeout: 300_000,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const work = await mkdtemp(join(tmpdir(), 'tenkai-agent-upgrade-'));
  atEnd(t, () => rm(work, { recursive: true, force: true }));
  // By hand: nothing comes by itself.
  await server.call(updateRoutes.setPolicy, { body: { upgradesAgents: false } });
  await writeFile(join(work, `tenkai-agent_${server.version}_amd64.deb`), 'agent');
  await server.app.addBuiltIn(work);
  const fleet = await startFleet({
    ...{ url: server.baseUrl, count, seed: 8, profile, speed: 500, processes: 1 },
    stateFolder: join(work, 'fleet'),
    async admit(machines) {
      const body = { name: 'simulation', maxUses: machines, validHours: 1 };
      const { secret, rootFingerprint } = await server.call(enrollmentRoutes.createTicket, { body });
      return { ticket: secret, rootFingerprint };
    },
  });
  atEnd(t, () => fleet.stop());
  const allHave = (version: string) => async () => {
    const { items } = await server.call(machineRoutes.list, { query: { limit: 100 } });
    return (
      items.length === count &&
      items.every(({ agentVersion, architecture }) => agentVersion === version && architecture !== '')
    );
  };
  await until('all are there with the old version', allHave(old));
  const { items } = await server.call(scenarioRoutes.list, { query: {} });
  const scenario = items.find(({ name }) => name === agentScenarioName);
  assert.ok(scenario);
  const { id } = await server.call(deploymentRoutes.create, {
    body: aDeployment({ subject: { kind: 'scenario', scenarioId: scenario.id } }),
  });
  await until('all are as new as the server', allHave(server.version));
  await until('every run has succeeded', async () => {
    const runs = await server.call(deploymentRoutes.runs, { params: { id }, query: { limit: 100 } });
    return runs.items.length === count && runs.items.every(({ status }) => status === 'succeeded');
  });
  const { draft } = await server.call(packageRoutes.get, { params: { id: agentPackageId } });
  assert.equal(draft.version, server.version);
});
