/** One run at a time, what fails or is refused, and what is tried again. */
import assert from 'node:assert/strict';
import { deploymentRoutes, packageRoutes, updateRoutes } from '@tenkai/protocol';
import { aWholeInventory } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { failedRun, openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import {
  inventory,
  machine,
  minute,
  open,
  packageOf,
  pass,
  policy,
  publish,
  report,
  settle,
  site,
  stateOf,
  work,
} from './updates-for-test.ts';

onBothEngines(
  'BAUT-19: three packages, one of them standalone: one run at a time, the standalone one last with its restart',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await policy(given, { isOn: false });
    const agent = await machine(given, 'a');
    await publish(given, { id: 'alone', urgency: 'highest', standalone: true });
    await publish(given, { id: 'plain', urgency: 'highest' });
    await publish(given, { id: 'restarts', urgency: 'highest', restartAfterInstall: true });
    await policy(given, { isOn: true });
    const runs: string[][] = [];
    for (let [order] = await openRuns(agent); order; [order] = await openRuns(agent)) {
      assert.equal((await openRuns(agent)).length, 1);
      runs.push(order.steps.map((step) => (step.kind === 'install-package' ? step.packageId : step.kind)));
      await report(given, agent, ...wholeRun(order));
    }
    assert.deepEqual(runs, [
      ['plain', 'restart'],
      ['restarts', 'restart', 'restart'],
      ['restart', 'alone', 'restart'],
    ]);
  },
);

onBothEngines(
  'BAUT-17, BAUT-18: a failing package is tried again n times, then held and reported, and the next one goes on',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await policy(given, { attempts: 3, retryMinutes: 60, failureLimitPercent: 100 });
    const agent = await machine(given, 'a');
    await publish(given, { id: 'bad', urgency: 'highest' });
    await publish(given, { id: 'good', urgency: 'highest' });
    let tries = 0;
    const seen: (string | undefined)[] = [];
    for (let hour = 0; hour < 8; hour++) {
      for (let [order] = await openRuns(agent); order; [order] = await openRuns(agent)) {
        const packageId = packageOf(order);
        seen.push(packageId);
        if (packageId === 'bad') tries += 1;
        await report(given, agent, ...(packageId === 'bad' ? [failedRun(order)] : wholeRun(order)));
      }
      await pass(given, 60 * minute);
    }
    assert.deepEqual(seen.slice(0, 2), ['bad', 'good'], 'the next one goes on');
    assert.equal(tries, 3);
    assert.equal(await stateOf(given, agent, 'bad'), 'held update-held-attempts');
    await given.server.call(updateRoutes.release, {
      body: { packageId: 'bad', machineIds: [agent.machineId] },
    });
    await settle(given);
    assert.deepEqual(await work(given, agent), ['bad'], 'released, it is tried again');
    assert.equal(await stateOf(given, agent, 'bad'), 'applied');
  },
);

onBothEngines(
  'BAUT-16: a machine that refuses the condition is not asked again until something on it has changed',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    await publish(given, { urgency: 'highest', condition: { kind: 'file-exists', path: '/needed' } });
    const [order] = await openRuns(agent);
    assert.ok(order);
    const reports = wholeRun(order).map((one) => {
      if (one.kind !== 'step-finished' || one.result.index !== 0) return one;
      const reason = { code: 'condition-not-met', params: {} };
      return { ...one, result: { ...one.result, outcome: 'skipped' as const, reason, detection: [] } };
    });
    await report(given, agent, ...reports);
    assert.equal(await stateOf(given, agent), 'not-applicable update-condition-refused');
    await pass(given, 48 * 60 * minute);
    assert.deepEqual(await open(agent), []);
    const software = [{ name: 'new', version: '1', source: 'dpkg' as const }];
    await report(given, agent, aWholeInventory({ ...inventory('a'), software }));
    assert.deepEqual(await open(agent), ['hello']);
  },
);

onBothEngines(
  'a run that an operator cancels is not begun again by itself; a new revision begins anew',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    await publish(given, { urgency: 'highest' });
    const [order] = await openRuns(agent);
    assert.ok(order);
    await given.server.call(deploymentRoutes.cancelRuns, { body: { runIds: [order.runId] } });
    await settle(given);
    await pass(given, 60 * minute);
    assert.equal(await stateOf(given, agent), 'held update-held');
    const draft = aDraft({ urgency: 'highest', version: '2.0' });
    const body = { draft, contentId: null, revision: 1 };
    await given.server.call(packageRoutes.update, { params: { id: 'hello' }, body });
    await settle(given);
    assert.deepEqual(await work(given, agent), ['hello']);
  },
);
