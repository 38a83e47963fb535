import type { RunRequestReport } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../../kernel/database/database.ts';
import { loadDeployment } from '../deployments.store.ts';
import type { ReleaseDeps } from '../release/evaluate-run.ts';
import { applyToRun } from '../runs/run-book.ts';
import { loadRun, markRequested } from '../runs/runs.store.ts';

/**
 * A user of a machine asks for a run that is available to it. Asked twice it is one request; a run that has failed
 * begins its next attempt.
 * @returns why the request can never be taken, or null
 */
export async function recordRunRequest(
  deps: ReleaseDeps,
  tx: Tx,
  machineId: string,
  { runId, user }: RunRequestReport,
): Promise<string | null> {
  const run = await loadRun(tx, runId);
  if (!run || run.row.machine_id !== machineId) return 'run-unknown';
  const deployment = await loadDeployment(tx, run.row.deployment_id);
  if (deployment?.draft.purpose !== 'available') return 'run-is-not-offered';
  if (run.row.status === 'failed') await applyToRun(deps, tx, run, { kind: 'retry', at: deps.clock.now() });
  else if (run.row.gate !== 'request') return null;
  await markRequested(tx, runId, user);
  await deps.audit.record(tx, {
    actor: { userId: `machine:${machineId}`, name: user },
    action: 'runs.requested',
    object: `run:${runId}`,
    details: { by: 'machine-user', deployment: deployment.row.name },
  });
  await deps.status.append(tx, {
    severity: 'info',
    component: 'deployments',
    code: 'run-requested',
    machineId,
    objects: [
      { kind: 'run', id: runId },
      { kind: 'deployment', id: run.row.deployment_id },
    ],
    params: { user },
  });
  tx.afterCommit(() => deps.lane.fresh());
  return null;
}
