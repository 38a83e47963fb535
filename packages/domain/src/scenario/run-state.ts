import type { Reason } from './frozen-step.ts';
import { isFinal } from './run-progress.ts';
import { acknowledge, machineBack, type RunReported } from './run-reports.ts';
import {
  changed,
  end,
  fresh,
  holdsSlot,
  message,
  type RunState,
  same,
  type Transition,
} from './run-transition.ts';

export type RunEvent =
  | { readonly kind: 'hold'; readonly reason: Reason; readonly until: number | null; readonly at: number }
  | { readonly kind: 'release'; readonly at: number }
  | { readonly kind: 'report'; readonly attempt: number; readonly report: RunReported; readonly at: number }
  /** The machine has started anew: what is staged on it is applied now, one run after another. */
  | { readonly kind: 'machine-started'; readonly at: number }
  /** The machine has been off for longer than `offLimitMs`. */
  | { readonly kind: 'machine-off'; readonly at: number }
  /** The machine is on again, whether or not it has anything to say of the run. */
  | { readonly kind: 'machine-back'; readonly at: number }
  | { readonly kind: 'cancel'; readonly at: number }
  | { readonly kind: 'retry'; readonly at: number }
  | { readonly kind: 'clear'; readonly at: number }
  | { readonly kind: 'tick'; readonly at: number };

/**
 * The only way in which a run changes. Pure; whatever comes twice, late or out of order changes nothing that is
 * decided: a step has one result, a run one end for each attempt.
 * Source: design section 5; BSCN-19..24, BSCN-36..40, BSRV-26, BSRV-27, BPKG-34, BPKG-35.
 */
export function next(state: RunState, event: RunEvent): Transition {
  switch (event.kind) {
    case 'hold':
      return hold(state, event.reason, event.until);
    case 'release':
      return release(state, event.at);
    case 'report':
      return acknowledge(state, event.attempt, event.report, event.at);
    case 'machine-started':
      return machineStarted(state, event.at);
    case 'machine-off':
      return machineOff(state);
    case 'machine-back':
      return machineBack(state, event.at);
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

/** Only a run that no machine can have begun may be held; holding again changes the reason. */
function hold(state: RunState, reason: Reason, until: number | null): Transition {
  if (state.isReleased || state.isStaged || isFinal(state.status)) return same(state);
  return changed({ ...state, status: 'waiting', reason, waitsUntil: until });
}

/** A machine that is told to begin and does not fetch its order within this time gives its slot to another. */
const fetchLimitMs = 10 * 60_000;
const askAgainAfterMs = 60_000;

function release(state: RunState, at: number): Transition {
  if (state.isReleased || state.isStaged || isFinal(state.status)) return same(state);
  const reason = { code: 'machine-has-not-fetched', params: {} };
  const released = { ...state, status: 'waiting' as const, isReleased: true, reason, waitsUntil: null };
  return changed({ ...released, deadlineAt: at + fetchLimitMs }, { kind: 'nudge' });
}

function takeBack(state: RunState, at: number): Transition {
  const waitsUntil = at + askAgainAfterMs;
  return changed({ ...state, isReleased: false, waitsUntil, deadlineAt: null });
}

/** A hundred staged runs may take long, but a machine that never speaks of one again has lost it. */
const stagedLimitMs = 24 * 60 * 60_000;

function machineStarted(state: RunState, at: number): Transition {
  if (!state.isStaged || state.isReleased || isFinal(state.status)) return same(state);
  const reason = { code: 'next-start-queued', params: {} };
  return changed({ ...state, isReleased: true, reason, deadlineAt: at + stagedLimitMs });
}

/** A machine that goes off in the middle of a run may be back in a moment; after this its slot serves others. */
export const offLimitMs = 10 * 60_000;

/**
 * The run stays the machine's, which goes on with it when it is back. What was only being delivered waits for that as
 * long as it takes; what had begun to change the machine keeps its deadline, for somebody must hear of it (BSRV-27).
 */
function machineOff(state: RunState): Transition {
  if (!holdsSlot(state) || state.startedAt === null || isFinal(state.status)) return same(state);
  const reason = { code: 'machine-off-meanwhile', params: {} };
  const hasBegun = state.stepIndex !== null || state.status !== 'delivering';
  const deadlineAt = hasBegun || state.isCancelRequested ? state.deadlineAt : null;
  return changed(
    { ...state, isSilent: true, status: 'waiting', reason, waitsUntil: null, deadlineAt },
    message('warning', 'run-machine-off', null),
  );
}

/** Before the machine has begun it ends at once; later the machine is told, and its answer ends the run. */
function cancel(state: RunState, at: number): Transition {
  if (isFinal(state.status)) return same(state);
  if (state.startedAt === null) return end(state, 'cancelled', { code: 'cancelled', params: {} }, at);
  if (state.isCancelRequested) return changed(state, { kind: 'nudge' });
  // One that waits for its machine for ever must not be cancelled for ever.
  const deadlineAt = state.isSilent ? (state.deadlineAt ?? at + fetchLimitMs) : state.deadlineAt;
  return changed({ ...state, isCancelRequested: true, isReleased: true, deadlineAt }, { kind: 'nudge' });
}

/** Clear and retry: only what has ended without success can begin anew. */
function retry(state: RunState): Transition {
  if (!isFinal(state.status) || state.status === 'succeeded' || state.status === 'not-applicable')
    return same(state);
  return changed(fresh(state), message('info', 'run-retried', state.reason));
}

/** A machine that said nothing for longer than its step may take is not waited for any more (BSRV-27). */
function tick(state: RunState, at: number): Transition {
  if (isFinal(state.status) || state.deadlineAt === null || at < state.deadlineAt) return same(state);
  if (state.startedAt === null) return takeBack(state, at);
  if (state.isCancelRequested) {
    return end(state, 'cancelled', { code: 'cancelled-without-answer', params: {} }, at);
  }
  return end(state, 'failed', { code: 'timed-out', params: { step: state.stepIndex ?? -1 } }, at);
}
