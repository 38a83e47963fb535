import { type IpAddress, parseIpAddress, parseIpSubnet } from '../machine/ip-address.ts';

/** A part of the network and the site of the machines in it (SITE-16). */
export interface Boundary {
  readonly name: string;
  /** `10.1.0.0/16`, `2001:db8::/32`, or a range `10.1.0.5-10.1.0.99`. */
  readonly range: string;
  readonly siteCode: string;
  /** `https://host:port`; null: the role that was asked. */
  readonly managementPoint: string | null;
  /** False: known, and not used to assign machines. */
  readonly isForAssignment: boolean;
}

export interface AddressSpan {
  readonly family: IpAddress['family'];
  readonly first: bigint;
  readonly last: bigint;
}

const widths = { ipv4: 32n, ipv6: 128n } as const;

/** Reads a subnet (host bits do not count), a range with both ends, or one address; undefined for anything else. */
export function parseAddressSpan(text: string): AddressSpan | undefined {
  const ends = text.split('-').map((end) => end.trim());
  if (ends.length === 2) return spanBetween(ends[0] ?? '', ends[1] ?? '');
  const subnet = text.includes('%') ? undefined : parseIpSubnet(text.trim());
  if (!subnet) return undefined;
  const hostBits = widths[subnet.family] - BigInt(subnet.prefix);
  const first = (subnet.value >> hostBits) << hostBits;
  return { family: subnet.family, first, last: first + (1n << hostBits) - 1n };
}

function spanBetween(from: string, until: string): AddressSpan | undefined {
  const [first, last] = [from, until].map((end) => (end.includes('%') ? undefined : parseIpAddress(end)));
  if (!first || !last || first.family !== last.family || first.value > last.value) return undefined;
  return { family: first.family, first: first.value, last: last.value };
}

export interface BoundaryMatch<T extends Boundary = Boundary> {
  readonly boundary: T;
  /** The machine's address that lies in it. */
  readonly address: string;
}

/**
 * The boundary that assigns a machine with these addresses: of all that hold one of them the narrowest, so that a
 * room may belong elsewhere than its building; of equals the first in the list. Addresses that every machine has
 * (loopback, link-local) say nothing about where it is.
 */
export function matchBoundary<T extends Boundary>(
  addresses: readonly string[],
  boundaries: readonly T[],
): BoundaryMatch<T> | undefined {
  let best: (BoundaryMatch<T> & { readonly size: bigint }) | undefined;
  const places = addresses.flatMap((address) => {
    const parsed = parseIpAddress(address);
    return parsed && saysWhere(parsed) ? [{ address, parsed }] : [];
  });
  for (const boundary of boundaries) {
    const span = boundary.isForAssignment ? parseAddressSpan(boundary.range) : undefined;
    const place = span && places.find(({ parsed }) => isInSpan(parsed, span));
    if (!span || !place) continue;
    const size = relativeSize(span);
    if (best === undefined || size < best.size) best = { boundary, address: place.address, size };
  }
  return best && { boundary: best.boundary, address: best.address };
}

export function isInSpan({ family, value }: IpAddress, span: AddressSpan): boolean {
  return family === span.family && value >= span.first && value <= span.last;
}

/** A /64 of IPv6 is one network as a /24 of IPv4 is one: they count as equal. */
function relativeSize({ family, first, last }: AddressSpan): bigint {
  const count = last - first + 1n;
  return family === 'ipv4' ? count << 56n : count;
}

const everywhere = ['127.0.0.0/8', '169.254.0.0/16', '::1/128', 'fe80::/10'].flatMap(
  (range) => parseAddressSpan(range) ?? [],
);

/** False for addresses that are the same on every machine. */
export function saysWhere(address: IpAddress): boolean {
  return !everywhere.some((span) => isInSpan(address, span));
}
