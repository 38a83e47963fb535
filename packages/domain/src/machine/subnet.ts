import type { Network, NetworkAddress } from './inventory.ts';
import { type IpAddress, ipAddressText, parseIpAddress } from './ip-address.ts';

/** The first IPv4 address of an interface that is up, else the first of any kind that others can reach. */
export function primaryAddress({ interfaces }: Network): NetworkAddress | undefined {
  const upFirst = [...interfaces].sort((a, b) => Number(b.isUp) - Number(a.isUp));
  const all = upFirst.flatMap(({ addresses }) => addresses).filter(({ address }) => !isLinkLocal(address));
  return all.find(({ family }) => family === 'ipv4') ?? all[0];
}

/** RFC 3927 and RFC 4291, section 2.5.6. */
function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address);
}

/** The subnet of the primary address, such as `10.1.2.0/24`; null: the machine has told no address. */
export function subnetOf(network: Network | undefined): string | null {
  const primary = network && primaryAddress(network);
  const address = primary && parseIpAddress(primary.address);
  if (!primary || !address) return null;
  return `${ipAddressText(firstOf(address, primary.prefix))}/${primary.prefix}`;
}

function firstOf({ family, value }: IpAddress, prefix: number): IpAddress {
  const hostBits = BigInt(Math.max(0, (family === 'ipv4' ? 32 : 128) - prefix));
  return { family, value: (value >> hostBits) << hostBits };
}

export interface SubnetBytes {
  readonly subnet: string | null;
  readonly machineCount: number;
  /** That its machines get. */
  readonly bytes: number;
  /** That cross the subnet's line for them: less where a neighbour sends on what it fetched, or the site sends to all at once. */
  readonly lineBytes: number;
}

/** Machines and bytes by subnet, most bytes first, unknown ones last among equals; machines to which nothing is brought are left out. */
export function bytesBySubnet(machines: Iterable<Omit<SubnetBytes, 'machineCount'>>): SubnetBytes[] {
  const found = new Map<string | null, SubnetBytes>();
  for (const { subnet, bytes, lineBytes } of machines) {
    if (bytes === 0) continue;
    const sum = found.get(subnet) ?? { subnet, machineCount: 0, bytes: 0, lineBytes: 0 };
    found.set(subnet, {
      ...{ subnet, machineCount: sum.machineCount + 1 },
      ...{ bytes: sum.bytes + bytes, lineBytes: sum.lineBytes + lineBytes },
    });
  }
  return [...found.values()].toSorted((a, b) => b.bytes - a.bytes || compareSubnets(a.subnet, b.subnet));
}

function compareSubnets(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : 1;
}
