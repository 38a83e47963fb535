import assert from 'node:assert/strict';
import { systemRoutes } from '@tenkai/protocol/api/systems.ts';
import { aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

onBothEngines(
  'BOSM-01: the matrix is read whole, filtered, by row and by machine',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl, listen: true });
    t.after(() => server.stop());
    const as = 'viewer';
    const all = await server.call(systemRoutes.list, { as, query: {} });
    assert.equal(all.items[0]?.key, 'windows-2000-x86');
    const found = await server.call(systemRoutes.list, {
      as,
      query: { search: 'DEBIAN arm64', capability: 'server', verdict: 'supported' },
    });
    assert.deepEqual(
      found.items.map(({ key }) => key),
      ['debian-11-arm64', 'debian-12-arm64', 'debian-13-arm64'],
    );
    const hosts = await server.call(systemRoutes.list, {
      as,
      query: { search: 'windows-11', capability: 'server' },
    });
    assert.deepEqual(hosts.items, []);
    const row = await server.call(systemRoutes.get, { as, params: { key: 'windows-xp-x86' } });
    assert.deepEqual(row.servicePackNeeds, [{ level: 3, oneOf: [1, 2] }]);
    await assert.rejects(
      server.call(systemRoutes.get, { as, params: { key: 'plan9' } }),
      refusedWith('not-found', 404),
    );

    const silent = await enrolledAgent(server, { name: 'silent' });
    const ofMachine = (id: string) => server.call(systemRoutes.ofMachine, { as, params: { id } });
    assert.equal((await ofMachine(silent.machineId)).match, null);
    const agent = await enrolledAgent(server, { name: 'old' });
    const servicePack = { major: 2, minor: 0 };
    const xp = {
      family: 'windows',
      id: 'windows-xp',
      name: 'Windows XP',
      architecture: 'x86',
      servicePack,
    } as const;
    await agent.report(aWholeInventory(anInventory({ ...xp, version: '5.1.2600' })));
    const { match } = await ofMachine(agent.machineId);
    assert.equal(match?.row?.key, 'windows-xp-x86');
    assert.ok(match.notes.some(({ reason }) => reason.code === 'system-note-closes-ports'));
    assert.deepEqual(match.warnings, []);
    await assert.rejects(ofMachine('nobody'), refusedWith('not-found', 404));
  },
);
