import { lookup } from 'node:dns/promises';
import { Agent, type AgentOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import { createSiteClient, type SiteClient } from '@tenkai/protocol/agent/link/index.ts';
import { connectionsPerAddress } from './limits.ts';
import { shareLine } from './shared-line.ts';

/** Whether the site is on this host, so that 127.0.0.0/8 has sources for as many machines as there may be. */
export async function isOnLoopback(url: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const { hostname } = new URL(url);
  const { address } = await lookup(hostname, { family: 4 }).catch(() => ({ address: '' }));
  return address.startsWith('127.');
}

/** One client for each source address. */
export interface SiteClients {
  of(address: string | null): SiteClient;
  close(): void;
}

export function createSiteClients({
  url,
  rootCertificate,
}: {
  url: string;
  rootCertificate: string;
}): SiteClients {
  // One for all: each context of OpenSSL weighs as much as several connections.
  const secureContext = createSecureContext({ ca: rootCertificate, minVersion: 'TLSv1.2' });
  const clients = new Map<string | null, SiteClient>();
  return {
    of(address) {
      const known = clients.get(address);
      if (known) return known;
      const source = address === null ? { maxSockets: 256 } : { localAddress: address, family: 4 };
      const options: AgentOptions = {
        keepAlive: true,
        maxSockets: connectionsPerAddress,
        secureContext,
        ...source,
      };
      const own = createSiteClient({ url, rootCertificate, httpsAgent: new Agent(options) });
      const client = address === null ? own : shareLine(own, connectionsPerAddress);
      clients.set(address, client);
      return client;
    },
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}
