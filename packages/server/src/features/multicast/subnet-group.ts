import type { Reason } from '@tenkai/domain';
import type { MulticastAsk, RelayFacts } from '@tenkai/protocol/agent/multicast.ts';
import type { Asking } from './allocate-session.ts';
import type { Deps, RunPart, RunsInWaves } from './needs.ts';
import type { SubnetSession } from './subnet-session.ts';

export interface SubnetQuestion extends Pick<MulticastAsk, 'contentId' | 'after'> {
  /** Names wave and content. */
  readonly waveKey: string;
  readonly part: RunPart;
  readonly who: Asking;
  readonly network: string;
  readonly relay: RelayFacts;
}

export type SubnetsDeps = Deps & { readonly runs: () => RunsInWaves | undefined };

/** A subnet's machines of one wave that need one content. */
export interface Group {
  readonly asking: Map<string, Asking & { readonly at: number; readonly relay: RelayFacts }>;
  /** Runs for which nobody waits: they have it, go by unicast, or fell out as representatives. */
  readonly settled: Set<string>;
  /** How often a machine fell out. */
  readonly failures: Map<string, number>;
  since: number;
  opening: Promise<SubnetSession | Reason> | undefined;
  refused: { readonly reason: Reason; readonly at: number } | undefined;
}
