import assert from 'node:assert/strict';
import { diffInventory, type Inventory, normalizeInventory } from '@tenkai/domain';
import type { InventoryReport } from '@tenkai/protocol/agent/reports.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import {
  aHeartbeat,
  aWholeInventory,
  type BareAgent,
  digestOf,
  enrolledAgent,
} from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';

function software(name: string, version: string, over: object = {}): Inventory['software'][number] {
  return { name, version, source: 'dpkg', architecture: 'amd64', ...over };
}

function difference(from: Inventory, to: Inventory, over: Partial<InventoryReport> = {}): InventoryReport {
  const next = normalizeInventory(to);
  return {
    kind: 'inventory',
    base: digestOf(from),
    digest: digestOf(next),
    whole: null,
    difference: diffInventory(from, next),
    ...over,
  };
}

async function stored(server: TestServer, agent: BareAgent): Promise<Inventory | null> {
  return (await server.call(machineRoutes.get, { params: { id: agent.machineId } })).inventory;
}

function changes(server: TestServer): (string[] | null)[] {
  const seen: (string[] | null)[] = [];
  server.kernel.events.on('machines.inventory-changed', ({ payload }) => void seen.push(payload.attributes));
  return seen;
}

onBothEngines(
  'a whole inventory and its differences come to what the machine has',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const seen = changes(server);
    const agent = await enrolledAgent(server);
    const one: Inventory = {
      ...anInventory(),
      software: [software('nginx', '1.22'), software('curl', '7.88', { installedAt: '2026-01-02' })],
    };
    assert.equal((await agent.report(aHeartbeat(), aWholeInventory(one))).wantsInventory, false);
    assert.deepEqual(await stored(server, agent), normalizeInventory(one));

    const two: Inventory = {
      ...one,
      hardware: { ...one.hardware, memoryBytes: 8 * 1024 ** 3 },
      software: [software('nginx', '1.24'), software('git', '2.39')],
    };
    assert.deepEqual((await agent.report(difference(one, two))).rejected, []);
    assert.deepEqual(await stored(server, agent), normalizeInventory(two));
    // Two differences in one batch stand on each other.
    const three = { ...two, software: [...two.software, software('vim', '9.0')] };
    const four = { ...three, agent: { version: '0.3.0' } };
    const reply = await agent.report(difference(two, three), difference(three, four));
    assert.deepEqual([reply.rejected, reply.wantsInventory], [[], false]);
    assert.deepEqual(await stored(server, agent), normalizeInventory(four));

    await server.kernel.events.idle();
    assert.deepEqual(seen[0], ['inventory']);
    assert.deepEqual(seen[1]?.sort(), [
      'hardware.memoryBytes',
      'software.name',
      'software["curl"]',
      'software["git"]',
      'software["nginx"]',
    ]);
    assert.deepEqual(seen[2]?.sort(), ['software.name', 'software["vim"]']);
    assert.deepEqual(seen[3], ['agent.version']);
  },
);

onBothEngines(
  'a difference that does not fit makes the site ask for a whole inventory, until it has one',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    const one = { ...anInventory(), software: [software('nginx', '1.22')] };
    const two = { ...one, software: [software('nginx', '1.24')] };
    assert.equal((await agent.report(difference(one, two))).wantsInventory, true, 'there is no base at all');
    assert.equal(await stored(server, agent), null);
    await agent.report(aWholeInventory(one));
    const wrongBase = await agent.report(difference(one, two, { base: 'of another world' }));
    assert.deepEqual([wrongBase.rejected, wrongBase.wantsInventory], [[], true]);
    assert.equal((await agent.report(aHeartbeat())).wantsInventory, true, 'also where the answer was lost');
    const wrongResult = await agent.report(
      difference(one, two, { digest: digestOf(one).replace(/^./, 'x') }),
    );
    assert.equal(wrongResult.wantsInventory, true);
    assert.deepEqual(await stored(server, agent), one);
    assert.equal((await agent.report(aWholeInventory(two))).wantsInventory, false);
    assert.deepEqual(await stored(server, agent), two);
  },
);

onBothEngines('an inventory whose digest is wrong is rejected', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server);
  const lie = await agent.report({ ...aWholeInventory(anInventory()), digest: '0'.repeat(64) });
  assert.deepEqual(lie.rejected, [{ number: 1, code: 'inventory-digest-mismatch' }]);
  const half = aWholeInventory({ ...anInventory(), software: [software('nginx', '1')] });
  const broken = JSON.parse(JSON.stringify(half).replace('"nginx"', '"\\ud800"'));
  assert.deepEqual((await agent.report(broken)).rejected, [{ number: 2, code: 'invalid-request' }]);
  assert.equal(await stored(server, agent), null);
});

onBothEngines('a newer agent may tell more than we keep', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server);
  const newer = (name: string): Inventory => ({
    ...anInventory(),
    hardware: { ...anInventory().hardware, firmware: 'UEFI 2.10' } as Inventory['hardware'],
    software: [software(name, '1')],
  });
  const first = await agent.report(aWholeInventory(newer('a')));
  assert.deepEqual([first.rejected, first.wantsInventory], [[], false]);
  const second = await agent.report(difference(newer('a'), newer('b')));
  assert.deepEqual([second.rejected, second.wantsInventory], [[], false]);
  assert.deepEqual(await stored(server, agent), { ...anInventory(), software: [software('b', '1')] });
});

onBothEngines(
  'BCON-10: the properties show operating system and service pack after the first report',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    const inventory = anInventory({
      family: 'windows',
      id: 'windows-server-2003-r2',
      name: 'Microsoft Windows Server 2003 R2',
      edition: 'Standard Edition',
      servicePack: { major: 1, minor: 0 },
    });
    const addresses = [
      { address: 'fe80::1', prefix: 64, family: 'ipv6' as const },
      { address: '10.1.2.3', prefix: 24, family: 'ipv4' as const },
    ];
    inventory.network.interfaces = [{ name: 'eth0', mac: '52:54:00:00:00:01', addresses, isUp: true }];
    await agent.report(aHeartbeat(), aWholeInventory(inventory));
    const detail = await server.call(machineRoutes.get, { params: { id: agent.machineId } });
    assert.equal(detail.operatingSystem, 'Microsoft Windows Server 2003 R2 Standard Edition');
    assert.deepEqual(
      [detail.servicePack, detail.architecture, detail.address],
      ['Service Pack 1', 'x64', '10.1.2.3'],
    );
    assert.deepEqual([detail.agentVersion, detail.powerState, detail.lastRun], ['0.1.0', 'on', null]);
    await agent.report(
      aWholeInventory({
        ...inventory,
        operatingSystem: { ...inventory.operatingSystem, servicePack: { major: 2, minor: 0 } },
      }),
    );
    assert.equal(
      (await server.call(machineRoutes.get, { params: { id: agent.machineId } })).servicePack,
      'Service Pack 2',
    );
  },
);

onBothEngines(
  'software is stored once for all machines, and its facts can be left out',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const [one, two] = [
      await enrolledAgent(server, { name: 'one' }),
      await enrolledAgent(server, { name: 'two' }),
    ];
    const list = Array.from({ length: 1200 }, (_, index) => software(`package-${index}`, '1.0'));
    await one.report(aWholeInventory({ ...anInventory(), software: list }));
    await two.report(
      aWholeInventory({
        ...anInventory(),
        software: [...list, software('more', '2', { installedAt: '2026-03-04' })],
      }),
    );
    const rows = await server.kernel.db.read.one<{ n: number }>(
      'SELECT count(*) AS n FROM machines_software',
    );
    assert.equal(rows?.n, 1201);
    const facts = await server.app.machines.factsOf([one.machineId, two.machineId, 'nobody']);
    assert.deepEqual([...facts.keys()].sort(), [one.machineId, two.machineId].sort());
    assert.deepEqual(
      facts.get(two.machineId)?.inventory,
      normalizeInventory({
        ...anInventory(),
        software: [...list, software('more', '2', { installedAt: '2026-03-04' })],
      }),
    );
    const light = await server.app.machines.factsOf([two.machineId], { withSoftware: false });
    assert.deepEqual(light.get(two.machineId)?.inventory, anInventory());
  },
);
