import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { enrollmentRoutes, packageRoutes, updateRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import type { Profile } from '../profiles/profile.ts';
import { profiles } from '../profiles/profiles.ts';
import { startFleet } from './fleet.ts';

const count = 60;
/** On for 2 to 6 seconds, off for 1 to 3, without end; an install takes about one, and never fails by itself. */
const profile: Profile = {
  ...(profiles.office as Profile),
  name: 'toggling',
  latencySeconds: [1, 20],
  stepSeconds: { install: [50, 150], program: [1, 1], script: [1, 1], copy: [1, 1] },
  failures: { exitCode: 0, exitCodes: [1], notDetected: 0, timeLimit: 0, lasting: 0 },
  wantsRestart: 0,
  power: { offAtStart: 0.3, onMinutes: [3.3, 10], offMinutes: [1.6, 5] },
  network: { upMinutes: null, awaySeconds: [1, 2] },
};

test('BPWR-13: machines that go on and off over the real protocol end with the package, exactly once', {
  timeout: 300_000,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const stateFolder = await mkdtemp(join(tmpdir(), 'tenkai-race-'));
  atEnd(t, () => rm(stateFolder, { recursive: true, force: true }));
  await server.call(updateRoutes.setPolicy, { body: { startDelayMinutes: 0 } });
  const fleet = await startFleet({
    ...{ url: server.baseUrl, count, seed: 13, profile, speed: 100, stateFolder, processes: 1 },
    async admit(maxUses) {
      const body = { name: 'simulation', maxUses, validHours: 1 };
      const { secret, rootFingerprint } = await server.call(enrollmentRoutes.createTicket, { body });
      return { ticket: secret, rootFingerprint };
    },
  });
  atEnd(t, () => fleet.stop());
  await fleet.begun();
  const draft = aDraft({ urgency: 'highest', detection: [{ kind: 'file', path: '/opt/hello' }] });
  await server.call(packageRoutes.create, { body: { draft, contentId: null } });
  const signal = AbortSignal.timeout(240_000);
  const applied = async () =>
    (await server.call(updateRoutes.packages)).items.find((row) => row.packageId === 'hello')?.counts.applied;
  while ((await applied()) !== count) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const { db } = server.kernel;
  const begun = await db.read.all<{ n: number }>(
    "SELECT count(*) AS n FROM status_messages WHERE code = 'update.begun' GROUP BY machine_id",
  );
  assert.deepEqual(
    begun.map(({ n }) => n),
    Array(count).fill(1),
  );
  const results = await db.read.all<{ result: string }>(
    'SELECT result FROM deployments_steps WHERE step_index = 0',
  );
  // One that found the package there already would have been skipped.
  const outcomes = results.map(({ result }) => (JSON.parse(result) as { outcome: string }).outcome);
  assert.deepEqual(outcomes, Array(count).fill('succeeded'));
  const { counts } = await fleet.stop();
  assert.equal(counts.ordersRefused, 0);
});
