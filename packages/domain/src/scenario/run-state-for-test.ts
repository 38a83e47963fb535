import { aStepResult } from '@tenkai/testkit/builders.ts';
import type { RunReported } from './run-reports.ts';
import { next, type RunEvent } from './run-state.ts';
import type { RunState } from './run-transition.ts';

export const install = { isInstall: true, continueOnError: false, mustBeDetected: true, timeoutMs: 1000 };
export const script = { isInstall: false, continueOnError: false, mustBeDetected: false, timeoutMs: 1000 };

/** The state after all of these. */
export function walk(state: RunState, ...events: RunEvent[]): RunState {
  return events.reduce((current, event) => next(current, event).state, state);
}
export const at = 1000;
export const report = (reported: RunReported, attempt = 1): RunEvent => ({
  kind: 'report',
  attempt,
  report: reported,
  at,
});
export const release: RunEvent = { kind: 'release', at };
export const received = report({ kind: 'moved', to: 'received' });
export const started = report({ kind: 'step-started', index: 0 });
export const done = report({ kind: 'step-finished', result: aStepResult(0) });
export const seen = [{ index: 0, isDetected: true, found: '' }];
export const finished = (verified = seen) =>
  report({ kind: 'finished', succeeded: true, reason: null, verified });
export const failed = report({
  kind: 'finished',
  succeeded: false,
  reason: { code: 'step-failed', params: {} },
  verified: [],
});
