import type { Static } from 'typebox';
import * as Type from 'typebox';
import { FirewallFact } from '../machine/inventory.ts';

/** What root has to type on the server's host, as it is printed everywhere. */
export const hostFirewallRepair = 'tenkai firewall open --role server';

/** One look at the firewall of the server's host. Who may look writes it down for the server, who may not. */
export const HostFirewallCheck = Type.Object({ checkedAt: Type.Integer(), ...FirewallFact.properties });
export type HostFirewallCheck = Static<typeof HostFirewallCheck>;

/** `off`: nobody is to look; `never`: nobody has; `too-old`: nobody does any more; `unreadable`: what is there is no look. */
export const uncheckedCauses = ['off', 'never', 'too-old', 'unreadable'] as const;
export type UncheckedCause = (typeof uncheckedCauses)[number];

export type HostFirewall =
  | { readonly state: 'open' | 'closed'; readonly check: HostFirewallCheck }
  | { readonly state: 'not-checked'; readonly cause: UncheckedCause; readonly check?: HostFirewallCheck };

/** Five looks, one each minute: one that takes long, or a restart of the host, is no trouble. */
const believedForMs = 5 * 60_000;

/**
 * What a look says now. One of the future is of a clock that was put back, and no better than an old one. One from before
 * the server's start says nothing: ports are opened at the start, and nobody looks while the server is down.
 * @param startedAt of the server; absent: who looks is the server itself
 */
export function judgeCheck(check: HostFirewallCheck, now: number, startedAt = check.checkedAt): HostFirewall {
  const upForMs = now - startedAt;
  if (check.checkedAt < startedAt && upForMs >= 0 && upForMs <= believedForMs)
    return { state: 'not-checked', cause: 'never' };
  if (Math.abs(now - check.checkedAt) > believedForMs)
    return { state: 'not-checked', cause: 'too-old', check };
  return { state: check.missing.length > 0 ? 'closed' : 'open', check };
}
