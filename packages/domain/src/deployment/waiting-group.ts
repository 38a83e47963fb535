import { defineReasons } from '../reason.ts';
import type { EffectiveDelivery } from './delivery.ts';

/** Limits of a group. Times are epoch milliseconds, lengths are milliseconds. */
export interface GroupLimits {
  readonly maxTargets: number | null;
  readonly maxWaitMs: number | null;
}

export function groupLimits({ maxTargets, maxWaitMinutes }: EffectiveDelivery): GroupLimits {
  return { maxTargets, maxWaitMs: maxWaitMinutes === null ? null : maxWaitMinutes * 60_000 };
}

/** A machine that could begin at once, but for the others. */
export interface GroupMember {
  readonly id: string;
  readonly readyAt: number;
  /** After it the run would not end within its maintenance window; null: no window ends. */
  readonly latestStartAt: number | null;
}

export interface GroupQuestion {
  readonly limits: GroupLimits;
  readonly members: readonly GroupMember[];
  /** Whether machines are left that may still become ready without anybody's doing. */
  readonly isAnyoneExpected: boolean;
  readonly nowMs: number;
}

/** Why a wave begins; the rest are the words of acts. */
export type WaveCause = 'full' | 'waited' | 'nobody-else' | 'window' | 'asked';

export interface Wave {
  readonly cause: WaveCause;
  /** Those who became ready first, first. */
  readonly memberIds: readonly string[];
}

export interface GroupAnswer {
  /** All of them begin now, one after the other. */
  readonly waves: readonly Wave[];
  readonly waitingIds: readonly string[];
  /** When something begins at the latest, without another machine's doing; null: nobody waits, or no limit says. */
  readonly startsAt: number | null;
}

/**
 * Which machines begin together now, and until when the others wait. A full group begins at once; what is over the
 * limit makes the next wave and is never an error. Whoever is ready when the longest wait of the first of them ends
 * begins then. With a number alone the last ones begin when nobody is left to wait for. A machine whose maintenance
 * window would close does not wait longer than that. Pure; the order of `members` does not matter.
 * Source: BSCN-08..11, BSCN-13, BSCN-16.
 */
export function nextWaves({ limits, members, isAnyoneExpected, nowMs }: GroupQuestion): GroupAnswer {
  const queue = [...members].sort(byReadiness);
  const { maxTargets } = limits;
  const fullCount = maxTargets === null ? 0 : Math.floor(queue.length / maxTargets) * maxTargets;
  const full = maxTargets === null ? [] : inParts(queue.slice(0, fullCount), maxTargets);
  const rest = queue.slice(fullCount);
  const last = lastWave(limits, rest, isAnyoneExpected, nowMs);
  const started = new Set(last?.members);
  const waiting = rest.filter((member) => !started.has(member));
  const waves = full.map((part) => ({ cause: 'full' as const, members: part }));
  return {
    waves: [...waves, ...(last ? [last] : [])].map(({ cause, members: all }) => ({
      cause,
      memberIds: all.map(({ id }) => id),
    })),
    waitingIds: waiting.map(({ id }) => id),
    startsAt: startsAtOf(limits, waiting),
  };
}

/** When this member begins at the latest, whatever the others do; null: no limit says. */
export function latestStartOf({ maxWaitMs }: GroupLimits, member: Omit<GroupMember, 'id'>): number | null {
  return earliest(maxWaitMs === null ? null : member.readyAt + maxWaitMs, member.latestStartAt);
}

function lastWave(
  limits: GroupLimits,
  rest: readonly GroupMember[],
  isAnyoneExpected: boolean,
  nowMs: number,
): { cause: WaveCause; members: readonly GroupMember[] } | null {
  const [first] = rest;
  if (!first) return null;
  const { maxTargets, maxWaitMs } = limits;
  if (maxWaitMs !== null && nowMs >= first.readyAt + maxWaitMs) return { cause: 'waited', members: rest };
  if (maxWaitMs === null && (maxTargets === null || !isAnyoneExpected))
    return { cause: 'nobody-else', members: rest };
  const closing = rest.filter(({ latestStartAt }) => latestStartAt !== null && nowMs >= latestStartAt);
  return closing.length > 0 ? { cause: 'window', members: closing } : null;
}

function startsAtOf(limits: GroupLimits, waiting: readonly GroupMember[]): number | null {
  return waiting.map((member) => latestStartOf(limits, member)).reduce(earliest, null);
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

function byReadiness(a: GroupMember, b: GroupMember): number {
  return a.readyAt - b.readyAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function inParts(queue: readonly GroupMember[], size: number): GroupMember[][] {
  return Array.from({ length: queue.length / size }, (_, part) =>
    queue.slice(part * size, (part + 1) * size),
  );
}

defineReasons({
  'group-waiting': 'It waits for its group: {ready} of {wanted} machines are ready.',
  'group-waiting-for-time': 'It waits for others of its group: {ready} machines are ready.',
  'run-waits-for-no-group': 'The run waits for no group.',
  'run-has-begun': 'The run has begun already.',
});
