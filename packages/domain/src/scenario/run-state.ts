import type { FrozenStep, Reason } from './frozen-step.ts';
import { isFinal, type RunStatus, type StepResult } from './run-progress.ts';
import { acknowledge, type RunReported } from './run-reports.ts';

/** One run: one machine's execution of a deployment. Everything that `next` needs, and nothing else. */
export interface RunState {
  readonly status: RunStatus;
  /** Counts from 1; a retry is a new attempt of the same run with a journal of its own. */
  readonly attempt: number;
  /** True while the machine may fetch the order; such a run holds a slot of the site's limit. */
  readonly isReleased: boolean;
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

export type RunEvent =
  | { readonly kind: 'hold'; readonly reason: Reason; readonly until: number | null; readonly at: number }
  | { readonly kind: 'release'; readonly at: number }
  | { readonly kind: 'report'; readonly attempt: number; readonly report: RunReported; readonly at: number }
  | { readonly kind: 'cancel'; readonly at: number }
  | { readonly kind: 'retry'; readonly at: number }
  | { readonly kind: 'clear'; readonly at: number }
  | { readonly kind: 'tick'; readonly at: number };

/** What the use-case does after it has stored the new state. */
export type RunEffect =
  /** The machine has something to fetch: an order, or the cancellation of one. */
  | { readonly kind: 'nudge' }
  /** The run's step in hand is `wake`: send magic packets. */
  | { readonly kind: 'wake' }
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

/**
 * The only way in which a run changes. Pure; whatever comes twice, late or out of order changes nothing that is
 * decided: a step has one result, a run one end for each attempt.
 * Source: design section 5; BSCN-36..40, BSRV-26, BSRV-27, BPKG-34, BPKG-35.
 */
export function next(state: RunState, event: RunEvent): Transition {
  switch (event.kind) {
    case 'hold':
      return hold(state, event.reason, event.until);
    case 'release':
      return release(state);
    case 'report':
      return acknowledge(state, event.attempt, event.report, event.at);
    case 'cancel':
      return cancel(state, event.at);
    case 'retry':
      return retry(state);
    case 'clear':
      return state.isInError
        ? changed({ ...state, isInError: false }, message('info', 'run-error-cleared', null))
        : same(state);
    case 'tick':
      return tick(state, event.at);
  }
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

/** Only a run that no machine can have begun may be held; holding again changes the reason. */
function hold(state: RunState, reason: Reason, until: number | null): Transition {
  if (state.isReleased || isFinal(state.status)) return same(state);
  return changed({ ...state, status: 'waiting', reason, waitsUntil: until });
}

function release(state: RunState): Transition {
  if (state.isReleased || isFinal(state.status)) return same(state);
  const reason = { code: 'machine-has-not-fetched', params: {} };
  return changed(
    { ...state, status: 'waiting', isReleased: true, reason, waitsUntil: null },
    { kind: 'nudge' },
  );
}

/** Before the machine has begun it ends at once; later the machine is told, and its answer ends the run. */
function cancel(state: RunState, at: number): Transition {
  if (isFinal(state.status)) return same(state);
  if (state.startedAt === null) return end(state, 'cancelled', { code: 'cancelled', params: {} }, at);
  if (state.isCancelRequested) return changed(state, { kind: 'nudge' });
  return changed({ ...state, isCancelRequested: true }, { kind: 'nudge' });
}

/** Clear and retry: only what has ended without success can begin anew. */
function retry(state: RunState): Transition {
  if (!isFinal(state.status) || state.status === 'succeeded' || state.status === 'not-applicable')
    return same(state);
  return changed(fresh(state), message('info', 'run-retried', state.reason));
}

function fresh(state: RunState): RunState {
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
    isInError: status === 'failed',
    waitsUntil: null,
    stepIndex: null,
    finishedAt: at,
    deadlineAt: null,
  };
  return changed(ended, said);
}

/** A machine that said nothing for longer than its step may take is not waited for any more (BSRV-27). */
function tick(state: RunState, at: number): Transition {
  if (isFinal(state.status) || state.deadlineAt === null || at < state.deadlineAt) return same(state);
  if (state.isCancelRequested) {
    return end(state, 'cancelled', { code: 'cancelled-without-answer', params: {} }, at);
  }
  return end(state, 'failed', { code: 'timed-out', params: { step: state.stepIndex ?? -1 } }, at);
}
