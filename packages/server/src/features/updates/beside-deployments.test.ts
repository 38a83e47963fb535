/** Automatic update beside the deployments of an operator. */
import assert from 'node:assert/strict';
import { deploymentRoutes, scenarioRoutes, updateRoutes } from '@tenkai/protocol';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment, aScenario } from '@tenkai/testkit/builders.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { openRuns } from '@tenkai/testkit/run-reports.ts';
import {
  machine,
  minute,
  open,
  pass,
  policy,
  publish,
  settle,
  site,
  stateOf,
  work,
} from './updates-for-test.ts';

onBothEngines(
  'DIST-26: a deployment of automatic update is cancelled only on purpose; the refusal names its owner, and it stays cancelled',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const a = await machine(given, 'a');
    await publish(given, { urgency: 'highest' });
    assert.equal((await openRuns(a)).length, 1);
    const deployments = async () => (await given.server.call(deploymentRoutes.list, { query: {} })).items;
    const [made] = await deployments();
    assert.ok(made);
    const cancel = (query: { override?: boolean }) =>
      given.server.call(deploymentRoutes.cancel, { as: 'operator', params: { id: made.id }, query });
    await assert.rejects(cancel({}), refusedWith('deployment-of-updates'));
    assert.deepEqual([made.owner, made.status], ['updates', 'active']);
    assert.equal((await openRuns(a)).length, 1, 'nothing has changed');

    await cancel({ override: true });
    await settle(given);
    assert.equal(await stateOf(given, a), 'held update-held');
    const b = await machine(given, 'b');
    await pass(given, 60 * minute);
    assert.deepEqual(await work(given, b), ['hello']);
    assert.deepEqual(
      (await deployments()).map(({ status, targetCount }) => [status, targetCount]),
      [
        ['completed', 1],
        ['cancelled', 1],
      ],
    );
  },
);

onBothEngines(
  'BSCN-01, BPWR-09: one package goes to a machine by a scenario, to another by itself; only the scenario that says so restarts first',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const [a, b] = [await machine(given, 'a'), await machine(given, 'b')];
    const body = { machineIds: [a.machineId], isOptedOut: true };
    await given.server.call(updateRoutes.setOptOut, { body });
    await publish(given, { urgency: 'highest' });
    const firstSteps = async (agent: BareAgent) =>
      (await openRuns(agent)).map(({ steps: [first] }) => first?.kind);
    assert.deepEqual(
      await firstSteps(b),
      ['install-package'],
      'automatic update restarts nothing beforehand',
    );
    assert.deepEqual(await work(given, b), ['hello']);

    const options = { restartAtStart: true, restartAfter: false, powerOffAtEnd: false };
    const scenario = await given.server.call(scenarioRoutes.create, { body: aScenario({ options }) });
    const rules = [{ kind: 'direct' as const, machineIds: [a.machineId] }];
    const { id: collectionId } = await createCollection(given.server, aCollection('one', { rules }));
    await given.server.app.collections.settled();
    const subject = { kind: 'scenario' as const, scenarioId: scenario.id };
    await given.server.call(deploymentRoutes.create, { body: aDeployment({ subject, collectionId }) });
    await settle(given);
    assert.deepEqual(await firstSteps(b), [], 'the scenario is not for this one');
    assert.deepEqual(await firstSteps(a), ['restart']);
    assert.deepEqual(await work(given, a), ['hello']);
    const { items } = await given.server.call(deploymentRoutes.list, { query: {} });
    assert.deepEqual(
      items.map(({ createdBy, counts }) => [createdBy === 'updates', counts.succeeded]).sort(),
      [
        [false, 1],
        [true, 1],
      ],
    );
  },
);

onBothEngines(
  'BPKG-15, BSCN-04: a scenario with an urgent package is warned of, and what it has installed is not delivered once more by automatic update',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await policy(given, { isOn: false });
    const agent = await machine(given, 'a');
    await publish(given, { urgency: 'highest' });
    const steps = [
      { kind: 'install-package' as const, id: 's', name: 's', packageId: 'hello', program: null },
    ];
    const scenario = await given.server.call(scenarioRoutes.create, { body: aScenario({ steps }) });
    assert.deepEqual(
      scenario.problems.map(({ severity, code }) => [severity, code]),
      [['caution', 'urgency-also-automatic']],
    );
    await given.server.call(deploymentRoutes.create, {
      body: aDeployment({ subject: { kind: 'scenario', scenarioId: scenario.id } }),
    });
    await settle(given);
    assert.deepEqual(await work(given, agent), ['hello']);
    await policy(given, { isOn: true });
    await pass(given, 60 * minute);
    assert.deepEqual(await open(agent), []);
    assert.equal(await stateOf(given, agent), 'applied');
    const { items } = await given.server.call(deploymentRoutes.list, { query: {} });
    assert.equal(items.length, 1, 'one deployment, and none of automatic update');
  },
);
