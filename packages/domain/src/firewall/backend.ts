import type { Act, Procedure } from './procedure.ts';
import type { FirewallRole, FirewallRule } from './rule.ts';

export type BackendName = 'nftables' | 'firewalld' | 'ufw' | 'windows';

/**
 * What a firewall has of a rule. `open`: by a rule of ours. `given`: it comes in anyhow, by somebody else's rule or
 * the firewall's own. `manual`: this firewall has no command for it; the remedy says what to write where (BFWL-02).
 */
export interface RuleState {
  readonly rule: string;
  readonly backend: BackendName;
  /** Chain, zone or profile. */
  readonly where: string;
  readonly state: 'open' | 'given' | 'missing' | 'manual';
  readonly remedy?: string;
}

/** What is there, and what leads from it to all our rules, or to none of them. */
export interface Look {
  readonly states: readonly RuleState[];
  readonly open: readonly Act[];
  readonly close: readonly Act[];
}

export interface Wanted {
  readonly role: FirewallRole;
  readonly rules: readonly FirewallRule[];
  /** firewalld's zones or Windows' profiles; empty: all that are in use (BFWL-11). */
  readonly profiles: readonly string[];
}

/**
 * `idle`: it guards nothing now, and may still hold rules of ours. `off`: the same, and rules that are made now count once
 * it is turned on.
 */
export type Presence = 'active' | 'off' | 'idle' | 'absent';

/** One kind of firewall. It never changes anything itself: it asks, and says which acts would. */
export interface Backend {
  readonly name: BackendName;
  presence(): Procedure<Presence>;
  look(wanted: Wanted): Procedure<Look>;
}
