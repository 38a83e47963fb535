import type { RunReported } from '@tenkai/domain';
import type { RunReport, StepFinishedReport, StepStartedReport } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { Deps } from './needs.ts';
import { applyToRun, type RunDeps } from './run-events.ts';
import { type LoadedRun, loadRun } from './runs.store.ts';

export type AnyRunReport = RunReport | StepStartedReport | StepFinishedReport;
export type AgentDeps = RunDeps & Pick<Deps, 'clock' | 'log' | 'machines'>;

/**
 * What a machine says of a run. Times are the server's: an agent's clock may be wrong.
 * Returns why the report can never be taken, or null.
 */
export async function recordRunReport(
  deps: AgentDeps,
  tx: Tx,
  machineId: string,
  report: AnyRunReport,
): Promise<string | null> {
  const run = await loadRun(tx, report.runId);
  // A machine may speak of its own runs only; of a deleted deployment there is nothing left to say.
  if (!run || run.row.machine_id !== machineId) return 'run-unknown';
  const at = deps.clock.now();
  const reported = translate(report, at);
  if (!reported) return 'report-unknown';
  await applyToRun(deps, tx, run, { kind: 'report', attempt: report.attempt, report: reported, at });
  if (reported.kind === 'power' && reported.to === 'shutting-down') wakeAfter(deps, tx, run);
  return null;
}

function translate(report: AnyRunReport, at: number): RunReported | null {
  if (report.kind === 'step-started') return { kind: 'step-started', index: report.index };
  if (report.kind === 'step-finished') return { kind: 'step-finished', result: report.result };
  switch (report.event) {
    case 'restarting':
    case 'shutting-down':
      return { kind: 'power', to: report.event };
    case 'restart-postponed':
      return postponedBy(report, at);
    case 'staged':
      return { kind: 'staged' };
    case 'finished':
      return {
        kind: 'finished',
        succeeded: report.succeeded === true,
        reason: report.reason ?? null,
        verified: report.verified ?? [],
      };
    case 'cancelled':
      return { kind: 'cancelled' };
    case 'refused':
      return { kind: 'refused', reason: report.reason ?? { code: 'refused', params: {} } };
    default:
      return { kind: 'moved', to: report.event };
  }
}

/** No administrator may allow more than this (`RestartPostponement`). */
const longestPostponementMs = 168 * 60 * 60_000;

/** The machine's clock may be wrong; how long it still waits it knows well. */
function postponedBy(report: RunReport, at: number): RunReported | null {
  const { postponed } = report;
  if (!postponed) return null;
  const { until, user, timesLeft } = postponed;
  const waitMs = Math.min(longestPostponementMs, Math.max(0, until - report.at));
  return { kind: 'postponed', until: at + waitMs, user, timesLeft };
}

/** `shut-down` followed by `wake`: the machine cannot do the second half by itself. */
function wakeAfter({ machines, log }: AgentDeps, tx: Tx, run: LoadedRun) {
  const next = run.plan?.steps[(run.state.stepIndex ?? -1) + 1];
  if (next?.kind !== 'wake') return;
  tx.afterCommit(() => {
    machines
      .wake(run.row.machine_id)
      .catch((error: unknown) => log.warn({ err: error }, 'wake after shut-down failed'));
  });
}
