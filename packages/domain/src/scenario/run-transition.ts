import type { FrozenStep, Reason } from './frozen-step.ts';
import type { RunStatus, StepResult } from './run-progress.ts';

/** One run: one machine's execution of a deployment. Everything that `next` needs, and nothing else. */
export interface RunState {
  readonly status: RunStatus;
  /** Counts from 1; a retry is a new attempt of the same run with a journal of its own. */
  readonly attempt: number;
  /** True while the machine may fetch the order; see `holdsSlot`. */
  readonly isReleased: boolean;
  /** Delivered, and waiting on the machine for its next start: no slot is held, and other runs go on (BSCN-19). */
  readonly isStaged: boolean;
  /** Begun, and its machine has been off for long: no slot is held until it speaks of the run again. */
  readonly isSilent: boolean;
  readonly isCancelRequested: boolean;
  /** Stays after the end until an operator clears it (BSCN-36). */
  readonly isInError: boolean;
  /** Why it waits, failed, or does not apply. */
  readonly reason: Reason | null;
  /** Earliest time at which a waiting run can go on; epoch milliseconds. */
  readonly waitsUntil: number | null;
  /** The step in hand, by index. */
  readonly stepIndex: number | null;
  readonly steps: readonly StepState[];
  readonly retriesLeft: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** The machine must have said something by then, or the run ends *timed-out* (BSRV-27). */
  readonly deadlineAt: number | null;
}

export interface StepState {
  readonly isInstall: boolean;
  /** Its failure does not end the run. */
  readonly continueOnError: boolean;
  /** Whether only detection may call it a success (law 8). */
  readonly mustBeDetected: boolean;
  readonly timeoutMs: number;
  readonly startedAt: number | null;
  readonly result: StepResult | null;
}

/** What the use-case does after it has stored the new state. */
export type RunEffect =
  /** The machine has something to fetch: an order, or the cancellation of one. */
  | { readonly kind: 'nudge' }
  | {
      readonly kind: 'message';
      readonly severity: 'info' | 'warning' | 'error';
      readonly code: string;
      readonly reason: Reason | null;
    };

export interface Transition {
  readonly state: RunState;
  readonly effects: readonly RunEffect[];
}

/** A run as it begins. */
export function newRun(steps: readonly Omit<StepState, 'startedAt' | 'result'>[], retries: number): RunState {
  return {
    status: 'planned',
    attempt: 1,
    isReleased: false,
    isStaged: false,
    isSilent: false,
    isCancelRequested: false,
    isInError: false,
    reason: null,
    waitsUntil: null,
    stepIndex: null,
    steps: steps.map((step) => ({ ...step, startedAt: null, result: null })),
    retriesLeft: retries,
    startedAt: null,
    finishedAt: null,
    deadlineAt: null,
  };
}

/** What `newRun` needs of each frozen step. */
export function stepStateOf(step: FrozenStep): Omit<StepState, 'startedAt' | 'result'> {
  const isInstall = step.kind === 'install-package';
  return {
    isInstall,
    mustBeDetected: isInstall && step.detection.length > 0,
    continueOnError: step.continueOnError,
    timeoutMs: step.timeoutMs,
  };
}

/** One of the site's simultaneous runs (BSRV-16). */
export function holdsSlot({ isReleased, isStaged, isSilent }: RunState): boolean {
  return isReleased && !isStaged && !isSilent;
}

export function same(state: RunState): Transition {
  return { state, effects: [] };
}

export function changed(state: RunState, ...effects: RunEffect[]): Transition {
  return { state, effects };
}

export function message(
  severity: 'info' | 'warning' | 'error',
  code: string,
  reason: Reason | null,
): RunEffect {
  return { kind: 'message', severity, code, reason };
}

/** The next attempt, from the beginning. */
export function fresh(state: RunState): RunState {
  const begun = newRun(state.steps, state.retriesLeft);
  return { ...begun, attempt: state.attempt + 1 };
}

/** Ends the attempt; a failure with automatic retries left begins the next one (BSCN-37). */
export function end(
  state: RunState,
  status: 'succeeded' | 'failed' | 'not-applicable' | 'cancelled',
  reason: Reason | null,
  at: number,
): Transition {
  const severity = status === 'failed' ? 'error' : status === 'cancelled' ? 'warning' : 'info';
  const said = message(severity, `run-${status}`, reason);
  if (status === 'failed' && state.retriesLeft > 0) {
    return changed(
      fresh({ ...state, retriesLeft: state.retriesLeft - 1 }),
      said,
      message('info', 'run-retried', reason),
    );
  }
  const ended: RunState = {
    ...state,
    status,
    reason,
    isReleased: false,
    isStaged: false,
    isSilent: false,
    isInError: status === 'failed',
    waitsUntil: null,
    stepIndex: null,
    finishedAt: at,
    deadlineAt: null,
  };
  return changed(ended, said);
}
