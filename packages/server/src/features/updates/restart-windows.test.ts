/** Restarts that wait for their window. */
import assert from 'node:assert/strict';
import { deploymentRoutes, updateRoutes, windowRoutes } from '@tenkai/protocol';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import {
  machine,
  minute,
  pass,
  policy,
  publish,
  report,
  settle,
  site,
  stateOf,
  work,
} from './updates-for-test.ts';

/** A machine that installs at once and restarts in its window, at 20:00. */
async function restartingInWindow(given: Awaited<ReturnType<typeof site>>) {
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
    const told = () => given.server.call(updateRoutes.ofMachine, { params: { id: agent.machineId } });
    assert.equal((await told()).isRestartPending, true);
    assert.equal(await stateOf(given, agent), 'applied');
    await pass(given, 18 * 60 * minute);
    const [restart] = await openRuns(agent);
    assert.ok(restart?.steps[0]?.kind === 'restart');
    assert.equal(restart.steps[0].delaySeconds, 120);
    await report(given, agent, ...wholeRun(restart));
    assert.equal((await told()).isRestartPending, false);
  },
);

onBothEngines(
  'DIST-26: where the restarts after updates are cancelled on purpose, no package is held, and those that wait are left out',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const a = await restartingInWindow(given);
    await publish(given, { urgency: 'highest', restartAfterInstall: true });
    assert.deepEqual(await work(given, a), ['hello']);
    const { items } = await given.server.call(deploymentRoutes.list, { query: {} });
    const made = items.find(({ name }) => name === 'Restart after updates');
    assert.ok(made);
    const params = { id: made.id };
    await given.server.call(deploymentRoutes.cancel, { params, query: { override: true } });
    await settle(given);
    assert.equal(await stateOf(given, a), 'applied');
    const told = await given.server.call(updateRoutes.ofMachine, { params: { id: a.machineId } });
    assert.equal(told.isRestartPending, false);
    await pass(given, 18 * 60 * minute);
    assert.deepEqual(await openRuns(a), []);
  },
);
