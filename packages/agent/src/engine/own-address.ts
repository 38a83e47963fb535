import { networkInterfaces } from 'node:os';
import { routeTo } from '@tenkai/transfer/own-route.ts';

export interface OwnAddress {
  readonly card: string;
  /** With the length of its prefix: `10.0.0.7/24`. */
  readonly cidr: string;
}

/**
 * The IPv4 address by which this machine reaches its site, for the addresses of containers and tunnels say nothing of
 * the network that it is in.
 * @param server `https://site:8443`
 * @returns undefined where there is none, as over IPv6
 */
export async function addressTowards(server: string): Promise<OwnAddress | undefined> {
  const { hostname, port } = new URL(server);
  const route = await routeTo(hostname, Number(port || 443));
  return 'own' in route ? cardWith(route.own) : undefined;
}

function cardWith(address: string): OwnAddress | undefined {
  for (const [card, addresses] of Object.entries(networkInterfaces())) {
    const found = addresses?.find((one) => one.family === 'IPv4' && one.address === address);
    if (found?.cidr) return { card, cidr: found.cidr };
  }
  return undefined;
}
