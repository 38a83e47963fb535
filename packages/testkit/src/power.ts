import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { PowerState } from '@tenkai/domain';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { orderProof, type PowerOrder, type SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { WebSocket } from 'ws';
import type { BareAgent } from './bare-agent.ts';
import { until } from './rig/until.ts';
import type { TestServer } from './start-server.ts';

/** Opens the agent's socket; `hangUp` resolves when the site has seen it go. */
export async function openChannel(server: TestServer, agent: BareAgent) {
  const socket = new WebSocket(server.baseUrl.replace('https', 'wss') + agentPaths.channel, {
    ca: server.kernel.keys.rootCertificate,
    headers: { authorization: `Bearer ${await agent.bearer()}` },
  });
  await once(socket, 'open');
  await until('the agent is online', () => server.app.machines.isOnline(agent.machineId));
  return {
    socket,
    async hangUp() {
      socket.close();
      await until('the agent is gone', () => !server.app.machines.isOnline(agent.machineId));
    },
  };
}

/** What the page of the machine shows. */
export const machinePage = (server: TestServer, { machineId }: BareAgent) =>
  server.call(machineRoutes.get, { params: { id: machineId } });

export const powerBecomes = (server: TestServer, agent: BareAgent, wanted: PowerState) =>
  until(`the machine is ${wanted}`, async () => (await machinePage(server, agent)).powerState === wanted);

/** Codes of the machine's history, oldest first. */
export async function machineHistory(server: TestServer, { machineId }: BareAgent): Promise<string[]> {
  const { items } = await server.call(machineRoutes.timeline, {
    params: { id: machineId },
    query: { limit: 1000 },
  });
  return items.map(({ code }) => code).reverse();
}

/** A power command by an administrator. */
export function powerCommand(
  server: TestServer,
  agents: readonly BareAgent[],
  action: 'restart' | 'shut-down' | 'query' | 'wake',
  over: object = {},
) {
  return server.call(machineRoutes.power, {
    body: { machineIds: agents.map(({ machineId }) => machineId), action, ...over },
  });
}

export const codesOf = ({ results }: Awaited<ReturnType<typeof powerCommand>>) =>
  results.map(({ accepted, code }) => [accepted, code]);

function opened(server: TestServer, { payload, signature, certificate }: SignedOrder): PowerOrder {
  assert.ok(server.kernel.keys.verify(orderProof(payload), signature));
  assert.match(certificate, /BEGIN CERTIFICATE/);
  return JSON.parse(payload);
}

/** An agent that carries out what it fetches. */
export async function obeyOrders(server: TestServer, agent: BareAgent): Promise<PowerOrder[]> {
  const { orders } = await agent.orders();
  const read = orders.map((order) => opened(server, order));
  for (const { orderId } of read)
    await agent.report({ kind: 'order', orderId, accepted: true, reason: null, at: 1 });
  return read;
}
