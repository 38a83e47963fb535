import type { Reason } from './frozen-step.ts';
import { isFinal, type RunStatus, type StepResult } from './run-progress.ts';
import {
  changed,
  end,
  message,
  type RunState,
  type StepState,
  same,
  type Transition,
} from './run-transition.ts';

/** What a machine says of a run, free of the wire's words. */
export type RunReported =
  | {
      readonly kind: 'moved';
      readonly to: 'received' | 'delivering' | 'delivered' | 'executing' | 'resumed' | 'verifying';
      /** What the step in hand waits for on the machine, and by the site's clock until when at the most. */
      readonly waitsFor?: { readonly reason: Reason; readonly until: number | null } | undefined;
    }
  /** Delivered, verified, and left for the next start of the machine. */
  | { readonly kind: 'staged' }
  /** People have put off the restart that is announced; `until` by the site's clock. */
  | { readonly kind: 'postponed'; readonly until: number; readonly user: string; readonly timesLeft: number }
  | { readonly kind: 'power'; readonly to: 'restarting' | 'shutting-down' }
  | { readonly kind: 'step-started'; readonly index: number }
  | { readonly kind: 'step-finished'; readonly result: StepResult }
  | {
      readonly kind: 'finished';
      readonly succeeded: boolean;
      readonly reason: Reason | null;
      readonly verified: readonly Verified[];
    }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'refused'; readonly reason: Reason };

/** One install, looked at again after the last restart. */
export interface Verified {
  readonly index: number;
  readonly isDetected: boolean;
  readonly found: string;
}

/** What a machine may be silent for on top of a step's own limit: a restart, a bad line, a slow disk. */
const graceMs = 30 * 60_000;
/** Delivery may pause for a night without network. */
const deliveryGraceMs = 24 * 60 * 60_000;

/** Takes one report of an attempt. Of another attempt, or after the end, it is history and changes nothing. */
export function acknowledge(state: RunState, attempt: number, report: RunReported, at: number): Transition {
  if (attempt !== state.attempt) return same(state);
  const open = awake(reopened(state));
  if (isFinal(open.status)) return same(state);
  const begun = open.startedAt === null ? { ...open, startedAt: at, isReleased: true } : open;
  const taken = take(begun, report, at);
  const mustStop = isFinal(state.status) && taken.state.isCancelRequested && !isFinal(taken.state.status);
  return mustStop ? { ...taken, effects: [...taken.effects, { kind: 'nudge' }] } : taken;
}

function take(begun: RunState, report: RunReported, at: number): Transition {
  switch (report.kind) {
    case 'moved':
      return moved(begun, report, at);
    case 'staged':
      return staged(begun);
    case 'postponed':
      return restartPostponed(begun, report);
    case 'power':
      return changed({
        ...unstaged(begun),
        status: 'restarting',
        reason: null,
        waitsUntil: null,
        deadlineAt: at + graceMs,
      });
    case 'step-started':
      return stepStarted(begun, report.index, at);
    case 'step-finished':
      return stepFinished(begun, report.result, at);
    case 'finished':
      return finished(begun, report, at);
    case 'cancelled':
      return end(begun, 'cancelled', { code: 'cancelled', params: {} }, at);
    case 'refused':
      return end(begun, 'failed', report.reason, at);
  }
}

/**
 * The truth wins: a run that was given up for silence goes on when the machine speaks again, and one that was
 * cancelled while its order was on the way, or while the machine was out of reach, is told to stop.
 */
function reopened(state: RunState): RunState {
  const wasSilent = state.status === 'failed' && state.reason?.code === 'timed-out';
  const hasNotHeard = state.startedAt === null || state.reason?.code === 'cancelled-without-answer';
  const mustStop = state.status === 'cancelled' && hasNotHeard;
  if (!wasSilent && !mustStop) return state;
  const open = { ...state, status: 'executing' as const, isInError: false, isReleased: true };
  return { ...open, isCancelRequested: mustStop, finishedAt: null, reason: null };
}

/** The machine is in reach again; whether it goes on with the run, and hangs in it, its limits tell from now on. */
export function machineBack(state: RunState, at: number): Transition {
  if (!state.isSilent) return same(state);
  const open = awake(state);
  const limitMs = open.status === 'delivering' ? deliveryGraceMs : graceMs;
  return changed({ ...open, deadlineAt: Math.max(open.deadlineAt ?? 0, at + limitMs) });
}

/** It was off in the middle of the run, and is back or speaks of it again. */
function awake(state: RunState): RunState {
  if (!state.isSilent) return state;
  const status = state.stepIndex === null ? 'delivering' : 'executing';
  return { ...state, isSilent: false, status, reason: null, waitsUntil: null };
}

const statusOf: Record<Extract<RunReported, { kind: 'moved' }>['to'], RunStatus> = {
  received: 'delivering',
  delivering: 'delivering',
  delivered: 'delivering',
  executing: 'executing',
  resumed: 'executing',
  verifying: 'verifying',
};

function moved(
  state: RunState,
  { to, waitsFor }: Extract<RunReported, { kind: 'moved' }>,
  at: number,
): Transition {
  const status = statusOf[to];
  const isDelivery = status === 'delivering';
  // A late `delivering` must not take back that steps have begun, or that the run is staged.
  if (isDelivery && (state.stepIndex !== null || state.isStaged)) return same(state);
  const deadlineAt = at + (isDelivery ? deliveryGraceMs : graceMs);
  const { reason = null, until = null } = waitsFor ?? {};
  return changed({ ...unstaged(state), status, reason, waitsUntil: until, deadlineAt });
}

/**
 * The machine keeps it, may be off for weeks, and does other runs meanwhile. Said again by a machine that has lost
 * everything and has fetched the order anew.
 */
function staged(state: RunState): Transition {
  const isEarly = state.status === 'delivering' || state.status === 'waiting';
  if (!isEarly || (state.isStaged && !state.isReleased)) return same(state);
  const reason = { code: 'next-start', params: {} };
  const waits = { ...state, status: 'waiting' as const, reason, waitsUntil: null, deadlineAt: null };
  // One that is to stop stays within reach of its cancellation.
  return changed(
    { ...waits, isStaged: true, isReleased: state.isCancelRequested },
    message('info', 'run-staged', null),
  );
}

/** The run goes on as soon as the machine has restarted; silence until then is none. */
function restartPostponed(
  state: RunState,
  { until, user, timesLeft }: Extract<RunReported, { kind: 'postponed' }>,
): Transition {
  const reason = {
    code: 'restart-postponed',
    params: { user, timesLeft, until: new Date(until).toISOString() },
  };
  return changed(
    { ...unstaged(state), status: 'executing', reason, waitsUntil: until, deadlineAt: until + graceMs },
    message('info', 'run-restart-postponed', reason),
  );
}

/** From now on the run is in hand. */
function unstaged(state: RunState): RunState {
  return state.isStaged ? { ...state, isStaged: false, isReleased: true } : state;
}

function stepStarted(state: RunState, index: number, at: number): Transition {
  const step = state.steps[index];
  if (!step || step.result) return same(state);
  const steps = state.steps.with(index, { ...step, startedAt: step.startedAt ?? at });
  const deadlineAt = at + step.timeoutMs + graceMs;
  return changed({
    ...unstaged(state),
    status: 'executing',
    reason: null,
    waitsUntil: null,
    stepIndex: index,
    steps,
    deadlineAt,
  });
}

/** The first result of a step stays; a success that detection does not show is none (law 8). */
function stepFinished(state: RunState, result: StepResult, at: number): Transition {
  const step = state.steps[result.index];
  if (!step || step.result) return same(state);
  const steps = state.steps.with(result.index, {
    ...step,
    startedAt: step.startedAt ?? result.startedAt,
    result: truthful(step, result),
  });
  return changed({
    ...unstaged(state),
    status: 'executing',
    reason: null,
    waitsUntil: null,
    stepIndex: result.index,
    steps,
    deadlineAt: at + graceMs,
  });
}

function truthful(step: StepState, result: StepResult): StepResult {
  if (!step.mustBeDetected || result.outcome !== 'succeeded') return result;
  const missing = result.detection.find((one) => !one.isDetected);
  if (result.detection.length > 0 && !missing) return result;
  return {
    ...result,
    outcome: 'failed',
    reason: { code: 'not-detected', params: { found: missing?.found ?? '' } },
  };
}

/** Done means verified: every install that succeeded must have been seen again at the end. */
function finished(
  state: RunState,
  report: Extract<RunReported, { kind: 'finished' }>,
  at: number,
): Transition {
  if (!report.succeeded)
    return end(state, 'failed', report.reason ?? { code: 'step-failed', params: {} }, at);
  const verdict = verify(state, report.verified);
  if (verdict) return end(state, 'failed', verdict, at);
  const refused = notApplicableReason(state.steps);
  if (refused) return end(state, 'not-applicable', refused, at);
  return end(state, 'succeeded', null, at);
}

function verify(state: RunState, verified: readonly Verified[]): Reason | null {
  for (const [index, step] of state.steps.entries()) {
    if (step.result === null) return { code: 'step-without-result', params: { step: index } };
    if (step.result.outcome === 'failed' && !step.continueOnError) {
      return step.result.reason ?? { code: 'step-failed', params: { step: index } };
    }
    if (!step.mustBeDetected || !claimsPresence(step.result)) continue;
    const seen = verified.find((one) => one.index === index);
    if (!seen) return { code: 'not-verified', params: { step: index } };
    if (!seen.isDetected) return { code: 'not-detected', params: { step: index, found: seen.found } };
  }
  return null;
}

function claimsPresence(result: StepResult): boolean {
  return result.outcome === 'succeeded' || result.reason?.code === 'already-installed';
}

/** All installs were skipped because the packages' conditions do not hold on the machine (BSCN-41, BPKG-52). */
function notApplicableReason(steps: readonly StepState[]): Reason | null {
  const installs = steps.filter((step) => step.isInstall);
  const isRefused = (step: StepState) =>
    step.result?.outcome === 'skipped' && step.result.reason?.code === 'condition-not-met';
  if (installs.length === 0 || !installs.every(isRefused)) return null;
  return installs[0]?.result?.reason ?? null;
}
