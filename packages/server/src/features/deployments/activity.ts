import { isFinal, type RunState } from '@tenkai/domain';
import type { MachineActivity, MachineDetail } from '@tenkai/protocol/api/machines.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import type { Deps } from './needs.ts';
import type { LoadedRun } from './runs.store.ts';

interface OpenRun {
  readonly is_in_error: number;
  readonly is_released: number;
}

/** What the machine is doing, of all its runs: work in hand goes before an old error, an error before waiting. */
async function activityOf(read: Reader, machineId: string): Promise<MachineActivity> {
  const open = await read.all<OpenRun>(
    `SELECT is_in_error, is_released FROM deployments_runs WHERE machine_id = ?
     AND (is_in_error = 1 OR is_released = 1 OR is_staged = 1 OR (gate IS NOT NULL AND gate <> 'request'))`,
    [machineId],
  );
  if (open.some((run) => run.is_released === 1)) return 'running';
  if (open.some((run) => run.is_in_error === 1)) return 'error';
  return open.length > 0 ? 'waiting' : 'idle';
}

/** Keeps the machine list true (BCON-08, BSRV-25, BSRV-26); writes only where a run began, ended or was cleared. */
export async function recordActivity(
  { machines, clock }: Pick<Deps, 'machines' | 'clock'>,
  tx: Tx,
  run: LoadedRun,
  after: RunState,
): Promise<void> {
  const before = run.state;
  const isSame =
    before.isReleased === after.isReleased &&
    before.isInError === after.isInError &&
    (before.status === after.status || !isTurningPoint(before.status, after.status));
  if (isSame) return;
  const activity = await activityOf(tx, run.row.machine_id);
  if (!isFinal(after.status)) return machines.recordActivity(tx, run.row.machine_id, { activity });
  const deployment = await tx.one<{ name: string }>('SELECT name FROM deployments_deployments WHERE id = ?', [
    run.row.deployment_id,
  ]);
  const lastRun = { deploymentName: deployment?.name ?? '', status: after.status, at: clock.now() };
  await machines.recordActivity(tx, run.row.machine_id, { activity, lastRun });
}

function isTurningPoint(before: RunState['status'], after: RunState['status']): boolean {
  return isFinal(after) || before === 'planned' || after === 'planned';
}

/** Runs for which the machine is in error until cleared (BSCN-36). */
export async function errorsOf(read: Reader, machineId: string): Promise<MachineDetail['errors']> {
  const rows = await read.all<{
    id: string;
    deployment_id: string;
    name: string;
    finished_at: number | null;
  }>(
    `SELECT r.id, r.deployment_id, d.name, r.finished_at FROM deployments_runs r
     JOIN deployments_deployments d ON d.id = r.deployment_id
     WHERE r.machine_id = ? AND r.is_in_error = 1 ORDER BY r.id`,
    [machineId],
  );
  return rows.map((row) => ({
    runId: row.id,
    deploymentId: row.deployment_id,
    deploymentName: row.name,
    at: row.finished_at ?? 0,
  }));
}
