import type { RunReported } from '@tenkai/domain';
import type { RunReport, StepFinishedReport, StepStartedReport } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../../kernel/database/database.ts';
import type { ReportSet, ReportToTake, Told } from '../../machines/index.ts';
import type { Deps } from '../needs.ts';
import { recordDelivery } from '../orders/delivery-method.ts';
import { beginStaged } from '../staged/staged-runs.ts';
import { openBook, type RunDeps } from './run-book.ts';
import { type LoadedRun, loadRuns } from './runs.store.ts';

export type AnyRunReport = RunReport | StepStartedReport | StepFinishedReport;
export type AgentDeps = RunDeps & Pick<Deps, 'log'>;

/**
 * What machines say of runs, many machines at once: every run is read once and written once. Times are the server's:
 * an agent's clock may be wrong.
 */
export async function beginRunReports(
  deps: AgentDeps,
  tx: Tx,
  told: Told,
  reports: readonly ReportToTake<AnyRunReport>[],
): Promise<ReportSet<AnyRunReport>> {
  const book = openBook({ ...deps, ...told }, tx);
  const runIds = reports.map(({ report }) => report.runId);
  for (const run of await loadRuns(tx, runIds)) book.put(run);
  return {
    async take(machineId, report) {
      const run = book.find(report.runId);
      // A machine may speak of its own runs only; of a deleted deployment there is nothing left to say.
      if (!run || run.row.machine_id !== machineId) return 'run-unknown';
      const at = deps.clock.now();
      const reported = translate(report, at);
      if (!reported) return 'report-unknown';
      if (report.kind === 'run' && report.event === 'delivered') await recordDelivery(tx, run, report);
      await book.apply(run, { kind: 'report', attempt: report.attempt, report: reported, at });
      if (reported.kind === 'power' && reported.to === 'shutting-down')
        wakeAfter(deps, tx, book.find(report.runId) ?? run);
      return null;
    },
    machineStarted: (machineId) => beginStaged(deps, tx, book, machineId),
    write: () => book.write(),
  };
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
      return { kind: 'moved', to: report.event, waitsFor: waitOf(report, at) };
  }
}

/** As with postponements: how long it may still wait is what the machine knows well. */
function waitOf({ reason, waitsUntil, at: told }: RunReport, at: number) {
  if (!reason) return undefined;
  return { reason, until: waitsUntil ? at + Math.max(0, waitsUntil - told) : null };
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
