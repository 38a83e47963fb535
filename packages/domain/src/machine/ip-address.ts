/** An address as a number with its width in bits. */
export interface IpAddress {
  readonly family: 'ipv4' | 'ipv6';
  readonly value: bigint;
}

export interface IpSubnet extends IpAddress {
  readonly prefix: number;
}

const widths = { ipv4: 32, ipv6: 128 } as const;

/** Reads an IPv4 or IPv6 address, with or without a zone (`fe80::1%eth0`); undefined for anything else. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return { family: 'ipv4', value: v4 };
  const v6 = parseIpv6(text.replace(/%[\w.-]+$/, ''));
  return v6 === undefined ? undefined : { family: 'ipv6', value: v6 };
}

/** Reads `10.1.0.0/16`; a bare address is a subnet of one. Host bits may be set and do not count. */
export function parseIpSubnet(text: string): IpSubnet | undefined {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  const address = parseIpAddress(addressText);
  if (!address || rest.length > 0) return undefined;
  const width = widths[address.family];
  if (prefixText === undefined) return { ...address, prefix: width };
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > width) return undefined;
  return { ...address, prefix: Number(prefixText) };
}

export function isInSubnet(address: IpAddress, subnet: IpSubnet): boolean {
  if (address.family !== subnet.family) return false;
  const hostBits = BigInt(widths[subnet.family] - subnet.prefix);
  return address.value >> hostBits === subnet.value >> hostBits;
}

/** As people write it; IPv6 by RFC 5952: the longest run of zero groups, of two at least, becomes `::`. */
export function ipAddressText({ family, value }: IpAddress): string {
  const [count, bits] = family === 'ipv4' ? [4, 8n] : [8, 16n];
  const fields = Array.from(
    { length: count },
    (_, index) => (value >> (bits * BigInt(count - 1 - index))) & ((1n << bits) - 1n),
  );
  if (family === 'ipv4') return fields.join('.');
  const text = fields.map((field) => field.toString(16)).join(':');
  const runs = [...text.matchAll(/(?<![^:])0(:0)+(?![^:])/g)].map(([run]) => run);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return text;
  const at = text.search(new RegExp(`(?<![^:])${longest}(?![^:])`));
  const [head, tail] = [text.slice(0, at), text.slice(at + longest.length)];
  return `${head.replace(/:$/, '')}::${tail.replace(/^:/, '')}`;
}

function parseIpv4(text: string): bigint | undefined {
  const fields = text.split('.');
  if (
    fields.length !== 4 ||
    !fields.every((field) => /^(0|[1-9]\d{0,2})$/.test(field) && Number(field) < 256)
  )
    return undefined;
  return fields.reduce((value, field) => (value << 8n) | BigInt(field), 0n);
}

/** Source: RFC 4291 section 2.2, forms 1 to 3. */
function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(groupsOf)));
  if (!head) return undefined;
  const count = head.length + (tail?.length ?? 0);
  if (tail ? count > 7 : count !== 8) return undefined;
  const groups = [...head, ...Array<string>(8 - count).fill('0'), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

/** An IPv4 address at the end stands for two groups; anywhere else it makes too many. */
function groupsOf(group: string, index: number, all: string[]): string[] {
  const v4 = index === all.length - 1 ? parseIpv4(group) : undefined;
  if (v4 === undefined) return [group];
  return [(v4 >> 16n).toString(16), (v4 & 0xffffn).toString(16)];
}
