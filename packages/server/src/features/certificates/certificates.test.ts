import assert from 'node:assert/strict';
import type { CertificatesFact, Inventory } from '@tenkai/domain';
import { certificateRoutes, collectionRoutes, deploymentRoutes, machineRoutes } from '@tenkai/protocol';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, createBareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { runsOf, settle } from '@tenkai/testkit/deployed.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';

type Fault = CertificatesFact['faults'][number];
const fault = (state: Fault['state'], code: string): Fault => ({ state, code, store: 'SMS', place: 'AB12' });
const nul = fault('repairable', 'name-nul');
const expired = fault('expired', 'certificate-expired');

/** Seeded defects, by the number of the machine; of the client, the version that makes bad names or the repaired one. */
const kinds: readonly { faults: Fault[] | null; client?: string }[] = [
  { faults: [nul, expired], client: '4.00.6487.2000' },
  { faults: [nul], client: '4.00.6221.1193' },
  { faults: [fault('missing', 'certificate-missing')] },
  { faults: [fault('not-importable', 'subject-nul')] },
  { faults: [expired], client: '4.00.6221.1000' },
  { faults: [fault('expires-soon', 'certificate-ending')], client: '4.00.6487.2157' },
  { faults: null },
  { faults: [] },
  { faults: [] },
  { faults: [], client: '5.00.9128.1000' },
];

function inventoryOf(hostname: string, { faults, client }: (typeof kinds)[number]): Inventory {
  const { agent, ...rest } = anInventory();
  const certificates = faults === null ? {} : { certificates: { count: 2, faults } };
  const name = 'Configuration Manager Client';
  const software = client === undefined ? [] : [{ name, version: client, source: 'msi' as const }];
  return {
    ...rest,
    software,
    network: { hostname, interfaces: [] },
    agent: { version: agent.version, ...certificates },
  };
}

const nameOf = (index: number) => `pc-${String(index).padStart(4, '0')}`;
const kindOf = (index: number) => kinds[index % kinds.length] ?? assert.fail();

async function fleetOf(server: TestServer, size: number): Promise<BareAgent[]> {
  const body = { name: 'fleet', maxUses: size, validHours: 1 };
  const { secret } = await server.call(enrollmentRoutes.createTicket, { body });
  const agents: BareAgent[] = [];
  const together = 50;
  for (let from = 0; from < size; from += together) {
    const group = Array.from({ length: Math.min(together, size - from) }, async (_, at) => {
      const index = from + at;
      // Each from a place of its own: one address may not ask that often.
      const remoteAddress = `10.1.${index >> 8}.${index & 255}`;
      const agent = createBareAgent(server, { name: nameOf(index), remoteAddress });
      await agent.enroll({ ticket: secret });
      await agent.report(aHeartbeat(), aWholeInventory(inventoryOf(agent.name, kindOf(index))));
      return agent;
    });
    agents.push(...(await Promise.all(group)));
  }
  await settle(server);
  return agents;
}

onBothEngines(
  'IDENT-15: of a fleet of 500 with seeded defects the site tells exact counts, the machines of each, and which part of the remedy is outstanding',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    // The question is the same for fewer, and PostgreSQL takes its time with enrollments.
    const size = databaseUrl === undefined ? 500 : 60;
    const each = size / kinds.length;
    const [first] = await fleetOf(server, size);
    assert.ok(first);
    assert.deepEqual(await server.call(certificateRoutes.health), {
      machines: size,
      states: {
        ...{ repairable: 2 * each, missing: each, 'not-importable': each },
        ...{ expired: each, 'expires-soon': each, good: 3 * each, unknown: each },
      },
      remedies: { generator: 2 * each, certfix: 2 * each },
    });
    const { items, total } = await server.call(machineRoutes.list, {
      query: { certificates: 'repairable', limit: 1000 },
    });
    assert.equal(total, 2 * each);
    assert.deepEqual(
      items.map(({ name, certificates }) => [name, certificates]),
      Array.from({ length: size }, (_, index) => index)
        .filter((index) => index % kinds.length < 2)
        .map((index) => [nameOf(index), 'repairable']),
    );
    const { inventory } = await server.call(machineRoutes.get, { params: { id: first.machineId } });
    assert.deepEqual(inventory?.agent.certificates?.faults, [nul, expired]);
    // A page that does not hold everything is counted by the same filter.
    const page = { query: { certificates: 'missing', limit: 2 } } as const;
    assert.equal((await server.call(machineRoutes.list, page)).total, each);
  },
);

onBothEngines(
  'IDENT-15: one act deploys certfix to exactly the machines that need it; who tells that he is repaired leaves, and who is damaged later joins',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    await server.app.addBuiltIn(null);
    const agents = await fleetOf(server, 10);
    const [bad, , , , , , , good] = agents;
    assert.ok(bad && good);
    const { deploymentId, collectionId, machines } = await server.call(certificateRoutes.repair);
    assert.equal(machines, 2);
    await settle(server);
    const names = async () =>
      (await runsOf(server, deploymentId)).map(({ machineName }) => machineName).sort();
    assert.deepEqual(await names(), [nameOf(0), nameOf(1)]);
    const [order] = await openRuns(bad);
    assert.ok(order);
    await bad.report(...wholeRun(order), aWholeInventory(inventoryOf(bad.name, { faults: [] })));
    await good.report(aWholeInventory(inventoryOf(good.name, { faults: [nul] })));
    await settle(server);
    assert.deepEqual(await names(), [nameOf(0), nameOf(1), nameOf(7)]);
    const members = await server.call(collectionRoutes.members, { params: { id: collectionId } });
    assert.deepEqual(
      members.items.map(({ name }) => name),
      [nameOf(1), nameOf(7)],
    );
    const { states, remedies } = await server.call(certificateRoutes.health);
    assert.deepEqual([states.repairable, states.good, remedies], [2, 3, { generator: 1, certfix: 2 }]);
    // Asked again, it is one more deployment to the same collection.
    const again = await server.call(certificateRoutes.repair);
    assert.deepEqual([again.collectionId, again.machines], [collectionId, 2]);
    assert.notEqual(again.deploymentId, deploymentId);
  },
);

onBothEngines(
  'IDENT-15: where nothing is to be repaired, or somebody may not, nothing is deployed; a collection of that name which is another one is left alone',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    await server.app.addBuiltIn(null);
    const { repair } = certificateRoutes;
    await assert.rejects(server.call(repair, { as: 'viewer' }), refusedWith('not-allowed'));
    await assert.rejects(server.call(repair), refusedWith('certificates-good'));
    const { items } = await server.call(collectionRoutes.list);
    assert.ok(!items.some(({ name }) => name === 'Certificates to repair'), 'a refusal leaves nothing');
    await fleetOf(server, 1);
    await createCollection(server, aCollection('Certificates to repair'));
    await assert.rejects(server.call(repair), refusedWith('already-exists'));
    assert.deepEqual((await server.call(deploymentRoutes.list, { query: {} })).items, []);
  },
);
