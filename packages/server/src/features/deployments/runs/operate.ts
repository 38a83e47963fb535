import { end, Failure, type RunEvent } from '@tenkai/domain';
import type { Caller } from '../../../kernel/access/caller.ts';
import type { Tx } from '../../../kernel/database/database.ts';
import { loadDeployment, updateDeployment } from '../deployments.store.ts';
import type { ReleaseDeps } from '../release/evaluate-run.ts';
import { dropReviewsOf } from '../reviews/reviews.store.ts';
import { requireCollection } from '../scope.ts';
import { applyToRun, store } from './run-book.ts';
import { loadRun, loadRunsWhere, markRequested } from './runs.store.ts';

/** Per run: whether the act was taken, and if not the code that says why. */
export interface ActResult {
  readonly machineId: string;
  readonly accepted: boolean;
  readonly code: string | null;
}

/**
 * Stops a deployment for good: what waits ends at once, what runs is told to stop.
 * @param override also where a feature made it and needs it (DIST-26)
 * @throws Failure not-found, not-allowed, deployment-of-updates
 */
export async function cancelDeployment(
  deps: ReleaseDeps,
  caller: Caller,
  id: string,
  override: boolean,
): Promise<void> {
  const found = await loadDeployment(deps.db.read, id);
  if (!found) throw new Failure('not-found', { what: 'deployment', id });
  await requireCollection(deps, caller, found.row.collection_id);
  if (found.row.status === 'cancelled') return;
  const { name, owner } = found.row;
  if (owner !== null && !override) throw new Failure('deployment-of-updates', { name });
  const at = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await updateDeployment(tx, id, { status: 'cancelled', next_start_at: null, finished_at: at });
    await dropReviewsOf(tx, id);
    const details = { name, ...(owner === null ? {} : { owner }) };
    await deps.audit.record(tx, {
      actor: caller,
      action: 'deployments.cancelled',
      object: `deployment:${id}`,
      details,
    });
    await deps.events.publish(tx, 'deployments.changed', { deploymentId: id });
  });
  const open = "deployment_id = ? AND status NOT IN ('succeeded', 'failed', 'not-applicable', 'cancelled')";
  for (const { row } of await loadRunsWhere(deps.db.read, open, [id])) {
    await deps.db.transaction((tx) => actOn(deps, tx, row.id, { kind: 'cancel', at }));
  }
}

export function cancelRuns(deps: ReleaseDeps, caller: Caller, runIds: readonly string[]) {
  return eachRun(deps, caller, runIds, 'runs.cancelled', 'cancel', 'run-has-ended');
}

/** Clear and retry in one act (BSCN-37). */
export function retryRuns(deps: ReleaseDeps, caller: Caller, runIds: readonly string[]) {
  return eachRun(deps, caller, runIds, 'runs.retried', 'retry', 'run-has-not-failed');
}

/** Asks for an available deployment on behalf of the machine's user. */
export async function requestRuns(
  deps: ReleaseDeps,
  caller: Caller,
  runIds: readonly string[],
): Promise<ActResult[]> {
  return forEachAllowed(deps, caller, runIds, 'runs.requested', async (tx, runId) => {
    const run = await loadRun(tx, runId);
    if (run?.row.gate !== 'request') return 'run-is-not-offered';
    await markRequested(tx, runId, caller.name);
    tx.afterCommit(() => deps.lane.fresh());
    return null;
  });
}

/** エラー解除 (BSCN-36, BCON-07): for all deployments of the machines, or one. Returns those that were in error. */
export async function clearErrors(
  deps: ReleaseDeps,
  caller: Caller,
  machineIds: readonly string[],
  deploymentId?: string,
): Promise<string[]> {
  const cleared: string[] = [];
  const at = deps.clock.now();
  const rest = deploymentId === undefined ? '' : ' AND deployment_id = ?';
  for (const machineId of machineIds) {
    const params = deploymentId === undefined ? [machineId] : [machineId, deploymentId];
    const count = await deps.db.transaction(async (tx) => {
      const runs = await loadRunsWhere(tx, `machine_id = ? AND is_in_error = 1${rest}`, params);
      for (const run of runs) {
        await applyToRun(deps, tx, run, { kind: 'clear', at });
        await deps.audit.record(tx, {
          actor: caller,
          action: 'runs.error-cleared',
          object: `run:${run.row.id}`,
        });
      }
      return runs.length;
    });
    if (count > 0) cleared.push(machineId);
  }
  return cleared;
}

/** The machine is forgotten: what it had to do ends, in the transaction that forgets it. */
export async function endRunsOf(deps: ReleaseDeps, tx: Tx, machineId: string): Promise<void> {
  const open = "machine_id = ? AND status NOT IN ('succeeded', 'failed', 'not-applicable', 'cancelled')";
  const at = deps.clock.now();
  for (const run of await loadRunsWhere(tx, open, [machineId])) {
    const ended = end(
      { ...run.state, retriesLeft: 0 },
      'cancelled',
      { code: 'machine-gone', params: {} },
      at,
    );
    await store(deps, tx, run, ended, null);
  }
}

function eachRun(
  deps: ReleaseDeps,
  caller: Caller,
  runIds: readonly string[],
  action: string,
  kind: 'cancel' | 'retry',
  refusal: string,
): Promise<ActResult[]> {
  const event: RunEvent = { kind, at: deps.clock.now() };
  return forEachAllowed(deps, caller, runIds, action, async (tx, runId) => {
    return (await actOn(deps, tx, runId, event)) ? null : refusal;
  });
}

/** Acts on runs one by one, as far as the caller may see their machines; each in a transaction with its audit entry. */
export async function forEachAllowed(
  deps: ReleaseDeps,
  caller: Caller,
  runIds: readonly string[],
  action: string,
  act: (tx: Tx, runId: string) => Promise<string | null>,
): Promise<ActResult[]> {
  const results: ActResult[] = [];
  for (const runId of runIds) {
    const run = await loadRun(deps.db.read, runId);
    if (!run) throw new Failure('not-found', { what: 'run', id: runId });
    const machineId = run.row.machine_id;
    await deps.machines.requireVisible(caller, [machineId]);
    const code = await deps.db.transaction(async (tx) => {
      const refusal = await act(tx, runId);
      if (refusal === null) await deps.audit.record(tx, { actor: caller, action, object: `run:${runId}` });
      return refusal;
    });
    results.push({ machineId, accepted: code === null, code });
  }
  return results;
}

async function actOn(deps: ReleaseDeps, tx: Tx, runId: string, event: RunEvent): Promise<boolean> {
  const run = await loadRun(tx, runId);
  return run ? applyToRun(deps, tx, run, event) : false;
}
