import assert from 'node:assert/strict';
import {
  collectionRoutes,
  deploymentRoutes,
  machineRoutes,
  packageRoutes,
  scenarioRoutes,
} from '@tenkai/protocol';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment, anInventory, aScenario } from '@tenkai/testkit/builders.ts';
import { aCollection, byQuery, createCollection } from '@tenkai/testkit/collections.ts';
import {
  aKnownMachine,
  deploy,
  helloScenario,
  machineWithOrder,
  report,
  runsOf,
  settle,
} from '@tenkai/testkit/deployed.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { failedRun, openOrders, openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../kernel/clock.ts';

onBothEngines(
  'a scenario reaches its machines, is verified on each, and the deployment is complete',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agents = [await aKnownMachine(server, 'a'), await aKnownMachine(server, 'b')];
    const scenarioId = await helloScenario(server);
    const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId } });
    assert.equal((await server.call(machineRoutes.list, { query: { activity: 'running' } })).items.length, 2);
    for (const agent of agents) {
      const [order] = await openRuns(agent);
      assert.ok(order);
      assert.deepEqual(
        order.steps.map((step) => step.kind),
        ['install-package', 'restart'],
      );
      const reply = await report(server, agent, ...wholeRun(order));
      assert.deepEqual(reply.rejected, []);
      assert.deepEqual(await openOrders(agent), [], 'nothing is left to do');
    }
    const runs = await runsOf(server, id);
    assert.deepEqual(
      runs.map((run) => [run.status, run.versionAfter, run.verifiedBy]),
      [
        ['succeeded', '1.0', 'file /opt/hello/version'],
        ['succeeded', '1.0', 'file /opt/hello/version'],
      ],
    );
    const deployment = await server.call(deploymentRoutes.get, { params: { id } });
    assert.deepEqual(
      [deployment.status, deployment.counts.succeeded, deployment.targetCount],
      ['completed', 2, 2],
    );
    const [row] = (await server.call(machineRoutes.list, { query: {} })).items;
    assert.deepEqual([row?.activity, row?.lastRun?.status], ['idle', 'succeeded']);
  },
);

onBothEngines(
  'DIST-16: a program goes to a collection at its time; the deployment is counted, and its messages say at which site',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const [good, bad, outside] = [
      await aKnownMachine(server, 'good'),
      await aKnownMachine(server, 'bad'),
      await aKnownMachine(server, 'outside'),
    ];
    await helloScenario(server);
    const rules = [{ kind: 'direct' as const, machineIds: [good.machineId, bad.machineId] }];
    const { id: collectionId } = await createCollection(server, aCollection('two', { rules }));
    await settle(server);
    const at = new Date(clock.now() + 60 * 60_000).toISOString();
    const { id } = await deploy(server, {
      subject: { kind: 'program', packageId: 'hello', program: 'install' },
      collectionId,
      schedule: { kind: 'at', at },
    });
    const other = await deploy(server, {
      name: 'other',
      subject: { kind: 'program', packageId: 'hello', program: null },
    });
    await server.call(deploymentRoutes.cancel, { params: { id: other.id } });
    await settle(server);
    const status = async () => {
      const { items } = await server.call(listStatusMessages, {
        query: { object: `deployment:${id}`, order: 'oldest' },
      });
      return items.map(({ siteCode, code, machineName }) => [siteCode, code, machineName]);
    };
    assert.deepEqual(await openRuns(good), [], 'its time has not come');
    assert.deepEqual(await status(), []);
    clock.advance(60 * 60_000);
    await report(server, good, aHeartbeat());
    await report(server, bad, aHeartbeat());
    const [goodRun] = await openRuns(good);
    const [badRun] = await openRuns(bad);
    assert.ok(goodRun && badRun);
    await report(server, good, ...wholeRun(goodRun));
    await report(server, bad, failedRun(badRun));
    assert.deepEqual(await openRuns(outside), []);
    assert.deepEqual(await status(), [
      ['TST', 'run-succeeded', 'good'],
      ['TST', 'run-failed', 'bad'],
    ]);
    const {
      status: ended,
      counts,
      targetCount,
    } = await server.call(deploymentRoutes.get, { params: { id } });
    assert.deepEqual([ended, counts.succeeded, counts.failed, targetCount], ['completed', 1, 1, 2]);
  },
);

onBothEngines(
  'DIST-25: package, scenario and collection can be renamed in the middle; the whole cycle goes on by their ids',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await aKnownMachine(server, 'a');
    const scenarioId = await helloScenario(server);
    const draft = aCollection('linux', { rules: [byQuery('os.family = linux')] });
    const { id: collectionId } = await createCollection(server, draft);
    await settle(server);
    const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId }, collectionId });
    await server.call(packageRoutes.update, {
      params: { id: 'hello' },
      body: { draft: aDraft({ name: 'こんにちは' }), contentId: null, revision: 1 },
    });
    await server.call(scenarioRoutes.update, {
      params: { id: scenarioId },
      body: { draft: aScenario({ name: 'renamed' }), revision: 1 },
    });
    await server.call(collectionRoutes.update, {
      params: { id: collectionId },
      body: { ...draft, name: 'renamed', revision: 1 },
    });
    await settle(server);
    const [order] = await openRuns(agent);
    assert.ok(order);
    await report(server, agent, ...wholeRun(order));
    assert.deepEqual(
      (await runsOf(server, id)).map(({ status, versionAfter }) => [status, versionAfter]),
      [['succeeded', '1.0']],
    );
    const again = await deploy(server, { subject: { kind: 'scenario', scenarioId }, collectionId });
    const [next] = await openRuns(agent);
    assert.ok(next);
    await report(server, agent, ...wholeRun(next));
    const done = await server.call(deploymentRoutes.get, { params: { id: again.id } });
    assert.deepEqual(
      [done.status, done.subjectName, done.collectionName],
      ['completed', 'renamed', 'renamed'],
    );
  },
);

onBothEngines(
  'every report twice, in any mix, gives one result for each step',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { agent, id, order } = await machineWithOrder(server);
    const all = wholeRun(order);
    await report(server, agent, ...all, ...all.toReversed(), ...all);
    const [run] = await runsOf(server, id);
    assert.equal(run?.status, 'succeeded');
    const rows = await server.kernel.db.read.all('SELECT * FROM deployments_steps');
    assert.equal(rows.length, order.steps.length);
  },
);

onBothEngines(
  'DIST-20: a deployment is for the generation of its package; a newer machine of the collection is skipped, and told why',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const old = await aKnownMachine(server, 'old');
    const newer = await aKnownMachine(server, 'newer');
    const system = { family: 'windows', id: 'windows-10', version: '10.0', architecture: 'x64' } as const;
    const network = { hostname: 'old', interfaces: [] };
    await report(server, old, aWholeInventory({ ...anInventory(system), network }));
    const target = { operatingSystem: 'windows-10', language: 'any', architecture: 'any' } as const;
    const draft = aDraft({ targets: [target], condition: null });
    await server.call(packageRoutes.create, { body: { draft, contentId: null } });
    const subject = { kind: 'program' as const, packageId: draft.id, program: null };
    const { id } = await deploy(server, { subject });
    const runs = await runsOf(server, id);
    const ends = new Map(runs.map((run) => [run.machineName, [run.status, run.reason?.code ?? null]]));
    assert.deepEqual(ends.get('newer'), ['not-applicable', 'platform-operating-system']);
    assert.deepEqual(ends.get('old'), ['waiting', 'machine-has-not-fetched']);
    assert.deepEqual([(await openRuns(old)).length, (await openRuns(newer)).length], [1, 0]);
  },
);

onBothEngines(
  'DIST-18: a machine that joins later gets the deployment without a new one',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const first = await aKnownMachine(server, 'a');
    const scenarioId = await helloScenario(server);
    const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId } });
    const [order] = await openRuns(first);
    assert.ok(order);
    await report(server, first, ...wholeRun(order));
    assert.equal((await server.call(deploymentRoutes.get, { params: { id } })).status, 'completed');
    const later = await aKnownMachine(server, 'b');
    await settle(server);
    assert.equal((await openRuns(later)).length, 1);
    const after = await server.call(deploymentRoutes.get, { params: { id } });
    assert.deepEqual([after.status, after.targetCount], ['active', 2]);
  },
);

onBothEngines('an available deployment waits until somebody asks for it', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const agent = await aKnownMachine(server, 'a');
  const scenarioId = await helloScenario(server);
  const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId }, purpose: 'available' });
  const [offered] = await runsOf(server, id);
  assert.ok(offered);
  assert.deepEqual([offered.reason?.code, await openOrders(agent)], ['not-requested', []]);
  await server.call(deploymentRoutes.requestRuns, { body: { runIds: [offered.id] } });
  await settle(server);
  assert.equal((await openRuns(agent)).length, 1);
});

onBothEngines('what cannot be deployed is refused, and nothing changes', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const scenarioId = await helloScenario(server);
  const subject = { kind: 'scenario' as const, scenarioId };
  const bad: [Parameters<typeof aDeployment>[0], string][] = [
    [{ subject: { kind: 'scenario', scenarioId: 'none' } }, 'not-found'],
    [{ subject: { kind: 'program', packageId: 'none', program: null } }, 'not-found'],
    [{ subject, collectionId: 'none' }, 'not-found'],
    [{ subject, schedule: { kind: 'at', at: '2001-01-01T00:00:00Z' } }, 'schedule-in-the-past'],
    [{ subject, schedule: { kind: 'at', at: 'tomorrow' } }, 'schedule-wrong'],
  ];
  const before = await dumpWorld(server);
  for (const [over, code] of bad) {
    await assert.rejects(
      server.call(deploymentRoutes.create, { body: aDeployment(over) }),
      refusedWith(code),
    );
  }
  const body = aDeployment({ subject });
  await assert.rejects(
    server.call(deploymentRoutes.create, { body, as: 'viewer' }),
    refusedWith('not-allowed'),
  );
  await assert.rejects(
    server.call(deploymentRoutes.create, { body, as: null }),
    refusedWith('not-signed-in'),
  );
  assert.deepEqual(await dumpWorld(server), before);
});
