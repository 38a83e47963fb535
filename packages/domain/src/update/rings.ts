import type { Reason } from '../scenario/frozen-step.ts';
import type { UpdatePolicy } from './policy.ts';

/** Machines of one ring by how far they are with a package. */
export interface RingCounts {
  /** All that are to have it, and have it already. */
  readonly targets: number;
  readonly succeeded: number;
  /** With at least one failed attempt and without a success since. */
  readonly failed: number;
}

export interface RingQuestion {
  /** The last ring that gets the package; `policy.rings.length` is everybody else. */
  readonly openRing: number;
  readonly counts: RingCounts;
  /** Since when enough machines of the ring have it; null: not yet. */
  readonly enoughSince: number | null;
  readonly nowMs: number;
}

export type RingVerdict =
  | { readonly kind: 'halt'; readonly reason: Reason }
  | { readonly kind: 'advance' }
  /** Enough have it; the next ring begins at `until`. */
  | { readonly kind: 'soak'; readonly enoughSince: number; readonly until: number }
  | { readonly kind: 'stay' };

type Rules = Pick<UpdatePolicy, 'rings' | 'failureLimitPercent' | 'failureSample'>;

/**
 * Whether a package goes on to the next ring, waits, or is stopped: too many failures stop it before anything else,
 * in every ring. A ring without machines that are to have it is passed. Source: BAUT-25.
 */
export function judgeRing(
  { openRing, counts, enoughSince, nowMs }: RingQuestion,
  policy: Rules,
): RingVerdict {
  const halt = haltReason(openRing, counts, policy);
  if (halt) return { kind: 'halt', reason: halt };
  const ring = policy.rings[openRing];
  if (!ring) return { kind: 'stay' };
  if (counts.targets === 0) return { kind: 'advance' };
  if (counts.succeeded * 100 < counts.targets * ring.successPercent) return { kind: 'stay' };
  const since = enoughSince ?? nowMs;
  const until = since + ring.soakMinutes * 60_000;
  return until <= nowMs ? { kind: 'advance' } : { kind: 'soak', enoughSince: since, until };
}

function haltReason(ring: number, { targets, succeeded, failed }: RingCounts, policy: Rules): Reason | null {
  const ended = succeeded + failed;
  if (failed === 0 || ended < Math.min(policy.failureSample, targets)) return null;
  if (failed * 100 <= ended * policy.failureLimitPercent) return null;
  return { code: 'update-halted', params: { failed, ended, ring: ring + 1 } };
}

/** The first ring that holds the machine; those in none come last. */
export function ringOf(policy: Pick<UpdatePolicy, 'rings'>, collectionIds: ReadonlySet<string>): number {
  const found = policy.rings.findIndex(
    ({ collectionId }) => collectionId === 'all' || collectionIds.has(collectionId),
  );
  return found === -1 ? policy.rings.length : found;
}
