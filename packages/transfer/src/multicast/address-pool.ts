import { Failure } from '../failures.ts';

/** Multicast addresses and UDP ports that a site may use for sessions, updates and restores together. */
export interface AddressPool {
  /** First and last IPv4 multicast address. */
  readonly first: string;
  readonly last: string;
  readonly firstPort: number;
  /** Each session takes two ports: the group's, and behind it the one to which members report. */
  readonly sessions: number;
}

export interface SessionAddress {
  readonly group: string;
  readonly port: number;
  readonly senderPort: number;
}

/** Administratively scoped (RFC 2365): such addresses do not leave the organisation. */
export const USUAL_POOL: AddressPool = {
  first: '239.255.77.1',
  last: '239.255.77.250',
  firstPort: 56_100,
  sessions: 64,
};

/**
 * The address of a new session: the one that was chosen by hand, or the first that no running session uses (BSCN-28).
 * Addresses whose lowest 23 bits are alike share one Ethernet address (RFC 1112, 6.4): cards and switches cannot tell
 * them apart, so they count as the same.
 * @param wished address that the deployment names
 * @throws Failure multicast-address-invalid, multicast-address-used, multicast-pool-empty
 */
export function allocateAddress(
  pool: AddressPool,
  running: readonly SessionAddress[],
  wished?: string,
): SessionAddress {
  const ports = freePorts(pool, running);
  if (!ports) throw new Failure('multicast-pool-empty', { sessions: pool.sessions });
  const isUsed = (address: number) =>
    running.some(({ group }) => onEthernet(numberOf(group)) === onEthernet(address));
  if (wished !== undefined) {
    const address = numberOf(wished);
    if (!isUsable(address)) throw new Failure('multicast-address-invalid', { address: wished });
    if (isUsed(address)) throw new Failure('multicast-address-used', { address: wished });
    return { group: wished, ...ports };
  }
  for (let address = numberOf(pool.first); address <= numberOf(pool.last); address += 1) {
    if (!isUsed(address)) return { group: textOf(address), ...ports };
  }
  throw new Failure('multicast-pool-empty', { sessions: pool.sessions });
}

function freePorts({ firstPort, sessions }: AddressPool, running: readonly SessionAddress[]) {
  for (let index = 0; index < sessions; index += 1) {
    const port = firstPort + 2 * index;
    const ports = [port, port + 1];
    const isFree = running.every((one) => !ports.includes(one.port) && !ports.includes(one.senderPort));
    if (isFree) return { port, senderPort: port + 1 };
  }
  return undefined;
}

/** 224.0.0.0/24 is for the protocols of routers, and no switch forwards less of it (RFC 4541, 2.1.2). */
function isUsable(address: number): boolean {
  return address >= numberOf('224.0.1.0') && address <= numberOf('239.255.255.255');
}

const onEthernet = (address: number) => address & 0x7fffff;

/** @returns NaN for what is not four numbers from 0 to 255 */
function numberOf(address: string): number {
  const parts = address.split('.');
  const isWhole = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return isWhole ? parts.reduce((sum, part) => sum * 256 + Number(part), 0) : Number.NaN;
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
