import type { Static } from 'typebox';
import * as Type from 'typebox';
import { parseIpAddress } from '../machine/ip-address.ts';

export const firewallRoles = ['server', 'agent'] as const;
/** Which side of a site a machine's rules are for; one machine may have both. */
export type FirewallRole = (typeof firewallRoles)[number];

/** One port or a range, both ends included. */
export const PortRange = Type.Object({
  first: Type.Integer({ minimum: 1, maximum: 65_535 }),
  last: Type.Integer({ minimum: 1, maximum: 65_535 }),
});
export type PortRange = Static<typeof PortRange>;

/** Something that has to come in. `name` is what firewalls show and by which it is found again (BFWL-09). */
export type FirewallRule = PortRule | EchoRule;

export interface PortRule extends PortRange {
  readonly kind: 'port';
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  readonly use: string;
  /** Path of the one program that may receive there; only Windows knows such rules. Absent: any. */
  readonly program?: string;
  /** Path of the program that listens there: where the rule is for any, a block of that one closes it all the same. */
  readonly servedBy?: string;
}

/** Echo requests of one address: never of everybody (BFWL-21). */
export interface EchoRule {
  readonly kind: 'echo';
  readonly name: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly source: string;
  readonly use: string;
}

/** `443`, `56100-56227`; `separator` as the firewall in question writes ranges. */
export function portText({ first, last }: PortRange, separator = '-'): string {
  return first === last ? String(first) : `${first}${separator}${last}`;
}

/** Reads `443` or `56100-56227`; undefined for anything else. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text.trim());
  const range = { first: Number(match?.[1]), last: Number(match?.[2] ?? match?.[1]) };
  return range.first >= 1 && range.first <= range.last && range.last <= 65_535 ? range : undefined;
}

/** `Tenkai(TCP:443)` on a server, `Tenkai(agent UDP:56100-56227)` on a machine. */
export function portRule(
  role: FirewallRole,
  protocol: PortRule['protocol'],
  range: PortRange,
  use: string,
): PortRule {
  const name = ruleName(role, `${protocol.toUpperCase()}:${portText(range)}`);
  return { kind: 'port', name, protocol, first: range.first, last: range.last, use };
}

/** The same rules for one program alone (BAGT-02). Echo requests are answered by the system, not by a program. */
export function rulesOfProgram(rules: readonly FirewallRule[], program: string): FirewallRule[] {
  return rules.map((rule) => (rule.kind === 'port' ? { ...rule, program } : rule));
}

/** The same rules for any program, of which that one listens. */
export function rulesServedBy(rules: readonly FirewallRule[], servedBy: string): FirewallRule[] {
  return rules.map((rule) => (rule.kind === 'port' ? { ...rule, servedBy } : rule));
}

/** `Tenkai(agent ICMPv4:10.0.0.1)`; undefined where it is no address, or one that has no meaning elsewhere. */
export function echoRule(role: FirewallRole, source: string): EchoRule | undefined {
  const family = parseIpAddress(source)?.family;
  if (!family || source.includes('%')) return undefined;
  const text = family === 'ipv4' ? source : shortIpv6(source);
  const name = ruleName(role, `ICMP${family.slice(2)}:${text}`);
  return { kind: 'echo', name, family, source: text, use: 'echo requests of the site' };
}

function ruleName(role: FirewallRole, what: string): string {
  return role === 'server' ? `Tenkai(${what})` : `Tenkai(agent ${what})`;
}

/** As firewalls list it (RFC 5952): in another form it would never be found again. */
const shortIpv6 = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);
