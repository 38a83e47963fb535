import type { Reason } from '../scenario/frozen-step.ts';
import { nextOccurrence } from '../schedule/occurrence.ts';
import type { RecurringSchedule } from '../schedule/schedule.ts';
import type { Urgency } from '../software/software-package.ts';
import type { UpdatePolicy } from './policy.ts';

export interface TimingQuestion {
  readonly urgency: Urgency;
  /** The agent has checked in: the machine is on and commands will work. */
  readonly isOn: boolean;
  /** When it last checked in after a start; null: on for longer than we know. */
  readonly startedAt: number | null;
  /** When it was first heard, where it was on already; null: it has started since, or was never heard. */
  readonly knownAt: number | null;
  /** Its random part of the policy's start delay. */
  readonly startDelayMs: number;
  /** Since when it is to have the package. */
  readonly sinceMs: number;
  /** Since when the site has the package; a machine that came to be known later was not there to be told before. */
  readonly registeredMs: number;
  /** A prerequisite of the same package was installed already: the chain goes on without a new wait. */
  readonly isContinuing: boolean;
  readonly nowMs: number;
}

export type Timing =
  | { readonly isDue: true }
  | {
      readonly isDue: false;
      readonly state: 'waiting-time' | 'waiting-start';
      readonly reason: Reason;
      /** Epoch milliseconds; null: an event ends the wait. */
      readonly until: number | null;
    };

/** Only these are delivered without a scenario (BAUT-02). */
export function takesPart(urgency: Urgency): boolean {
  return urgency === 'highest' || urgency === 'high';
}

/**
 * When a package goes to a machine that is to have it: *highest* at once, *high* at the set time; to a machine that is
 * off, or that has started since, after its start, spread over the start delay.
 * Source: BAUT-03..08 (urgency x power).
 */
export function timingOf(question: TimingQuestion, policy: Pick<UpdatePolicy, 'time' | 'timeZone'>): Timing {
  const { urgency, isOn, isContinuing, nowMs } = question;
  if (!isOn) return wait('waiting-start', 'update-at-start', null);
  if (isContinuing) return { isDue: true };
  const startGate = startGateOf(question);
  if (urgency === 'highest') return startGate <= nowMs ? { isDue: true } : afterStart(startGate);
  const started = question.startedAt !== null && question.startedAt >= question.sinceMs;
  if (started) return startGate <= nowMs ? { isDue: true } : afterStart(startGate);
  if (wasOnAtSetTime(question, policy)) return { isDue: true };
  return wait('waiting-time', 'update-set-time', nextSetTime(policy, nowMs));
}

/** Only what waited for the start is spread; what comes later to a machine that is on is not delayed (BAUT-03). */
function startGateOf(question: TimingQuestion): number {
  const { startDelayMs, sinceMs, registeredMs } = question;
  // A thousand agents that are installed together come together, as a thousand machines in the morning do.
  const startedAt = question.startedAt ?? question.knownAt;
  const waitedFrom = Math.min(sinceMs, registeredMs);
  return startedAt === null || startedAt < waitedFrom ? 0 : startedAt + startDelayMs;
}

function afterStart(until: number): Timing {
  return wait('waiting-start', 'update-start-delay', until);
}

function wait(state: 'waiting-time' | 'waiting-start', code: string, until: number | null): Timing {
  return { isDue: false, state, reason: { code, params: {} }, until };
}

/** A set time that passed while the machine was off is made up for by its start, not by this. */
function wasOnAtSetTime(
  { sinceMs, startedAt, nowMs }: TimingQuestion,
  policy: Pick<UpdatePolicy, 'time' | 'timeZone'>,
): boolean {
  const first = nextSetTime(policy, Math.max(sinceMs, startedAt ?? 0) - 1);
  return first !== null && first <= nowMs;
}

/** The first set time after an instant (itself excluded). */
export function nextSetTime(
  { time, timeZone }: Pick<UpdatePolicy, 'time' | 'timeZone'>,
  afterMs: number,
): number | null {
  return nextOccurrence(daily(time, timeZone), afterMs);
}

function daily(at: string, timeZone: string): RecurringSchedule {
  return {
    kind: 'recurring',
    rule: { every: 'day', interval: 1, at },
    timeZone,
    startsAt: '2000-01-01T00:00:00Z',
  };
}
