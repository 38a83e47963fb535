import { isInSubnet, parseIpAddress, parseIpSubnet } from '../machine/ip-address.ts';
import { type PortRange, parsePortRange } from './rule.ts';

/** In the order in which netsh names them. */
export const windowsProfiles = ['domain', 'private', 'public'] as const;
export type WindowsProfile = (typeof windowsProfiles)[number];

/** One rule of Windows' firewall as its registry holds it; lists are null where the rule says nothing: any. */
export interface WindowsRule {
  readonly name: string;
  readonly action: 'allow' | 'block';
  readonly isIn: boolean;
  readonly isActive: boolean;
  readonly profiles: readonly WindowsProfile[] | null;
  /** IANA number. */
  readonly protocol: number | null;
  /** Words such as RPC are ports of nobody that we know. */
  readonly ports: readonly PortRange[] | null;
  /** `8:*`: type and code. */
  readonly icmp: readonly string[] | null;
  readonly remotes: readonly string[] | null;
  readonly program: string | null;
  /** By something that is not judged here, such as an interface, a user or a service. */
  readonly isLimited: boolean;
}

const judged = new Set(
  'action active dir profile protocol lport lport2_10 icmp4 icmp6 ra4 ra6 ra42 ra62 app'.split(' '),
);
const telling = new Set('name desc embedctxt edge defer lsm'.split(' '));

/**
 * Reads a value below `FirewallRules`: `v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=443|Name=…|`.
 * A field that comes again is a list ([MS-GPFAS] 2.2.2.19).
 * @param id name of the value
 * @returns undefined for what is no rule, or one that neither allows nor blocks
 */
export function parseWindowsRule(id: string, data: string): WindowsRule | undefined {
  const [version = '', ...parts] = data.split('|');
  if (!/^v\d+\.\d+$/i.test(version)) return undefined;
  const fields = fieldsOf(parts);
  const all = (...keys: string[]) => keys.flatMap((key) => fields.get(key) ?? []);
  const one = (key: string) => all(key)[0]?.toLowerCase();
  const action = one('action');
  if (action !== 'allow' && action !== 'block') return undefined;
  const protocol = one('protocol');
  const ports = anyOf(all('lport', 'lport2_10'));
  return {
    name: all('name')[0] || id,
    action,
    isIn: one('dir') === 'in',
    isActive: one('active') === 'true',
    profiles: anyOf(all('profile'))?.flatMap(profileOf) ?? null,
    protocol: protocol === undefined || protocol === '256' ? null : Number(protocol),
    ports: ports?.flatMap((text) => text.split(',')).flatMap((text) => parsePortRange(text) ?? []) ?? null,
    icmp: anyOf(all('icmp4', 'icmp6')),
    remotes: anyOf(all('ra4', 'ra6', 'ra42', 'ra62')),
    program: all('app')[0] ?? null,
    isLimited: [...fields].some(
      ([key, values]) => !judged.has(key) && !telling.has(key) && !values.every((value) => value === '*'),
    ),
  };
}

/** What has no `=` is the rest of a name with a bar in it, as half of a letter of Shift_JIS is one. */
function fieldsOf(parts: readonly string[]): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const part of parts) {
    const at = part.indexOf('=');
    if (at <= 0) continue;
    const key = part.slice(0, at).toLowerCase();
    fields.set(key, [...(fields.get(key) ?? []), part.slice(at + 1)]);
  }
  return fields;
}

const anyOf = (list: string[]) => (list.length > 0 ? list : null);

function profileOf(text: string): WindowsProfile[] {
  const name = text.toLowerCase() === 'standard' ? 'private' : text.toLowerCase();
  return windowsProfiles.filter((profile) => profile === name);
}

/** Whether `10.0.0.1` is one of an address, `first-last`, `10.0.0.0/24`, `10.0.0.0/255.255.255.0`; never of a word. */
export function isRemote(remotes: WindowsRule['remotes'], address: string): boolean {
  const wanted = parseIpAddress(address);
  if (remotes === null || wanted === undefined) return remotes === null;
  return remotes.some((text) => {
    const [first, last] = text.split('-').map(parseIpAddress);
    if (first && last)
      return first.family === wanted.family && first.value <= wanted.value && wanted.value <= last.value;
    const subnet = parseIpSubnet(withPrefix(text));
    return subnet !== undefined && isInSubnet(wanted, subnet);
  });
}

function withPrefix(text: string): string {
  const [address = '', mask = ''] = text.split('/');
  const bits = mask.includes('.') ? parseIpAddress(mask)?.value.toString(2) : undefined;
  return bits && /^1+0*$/.test(bits) && bits.length === 32
    ? `${address}/${bits.replace(/0+$/, '').length}`
    : text;
}
