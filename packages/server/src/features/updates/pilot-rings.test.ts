/** Rings: from the pilot to everybody else. */
import assert from 'node:assert/strict';
import { collectionRoutes, updateRoutes } from '@tenkai/protocol';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { failedRun, openRuns } from '@tenkai/testkit/run-reports.ts';
import {
  machine,
  minute,
  open,
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
  'BAUT-25: a failing package stops after the pilot; a good one goes on when it has proved itself',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const pilots = [await machine(given, 'p1'), await machine(given, 'p2')];
    const others = await Promise.all(['o1', 'o2', 'o3', 'o4'].map((name) => machine(given, name)));
    const rules = [{ kind: 'direct' as const, machineIds: pilots.map(({ machineId }) => machineId) }];
    const { id: collectionId } = await createCollection(given.server, aCollection('pilot', { rules }));
    await given.server.app.collections.settled();
    await settle(given);
    const rings = [{ collectionId, successPercent: 100, soakMinutes: 60 }];
    await policy(given, { rings, failureLimitPercent: 20, attempts: 1 });
    await publish(given, { id: 'bad', urgency: 'highest' });
    for (const agent of others) assert.equal(await stateOf(given, agent, 'bad'), 'waiting-time update-ring');
    for (const agent of pilots) {
      const [order] = await openRuns(agent);
      assert.ok(order);
      await report(given, agent, failedRun(order));
    }
    await pass(given, 48 * 60 * minute);
    for (const agent of others) {
      assert.deepEqual(await open(agent), []);
      assert.equal(await stateOf(given, agent, 'bad'), 'held update-halted');
    }
    await publish(given, { id: 'good', urgency: 'highest' });
    for (const agent of pilots) assert.deepEqual(await work(given, agent), ['good']);
    for (const agent of others) assert.deepEqual(await open(agent), [], 'it soaks');
    await pass(given, 60 * minute);
    for (const agent of others) assert.deepEqual(await work(given, agent), ['good']);
    const { items } = await given.server.call(updateRoutes.packages);
    assert.deepEqual(
      items.map(({ packageId, openRing, held }) => [packageId, openRing, held?.code ?? null]),
      [
        ['bad', 0, 'update-halted'],
        ['good', 1, null],
      ],
    );
  },
);

onBothEngines(
  'DIST-26: a collection that automatic update works with is not deleted by the way; the refusal names its owner',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const { id } = await createCollection(given.server, aCollection('pilot', { rules: [] }));
    await policy(given, { rings: [{ collectionId: id, successPercent: 100, soakMinutes: 0 }] });
    const remove = () => given.server.call(collectionRoutes.remove, { params: { id } });
    await assert.rejects(remove(), /a ring of automatic update/);
    await policy(given, { rings: [] });
    await remove();
  },
);
