/** What is excluded, held back or turned off goes to nobody who has not begun. */
import assert from 'node:assert/strict';
import { packageRoutes, updateRoutes } from '@tenkai/protocol';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { dumpTables } from '@tenkai/testkit/dump-tables.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { machine, open, policy, publish, report, settle, site, stateOf, work } from './updates-for-test.ts';

onBothEngines(
  'BAUT-26: machines and collections that are excluded are never touched, and can be let in again',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const [a, b] = [await machine(given, 'a'), await machine(given, 'b')];
    const optOut = async (body: { machineIds?: string[]; collectionIds?: string[]; isOptedOut: boolean }) => {
      await given.server.call(updateRoutes.setOptOut, { body });
      await settle(given);
    };
    await optOut({ machineIds: [a.machineId], isOptedOut: true });
    await publish(given, { urgency: 'highest' });
    assert.deepEqual([await open(a), await open(b)], [[], ['hello']]);
    assert.equal(await stateOf(given, a), 'not-applicable update-opted-out');
    const { machines } = await given.server.call(updateRoutes.optOuts);
    assert.deepEqual(machines, [{ id: a.machineId, name: 'a' }]);
    await optOut({ collectionIds: ['all'], isOptedOut: true });
    await optOut({ machineIds: [a.machineId], isOptedOut: false });
    assert.deepEqual(await open(a), []);
    await optOut({ collectionIds: ['all'], isOptedOut: false });
    assert.deepEqual(await open(a), ['hello']);
  },
);

onBothEngines(
  'a package that is held back goes to nobody who has not begun; a preview says what would happen, and changes nothing',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    await policy(given, { isOn: false });
    await publish(given, { urgency: 'highest' });
    assert.deepEqual(await open(agent), []);
    const preview = await given.server.call(updateRoutes.preview, { body: { policy: { isOn: true } } });
    assert.deepEqual(
      [
        preview.machineCount,
        preview.startCount,
        preview.starts[0]?.packageId,
        preview.packages[0]?.counts.delivering,
      ],
      [1, 1, 'hello', 1],
    );
    assert.deepEqual(await open(agent), []);
    await policy(given, { isOn: true });
    assert.deepEqual(await open(agent), ['hello'], 'as it was foretold');
    await given.server.call(updateRoutes.hold, { body: { packageId: 'hello', note: 'see ticket 7' } });
    await settle(given);
    assert.deepEqual(await open(agent), []);
    assert.equal(await stateOf(given, agent), 'held update-package-held');
    await given.server.call(updateRoutes.release, { body: { packageId: 'hello' } });
    await settle(given);
    assert.deepEqual(await work(given, agent), ['hello']);
  },
);

onBothEngines(
  'BAUT-26: what waits is withdrawn where automatic update is turned off, or held back or excluded for one machine; what a machine has begun goes on',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const [a, b] = [await machine(given, 'a'), await machine(given, 'b')];
    const rules = [{ kind: 'direct' as const, machineIds: [a.machineId] }];
    const { id: collectionId } = await createCollection(given.server, aCollection('one', { rules }));
    await given.server.app.collections.settled();
    await publish(given, { urgency: 'highest' });
    const [machineIds, collectionIds] = [[a.machineId], [collectionId]];
    const hold = { packageId: 'hello', machineIds };
    const { call } = given.server;
    const stops: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      ['policy', () => policy(given, { isOn: false }), () => policy(given, { isOn: true })],
      [
        'hold',
        () => call(updateRoutes.hold, { body: { ...hold, note: 'ticket' } }),
        () => call(updateRoutes.release, { body: hold }),
      ],
      ...[{ machineIds }, { collectionIds }, { collectionIds: ['all'] }].map(
        (of): [string, () => Promise<unknown>, () => Promise<unknown>] => [
          `exclude ${Object.keys(of)}`,
          () => call(updateRoutes.setOptOut, { body: { ...of, isOptedOut: true } }),
          () => call(updateRoutes.setOptOut, { body: { ...of, isOptedOut: false } }),
        ],
      ),
    ];
    const [begun] = await openRuns(b);
    assert.ok(begun);
    await report(given, b, ...wholeRun(begun).slice(0, 2));
    for (const [name, stop, start] of stops) {
      assert.deepEqual(await open(a), ['hello'], `before ${name}`);
      await stop();
      await settle(given);
      assert.deepEqual([await open(a), await open(b)], [[], ['hello']], name);
      await start();
      await settle(given);
    }
    assert.deepEqual([await work(given, a), await work(given, b)], [['hello'], ['hello']]);
  },
);

onBothEngines(
  'what was said of the only package that took part is forgotten when its urgency is lowered',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    const pairs = async () => (await dumpTables(given.server.kernel.db.read)).updates_pairs?.length;
    await publish(given, { urgency: 'high' });
    assert.deepEqual([await pairs(), await open(agent)], [1, []], 'it waits for its time');
    const { revision } = await given.server.call(packageRoutes.get, { params: { id: 'hello' } });
    const body = { draft: aDraft({ urgency: 'normal' }), contentId: null, revision };
    await given.server.call(packageRoutes.update, { params: { id: 'hello' }, body });
    await settle(given);
    assert.deepEqual([await pairs(), await stateOf(given, agent)], [0, 'absent']);
  },
);

onBothEngines(
  'BAGT-06: upgrades of agents that wait are withdrawn where they are turned off, and other packages are not',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const [a, b] = [await machine(given, 'a'), await machine(given, 'b')];
    await publish(given, { id: 'agents', type: 'agent', urgency: 'highest' });
    await given.server.call(updateRoutes.hold, {
      body: { packageId: 'agents', machineIds: [b.machineId], note: 'other first' },
    });
    await publish(given, { urgency: 'highest' });
    assert.deepEqual([await open(a), await open(b)], [['agents'], ['hello']]);
    await policy(given, { upgradesAgents: false });
    assert.deepEqual([await open(a), await open(b)], [['hello'], ['hello']]);
    assert.equal(await stateOf(given, a, 'agents'), 'held update-agents-off');
  },
);
