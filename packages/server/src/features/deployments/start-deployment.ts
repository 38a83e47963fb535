import { nextOccurrence } from '@tenkai/domain';
import { rowsOf } from '../../kernel/database/many-rows.ts';
import { newId } from '../../kernel/ids.ts';
import { scheduleStart } from './create-deployment.ts';
import {
  loadDeployment,
  openDeploymentsOf,
  type StoredDeployment,
  updateDeployment,
} from './deployments.store.ts';
import type { Deps } from './needs.ts';
import type { ReleaseLane } from './release/release-lane.ts';
import { insertRuns } from './runs/runs.store.ts';

type StartDeps = Deps & { readonly lane: Pick<ReleaseLane, 'fresh' | 'finished'> };

/** So many runs in one transaction: others must not wait long behind it. */
const batchSize = 500;

/**
 * The moment of the schedule has come: every member of the collection gets a run. Safe to repeat after a crash:
 * a machine has one run for each occurrence.
 */
export async function startDeployment(deps: StartDeps, deploymentId: string): Promise<void> {
  const found = await loadDeployment(deps.db.read, deploymentId);
  if (!found || found.row.status === 'cancelled' || found.row.next_start_at === null) return;
  const started = await beginOccurrence(deps, found);
  await addMissingRuns(deps, started, await deps.collections.membersOf(started.collection_id));
  await deps.db.transaction(async (tx) => {
    const after =
      found.draft.schedule.kind === 'recurring'
        ? nextOccurrence(found.draft.schedule, deps.clock.now())
        : null;
    await updateDeployment(tx, deploymentId, { next_start_at: after });
    if (after !== null) await scheduleStart(deps, tx, deploymentId, after);
    await deps.events.publish(tx, 'deployments.changed', { deploymentId });
  });
  deps.lane.fresh();
  deps.lane.finished(deploymentId);
}

/** `started_at` of the occurrence marks that it was counted, so that a repeat after a crash counts it once. */
async function beginOccurrence({ db, clock }: StartDeps, { row }: StoredDeployment) {
  const due = row.next_start_at ?? 0;
  if (row.status === 'active' && row.started_at !== null && row.started_at >= due) return row;
  const change = {
    occurrence: row.occurrence + 1,
    status: 'active' as const,
    started_at: Math.max(clock.now(), due),
    finished_at: null,
  };
  await db.transaction((tx) => updateDeployment(tx, row.id, change));
  return { ...row, ...change };
}

/**
 * Members that came into the collection later get the deployment too (DIST-18): widening needs no new one. An
 * occurrence is begun before its members are read, so that nobody is missed who comes in between.
 */
export async function extendToNewMembers(
  deps: StartDeps,
  collectionId: string,
  machineIds: readonly string[],
): Promise<void> {
  for (const id of await openDeploymentsOf(deps.db.read, collectionId)) {
    const found = await loadDeployment(deps.db.read, id);
    if (!found) continue;
    const added = await addMissingRuns(
      deps,
      found.row,
      await deps.collections.membersAmong(collectionId, machineIds),
    );
    if (added === 0) continue;
    await deps.db.transaction(async (tx) => {
      await updateDeployment(tx, id, { status: 'active', finished_at: null });
      await deps.events.publish(tx, 'deployments.changed', { deploymentId: id });
    });
    deps.lane.fresh();
  }
}

/** @returns how many of the machines had no run of the occurrence */
async function addMissingRuns(
  { db, clock }: StartDeps,
  row: StoredDeployment['row'],
  machineIds: readonly string[],
): Promise<number> {
  const { occurrence } = row;
  const retries = (JSON.parse(row.draft) as { retries: number }).retries;
  const select =
    'SELECT machine_id FROM deployments_runs WHERE deployment_id = ? AND occurrence = ? AND machine_id IN';
  const existing = await rowsOf<{ machine_id: string }>(db.read, select, machineIds, '', [
    row.id,
    occurrence,
  ]);
  const known = new Set(existing.map((one) => one.machine_id));
  const missing = machineIds.filter((id) => !known.has(id));
  for (let from = 0; from < missing.length; from += batchSize) {
    const now = clock.now();
    const batch = missing.slice(from, from + batchSize);
    // Runs are served by their ids: sorted, they come in the order of the members, as what-if told it.
    const ids = batch.map(() => newId(now)).sort();
    const rows = batch.map((machineId, index) => ({
      id: ids[index] as string,
      deployment_id: row.id,
      occurrence,
      machine_id: machineId,
      retries_left: retries,
      created_at: now,
    }));
    await db.transaction((tx) => insertRuns(tx, rows), { isBulk: true });
  }
  return missing.length;
}
