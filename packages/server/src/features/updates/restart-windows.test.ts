/** Restarts that wait for their window. */
import assert from 'node:assert/strict';
import { deploymentRoutes, updateRoutes, windowRoutes } from '@tenkai/protocol';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import {
  boot,
  machine,
  minute,
  pass,
  policy,
  publish,
  report,
  type Site,
  settle,
  site,
  stateOf,
  work,
} from './updates-for-test.ts';

/** A machine that installs at once and restarts in its window, at 20:00. */
async function restartingInWindow(given: Site) {
  await policy(given, { installWindows: 'ignore', restartWindows: 'respect', restartWarningSeconds: 120 });
  const schedule = {
    kind: 'recurring' as const,
    rule: { every: 'day' as const, interval: 1, at: '20:00' },
    timeZone: 'UTC',
    startsAt: '2026-01-01T00:00:00Z',
  };
  const windows = [{ id: 'w', name: 'evening', schedule, durationMinutes: 120 }];
  await given.server.call(windowRoutes.replace, { params: { id: 'all' }, body: { windows } });
  await settle(given);
  return machine(given, 'a');
}

onBothEngines(
  'BAUT-20: outside of the window it is installed and the restart waits for it, with a warning for the user',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await restartingInWindow(given);
    await publish(given, { urgency: 'highest', restartAfterInstall: true });
    const [order] = await openRuns(agent);
    assert.deepEqual(
      order?.steps.map(({ kind }) => kind),
      ['install-package'],
    );
    assert.deepEqual(await work(given, agent), ['hello']);
    assert.deepEqual(await restartOf(given, agent), { isPlanned: true, isNeeded: true });
    assert.equal(await stateOf(given, agent), 'applied');
    await pass(given, 18 * 60 * minute);
    const [restart] = await openRuns(agent);
    assert.ok(restart?.steps[0]?.kind === 'restart');
    assert.equal(restart.steps[0].delaySeconds, 120);
    await report(given, agent, ...wholeRun(restart));
    assert.deepEqual(await restartOf(given, agent), { isPlanned: false, isNeeded: false });
  },
);

/** What the site says of a machine's restart: whether one is planned, and whether an update needs one. */
async function restartOf({ server }: Site, { machineId }: BareAgent) {
  const told = await server.call(updateRoutes.ofMachine, { params: { id: machineId } });
  return { isPlanned: told.isRestartPending, isNeeded: told.isRestartNeeded };
}

/** Machines for which it was told that their restart after an update was cancelled. */
async function toldCancelled({ server }: Site) {
  const query = { code: 'update.restart-cancelled' };
  return (await server.call(listStatusMessages, { query })).items.map(({ machineId }) => machineId);
}

/** A machine on which an update waits for its restart, and the deployment of such restarts. */
async function waitingForRestart(given: Site) {
  const agent = await restartingInWindow(given);
  await publish(given, { urgency: 'highest', restartAfterInstall: true });
  assert.deepEqual(await work(given, agent), ['hello']);
  assert.deepEqual(await restartOf(given, agent), { isPlanned: true, isNeeded: true });
  const { items } = await given.server.call(deploymentRoutes.list, { query: {} });
  const made = items.find(({ name }) => name === 'Restart after updates');
  assert.ok(made);
  return { agent, deploymentId: made.id };
}

async function cancelRestarts(given: Site, deploymentId: string) {
  const cancelled = { params: { id: deploymentId }, query: { override: true } };
  await given.server.call(deploymentRoutes.cancel, cancelled);
  await settle(given);
}

onBothEngines(
  'DIST-26: where the restarts after updates are cancelled on purpose, no package is held, those that wait are left out, and what was installed goes on saying that it needs one',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const { agent, deploymentId } = await waitingForRestart(given);
    await cancelRestarts(given, deploymentId);
    assert.equal(await stateOf(given, agent), 'applied');
    assert.deepEqual(await restartOf(given, agent), { isPlanned: false, isNeeded: true });
    assert.deepEqual(await toldCancelled(given), [agent.machineId]);
    await pass(given, 18 * 60 * minute);
    assert.deepEqual(await openRuns(agent), []);
    await boot(given, agent);
    assert.deepEqual(await restartOf(given, agent), { isPlanned: false, isNeeded: false });
  },
);

onBothEngines(
  'DIST-26: after restarts were cancelled the next update that needs one gets it, and that is enough for both',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const { agent, deploymentId } = await waitingForRestart(given);
    await cancelRestarts(given, deploymentId);
    await publish(given, { id: 'next', urgency: 'highest', restartAfterInstall: true });
    assert.deepEqual(await work(given, agent), ['next']);
    assert.deepEqual(await restartOf(given, agent), { isPlanned: true, isNeeded: true });
    await pass(given, 18 * 60 * minute);
    const [restart] = await openRuns(agent);
    assert.ok(restart?.steps[0]?.kind === 'restart');
    await report(given, agent, ...wholeRun(restart));
    assert.deepEqual(await restartOf(given, agent), { isPlanned: false, isNeeded: false });
  },
);

onBothEngines(
  'BAUT-20: a machine that restarts by itself meanwhile needs no other restart, and nobody is told that one was cancelled',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const { agent } = await waitingForRestart(given);
    await boot(given, agent);
    assert.deepEqual(await restartOf(given, agent), { isPlanned: false, isNeeded: false });
    assert.deepEqual(await toldCancelled(given), []);
    await pass(given, 18 * 60 * minute);
    assert.deepEqual(await openRuns(agent), []);
  },
);
