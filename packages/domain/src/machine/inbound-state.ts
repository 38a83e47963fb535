import type { FirewallFact } from './inventory.ts';

/**
 * Whether what the site sends reaches a machine, by the machine's own word of its firewall (BAGT-21): `blocked` is one whose
 * agent may report all the same, for it opens its connections itself (BAGT-05). `unknown`: the agent has not told.
 */
export const inboundStates = ['blocked', 'open', 'unknown'] as const;
export type InboundState = (typeof inboundStates)[number];

/** Blocked as soon as one rule is missing; a machine that no firewall guards is open. */
export function inboundStateOf(fact: FirewallFact | undefined): InboundState {
  if (!fact) return 'unknown';
  return fact.missing.length > 0 ? 'blocked' : 'open';
}
