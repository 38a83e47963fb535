/** `tenkai firewall` as a program, and what it does without its start, in a namespace with a real firewall. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import type { TestContext } from 'node:test';
import {
  closeFirewall,
  type FirewallNeeds,
  type FirewallReport,
  type FirewallRole,
  firewallRules,
  missingRules,
  openFirewall,
  planFirewall,
} from '@tenkai/domain';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type CommandResult, runCommand } from '@tenkai/testkit/rig/command.ts';
import { type FirewallKind, makeGuardedHost } from '@tenkai/testkit/rig/guarded-host.ts';
import { carryOut } from '../../firewall-program.ts';

export const main = resolve(import.meta.dirname, '../../main.ts');
export const env = { PATH: process.env.PATH ?? '', HOME: '/root', TENKAI_PORT: '8443' };

export type Inside = (argv: readonly string[]) => readonly string[];

/** The real program in a namespace. */
export const tenkai = (inside: Inside, ...args: string[]): Promise<CommandResult> =>
  runCommand(inside([process.execPath, main, 'firewall', ...args]), { env });

/** Its report. */
export async function done(inside: Inside, ...args: string[]): Promise<FirewallReport> {
  const { code, stdout, stderr } = await tenkai(inside, '--json', ...args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as FirewallReport;
}

const acts = { open: openFirewall, close: closeFirewall, plan: planFirewall } as const;

/** As the program does it, without its start: that takes longer than all the rest. */
export function act(
  inside: Inside,
  name: keyof typeof acts,
  role: FirewallRole = 'server',
  needs: FirewallNeeds = { https: 8443 },
): Promise<FirewallReport> {
  const input = { role, rules: firewallRules(role, needs), profiles: [], system: 'linux' } as const;
  return carryOut(acts[name](input), ({ program, args }) => runCommand(inside([program, ...args])));
}

/** How many rules of a server are missing. */
export const lacks = async (inside: Inside) => missingRules(await act(inside, 'plan')).length;

export const multicast = { first: 56_100, last: 56_227 };

/** A host of its own whose firewall is of that kind. */
export async function guarded(t: TestContext, kind: FirewallKind): Promise<Inside> {
  const host = await makeGuardedHost(kind);
  atEnd(t, () => host.destroy());
  return host.command;
}

/** Somebody's firewall that lets nothing in but ssh. */
export const closedRuleset = `
table inet site {
  set blocked { type ipv4_addr; elements = { 10.77.0.66 } }
  chain inbound {
    type filter hook input priority filter; policy drop;
    ip saddr @blocked drop comment "theirs"
    ct state invalid drop
    ct state established,related accept
    tcp dport 22 accept
  }
}`;
