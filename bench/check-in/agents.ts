import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { Agent } from 'node:https';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { createSiteClient, createTokenSource, type SiteClient } from '@tenkai/protocol/agent/link/index.ts';
import { OrdersReply } from '@tenkai/protocol/agent/orders.ts';
import { inParallel } from '../site/in-parallel.ts';

/** What one simulated agent needs to send heartbeats. */
export interface SimulatedAgent {
  readonly id: string;
  readonly token: string;
  /** Address on this host from which it speaks. */
  readonly address: string;
  /** Everything of a request before the body's number, and after it. */
  readonly parts: { readonly head: string; readonly before: string; readonly after: string };
  number: number;
  /** Highest number that the site has acknowledged. */
  acknowledged: number;
}

export interface AgentKey {
  readonly id: string;
  /** PKCS #8, DER, base64. */
  readonly key: string;
}

export interface SiteAddress {
  readonly port: number;
  readonly rootCertificate: string;
}

/** The site counts requests before a token by address: a fleet does not come from a single one. */
const addresses = Array.from({ length: 100 }, (_, index) => `127.0.1.${index + 1}`);

/** Every agent signs a challenge for a token of its own and asks for its orders once, as after a start. */
export async function signIn(site: SiteAddress, keys: readonly AgentKey[]): Promise<SimulatedAgent[]> {
  const clients = addresses.map((address) => clientFrom(site, address));
  const agents = await inParallel(32, keys, async ({ id, key }, index) => {
    const address = addresses[index % addresses.length] as string;
    const client = clients[index % clients.length] as SiteClient;
    const privateKey = createPrivateKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'pkcs8' });
    const signer = {
      sign: (proof: string) =>
        sign('sha256', Buffer.from(proof), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64'),
    };
    const tokens = createTokenSource({ client, signer, machineId: id, now: Date.now });
    const token = await tokens.get();
    await client.call({ method: 'GET', path: agentPaths.orders, reply: OrdersReply, token });
    return { id, token, address, parts: partsOf(token), number: 0, acknowledged: 0 };
  });
  for (const client of clients) client.close();
  return agents;
}

function clientFrom({ port, rootCertificate }: SiteAddress, localAddress: string): SiteClient {
  const httpsAgent = new Agent({ keepAlive: true, maxSockets: 2, ca: rootCertificate, localAddress });
  return createSiteClient({ url: `https://localhost:${port}`, rootCertificate, httpsAgent });
}

/** The same headers as the agent's own client sends. */
function partsOf(token: string): SimulatedAgent['parts'] {
  const head = [
    `POST ${agentPaths.reports} HTTP/1.1`,
    'accept: application/json',
    'content-type: application/json',
    `authorization: Bearer ${token}`,
    'Host: localhost',
    'Connection: keep-alive',
    'content-length: ',
  ].join('\r\n');
  const report = {
    kind: 'heartbeat',
    agentVersion: '0.1.0',
    bootId: randomUUID(),
    bootedAt: Date.now() - 86_400_000,
    state: 'running',
    activeRuns: [],
    freeBytes: 123_456_789_012,
  };
  return {
    head,
    before: `{"outbox":"${randomUUID()}","reports":[{"number":`,
    after: `,"report":${JSON.stringify(report)}}]}`,
  };
}

/** The next heartbeat of an agent as the bytes of a request. */
export function nextRequest(agent: SimulatedAgent): string {
  agent.number += 1;
  const { head, before, after } = agent.parts;
  const number = String(agent.number);
  return `${head}${before.length + number.length + after.length}\r\n\r\n${before}${number}${after}`;
}
