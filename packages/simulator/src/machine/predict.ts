import { isFinal, newRun, next, type RunReported, type RunState, stepStateOf } from '@tenkai/domain';
import type { InstalledSet } from './detect.ts';
import { type Act, type MachineAtStart, type RunToScript, scriptRun } from './run-script.ts';

export interface Prediction {
  /** As the site will have it: status, reason, attempt, each step's result. */
  readonly state: RunState;
  readonly installed: InstalledSet;
  /** Those that the run asks for. */
  readonly restarts: number;
  /** Restarts in the middle of a step. */
  readonly crashes: number;
}

/**
 * How a run ends on a machine of the fleet, retries included: the acts that the machine will play, told to the same
 * `next()` by which the site judges them.
 * @param retries how many the deployment allows
 */
export function predictRun(
  machine: MachineAtStart,
  run: Omit<RunToScript, 'attempt'>,
  retries: number,
): Prediction {
  let state = newRun(run.steps.map(stepStateOf), retries);
  let { installed } = machine;
  let restarts = 0;
  let crashes = 0;
  while (!isFinal(state.status)) {
    const { attempt } = state;
    state = next(state, { kind: 'release', at: 0 }).state;
    for (const act of scriptRun({ ...machine, installed }, { ...run, attempt })) {
      if (act.kind === 'installed') installed = act.installed;
      if (act.kind === 'power' && act.to === 'restarting') restarts += 1;
      if (act.kind === 'crash') crashes += 1;
      const report = reportedBy(act);
      if (report) state = next(state, { kind: 'report', attempt, report, at: 0 }).state;
    }
  }
  return { state, installed, restarts, crashes };
}

function reportedBy(act: Act): RunReported | null {
  switch (act.kind) {
    case 'step-started':
      return { kind: 'step-started', index: act.index };
    case 'step-finished':
      return { kind: 'step-finished', result: { ...act.result, startedAt: 0, finishedAt: 0 } };
    case 'run':
      return movedBy(act);
    default:
      return null;
  }
}

function movedBy({ event, succeeded, reason, verified }: Extract<Act, { kind: 'run' }>): RunReported | null {
  switch (event) {
    case 'restarting':
    case 'shutting-down':
      return { kind: 'power', to: event };
    case 'finished':
      return {
        kind: 'finished',
        succeeded: succeeded === true,
        reason: reason ?? null,
        verified: verified ?? [],
      };
    case 'staged':
      return { kind: 'staged' };
    case 'cancelled':
    case 'refused':
    case 'restart-postponed':
      return null;
    default:
      return { kind: 'moved', to: event };
  }
}
