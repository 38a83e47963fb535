/** Machines whose inventory was there before the site kept what it says of the firewall. */
import assert from 'node:assert/strict';
import type { FirewallFact, Inventory } from '@tenkai/domain';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { portable } from '../../../kernel/database/portable-sql.ts';
import { machinesInboundFilled } from '../../../migrations/0140-machines-inbound-filled.ts';

const missing = [
  { rule: 'Tenkai(agent ICMPv4:10.0.0.1)', firewall: 'nftables', where: 'inet f', remedy: 'open' },
];

function inventoryWith(firewall?: FirewallFact): Inventory {
  const inventory = anInventory();
  return firewall ? { ...inventory, agent: { ...inventory.agent, firewall } } : inventory;
}

async function inboundOf(server: TestServer, { machineId }: BareAgent) {
  const { items } = await server.call(machineRoutes.list, { query: {} });
  return items.find(({ id }) => id === machineId)?.inbound;
}

/** As the column was for everybody when it came. */
const forget = (server: TestServer) =>
  server.kernel.db.transaction((tx) => tx.run("UPDATE machines SET inbound_state = 'unknown'"));

onBothEngines(
  'BAGT-21: machines that were there before the site kept whether it reaches them are not unknown',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const facts = [{ active: ['nftables'], missing }, { active: [], missing: [] }, undefined];
    const agents: BareAgent[] = [];
    for (const [index, fact] of facts.entries()) {
      const agent = await enrolledAgent(server, { name: `pc-${index}` });
      await agent.report(aWholeInventory(inventoryWith(fact)));
      agents.push(agent);
    }
    agents.push(await enrolledAgent(server, { name: 'without an inventory' }));
    const all = () => Promise.all(agents.map((agent) => inboundOf(server, agent)));
    await forget(server);
    assert.deepEqual(await all(), Array(4).fill('unknown'));
    await server.kernel.db.transaction(async (tx) => {
      for (const sql of machinesInboundFilled.up(tx.engine)) await tx.run(portable(tx.engine, sql));
    });
    assert.deepEqual(await all(), ['blocked', 'open', 'unknown', 'unknown']);
  },
);

onBothEngines(
  'a whole inventory that is as before brings up to date what the list shows of it',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    const inventory = inventoryWith({ active: ['nftables'], missing });
    await agent.report(aWholeInventory(inventory));
    await forget(server);
    await agent.report(aWholeInventory(inventory));
    assert.equal(await inboundOf(server, agent), 'blocked');
  },
);
