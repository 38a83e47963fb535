/** Which machines get the agent of the server, in which kind of package, and when. */
import assert from 'node:assert/strict';
import { agentPackageId } from '@tenkai/domain';
import { packageRoutes, updateRoutes } from '@tenkai/protocol';
import { aHeartbeat, aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { eventually, settle } from '@tenkai/testkit/settle.ts';
import { serverVersion } from '../../kernel/version.ts';
import {
  builtIn,
  comesUp,
  inventory,
  minute,
  old,
  orderFor,
  pass,
  site,
  untilState,
  upToDate,
} from './agent-upgrade-for-test.ts';

onBothEngines(
  'BAGT-06: an agent older than the server is upgraded when its machine comes up, and its history says so; a newer one is left alone',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await upToDate(given);
    const agent = await comesUp(given, 'old', old);
    const newer = await comesUp(given, 'newer', '99.0');
    const foreign = await enrolledAgent(given.server, { name: 'foreign' });
    await foreign.report(aWholeInventory({ ...inventory('foreign', old), software: [] }));
    await foreign.report(aHeartbeat({ agentVersion: old }));
    await settle(given.server);
    await pass(given, 11 * minute);
    for (const other of [newer, foreign]) assert.deepEqual(await openRuns(other), []);
    const order = await orderFor(given, agent);
    const [step] = order.steps;
    assert.ok(step?.kind === 'install-package');
    assert.deepEqual([step.packageId, step.packageVersion], [agentPackageId, serverVersion]);
    await agent.report(...wholeRun(order));
    await agent.report(aWholeInventory(inventory('old', serverVersion)));
    await untilState(given, agent, 'applied');
    const codes = await given.server.kernel.db.read.all<{ code: string }>(
      "SELECT code FROM status_messages WHERE machine_id = ? AND component = 'updates' ORDER BY seq",
      [agent.machineId],
    );
    assert.deepEqual(
      codes.map(({ code }) => code),
      ['update.begun', 'update.applied'],
    );
    assert.deepEqual(await openRuns(agent), []);
  },
);

onBothEngines(
  'BAGT-06: an agent that rpm installed takes the .rpm, one that dpkg installed the .deb; of the other one the machine says why not',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await upToDate(given);
    const byRpm = await comesUp(given, 'by-rpm', old, 'rpm');
    const byDpkg = await comesUp(given, 'by-dpkg', old);
    await pass(given, 11 * minute);
    const rpmId = `${agentPackageId}_rpm`;
    for (const [agent, packageId, file] of [
      [byRpm, rpmId, 'tenkai-agent.rpm'],
      [byDpkg, agentPackageId, 'tenkai-agent.deb'],
    ] as const) {
      const [step] = (await orderFor(given, agent)).steps;
      assert.ok(step?.kind === 'install-package');
      assert.equal(step.packageId, packageId);
      const { files } = await given.server.call(packageRoutes.get, { params: { id: packageId } });
      assert.ok(files.some(({ path }) => path.endsWith(`/${file}`)));
    }
    const order = await orderFor(given, byRpm);
    await byRpm.report(...wholeRun(order));
    await byRpm.report(aWholeInventory(inventory('by-rpm', serverVersion, 'rpm')));
    await eventually(given.server, 'it is applied', async () => {
      const { items } = await given.server.call(updateRoutes.ofMachine, { params: { id: byRpm.machineId } });
      const of = (id: string) => items.find(({ packageId }) => packageId === id);
      const other = of(agentPackageId);
      return (
        of(rpmId)?.state === 'applied' &&
        other?.state === 'not-applicable' &&
        other.reason?.code === 'condition-package-installed'
      );
    });
    const windows = await enrolledAgent(given.server, { name: 'windows' });
    const system = {
      family: 'windows',
      id: 'windows-11',
      name: 'Windows 11',
      version: '10.0.22631',
    } as const;
    await windows.report(aWholeInventory({ ...anInventory(system), software: [] }));
    await settle(given.server);
    const { items } = await given.server.call(updateRoutes.ofMachine, { params: { id: windows.machineId } });
    assert.deepEqual(
      items.map(({ state, reason }) => [state, reason?.code]),
      [rpmId, agentPackageId].map(() => ['not-applicable', 'platform-operating-system']),
    );
    const { steps } = (await builtIn(given)).draft;
    assert.deepEqual(
      steps.map(({ id }) => id),
      [rpmId, agentPackageId],
      'each machine takes the step that suits it',
    );
  },
);

onBothEngines(
  'BAGT-06: agents stay as they are where the setting is off, and take their turn in rings where it is on',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const set = async (body: Parameters<typeof given.server.call<typeof updateRoutes.setPolicy>>[1]) => {
      await given.server.call(updateRoutes.setPolicy, body);
      await settle(given.server);
    };
    await set({ body: { upgradesAgents: false } });
    await upToDate(given);
    const [pilot, other] = [await comesUp(given, 'pilot', old), await comesUp(given, 'other', old)];
    await pass(given, 11 * minute);
    for (const agent of [pilot, other]) {
      assert.deepEqual(await openRuns(agent), []);
      const { reason } = await untilState(given, agent, 'held');
      assert.equal(reason?.code, 'update-agents-off');
    }
    const rules = [{ kind: 'direct' as const, machineIds: [pilot.machineId] }];
    const collection = await createCollection(given.server, aCollection('pilots', { rules }));
    const rings = [{ collectionId: collection.id, successPercent: 100, soakMinutes: 60 }];
    await set({ body: { upgradesAgents: true, rings } });
    const { reason } = await untilState(given, other, 'waiting-time');
    assert.equal(reason?.code, 'update-ring');
    const order = await orderFor(given, pilot);
    await pilot.report(...wholeRun(order));
    await pilot.report(aWholeInventory(inventory('pilot', serverVersion)));
    await settle(given.server);
    assert.deepEqual(await openRuns(other), [], 'the pilot proves itself first');
    await pass(given, 61 * minute);
    await orderFor(given, other);
  },
);
