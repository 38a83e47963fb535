import type { Static } from 'typebox';
import * as Type from 'typebox';

/** How far people may put off the restarts of a run. */
export const RestartPostponement = Type.Object({
  /** How often each restart may be put off. */
  times: Type.Integer({ minimum: 1, maximum: 20 }),
  /** Each restart happens so long after it was announced at the latest. */
  hours: Type.Integer({ minimum: 1, maximum: 168 }),
});
export type RestartPostponement = Static<typeof RestartPostponement>;

/** A restart that may be put off is announced so long before, unless the scenario says otherwise. */
export const postponableWarningSeconds = 300;

/** A restart that people were told of; times are epoch milliseconds. */
export interface AnnouncedRestart {
  readonly announcedAt: number;
  readonly restartAt: number;
  /** Whatever is asked for, it happens by then. */
  readonly latestAt: number;
  readonly mayBePostponed: boolean;
  readonly timesLeft: number;
}

export interface RestartAnnouncement {
  readonly announcedAt: number;
  readonly warningMs: number;
  /** Null: the administrator allows none. */
  readonly postponement: RestartPostponement | null;
  /** When the maintenance window of the run closes; null: it respects none. */
  readonly windowClosesAt: number | null;
  /** What the restart and all that comes after it may take: it must still fit into the window. */
  readonly restMs: number;
}

const hourMs = 60 * 60_000;

/** A restart as it is announced. The warning itself was planned for and is never cut short. */
export function announceRestart(announcement: RestartAnnouncement): AnnouncedRestart {
  const { announcedAt, warningMs, postponement, windowClosesAt, restMs } = announcement;
  const restartAt = announcedAt + warningMs;
  const byLimit = announcedAt + (postponement?.hours ?? 0) * hourMs;
  const byWindow = windowClosesAt === null ? Number.POSITIVE_INFINITY : windowClosesAt - restMs;
  const latestAt = Math.max(restartAt, Math.min(byLimit, byWindow));
  const mayBePostponed = postponement !== null && latestAt > restartAt;
  return { announcedAt, restartAt, latestAt, mayBePostponed, timesLeft: postponement?.times ?? 0 };
}

/** Why a restart is not put off, by the code of the agent's refusal. */
export type PostponeRefusal =
  | 'restart-has-begun'
  | 'restart-not-postponable'
  | 'restart-postponed-enough'
  | 'restart-not-later'
  | 'restart-too-late';

/** Why a restart cannot be put off until then (epoch milliseconds); null: it can. */
export function refusePostponement(
  { restartAt, latestAt, mayBePostponed, timesLeft }: AnnouncedRestart,
  until: number,
  nowMs: number,
): PostponeRefusal | null {
  if (nowMs >= restartAt) return 'restart-has-begun';
  if (!mayBePostponed) return 'restart-not-postponable';
  if (timesLeft < 1) return 'restart-postponed-enough';
  if (!(until > restartAt)) return 'restart-not-later';
  return until > latestAt ? 'restart-too-late' : null;
}

/** The restart after it was put off; what was never allowed, or is read from a damaged record, cannot exceed its limit. */
export function postponed(restart: AnnouncedRestart, until: number): AnnouncedRestart {
  const { restartAt, latestAt, timesLeft } = restart;
  return {
    ...restart,
    restartAt: Math.min(latestAt, Math.max(restartAt, until)),
    timesLeft: Math.max(0, timesLeft - 1),
  };
}

/**
 * How long there is to wait for the restart. A clock that is put back makes no restart later than its limit: never
 * more is left than lies between announcement and restart.
 */
export function timeToRestartMs({ announcedAt, restartAt }: AnnouncedRestart, nowMs: number): number {
  return Math.max(0, Math.min(restartAt - nowMs, restartAt - announcedAt));
}
