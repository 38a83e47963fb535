import type { MachineActivity, MachineDetail } from '@tenkai/protocol/api/machines.ts';
import type { Reader, Tx } from '../../../kernel/database/database.ts';
import { rowsOf } from '../../../kernel/database/many-rows.ts';
import type { ActivityChange } from '../../machines/index.ts';
import type { Deps } from '../needs.ts';
import type { DeploymentOwner } from '../tables.ts';
import type { RunChange } from './run-changes.store.ts';

interface OpenRun {
  readonly machine_id: string;
  readonly is_in_error: number;
  readonly is_released: number;
  readonly is_silent: number;
  readonly owner: DeploymentOwner | null;
}

/** What machines are doing, of all their runs: work in hand goes before an old error, an error before waiting. */
async function activitiesOf(
  read: Reader,
  machineIds: Iterable<string>,
): Promise<(machineId: string) => MachineActivity> {
  const open = await rowsOf<OpenRun>(
    read,
    `SELECT r.machine_id, r.is_in_error, r.is_released, r.is_silent, d.owner FROM deployments_runs r
     JOIN deployments_deployments d ON d.id = r.deployment_id WHERE r.machine_id IN`,
    machineIds,
    `AND (r.is_in_error = 1 OR r.is_released = 1 OR r.is_staged = 1
     OR (r.gate IS NOT NULL AND r.gate <> 'request'))`,
  );
  const byMachine = Map.groupBy(open, ({ machine_id }) => machine_id);
  return (machineId) => {
    const runs = byMachine.get(machineId) ?? [];
    const inHand = runs.filter((run) => run.is_released === 1 && run.is_silent === 0);
    if (inHand.length > 0) return inHand.every((run) => run.owner === 'updates') ? 'patching' : 'running';
    if (runs.some((run) => run.is_in_error === 1)) return 'error';
    return runs.length > 0 ? 'waiting' : 'idle';
  };
}

/** Keeps the machine list true (BCON-08, BSRV-25, BSRV-26); writes only where a run began, ended or was cleared. */
export async function recordActivities(
  { machines, clock }: Pick<Deps, 'machines' | 'clock'>,
  tx: Tx,
  entries: readonly RunChange[],
): Promise<void> {
  const turned = entries.filter(isTurn);
  if (turned.length === 0) return;
  const activityOf = await activitiesOf(
    tx,
    turned.map(({ row }) => row.machine_id),
  );
  const names = await namesOf(tx, turned);
  const changes = new Map<string, ActivityChange>();
  for (const { row, lastEnd } of turned) {
    const lastRun =
      lastEnd === null
        ? changes.get(row.machine_id)?.lastRun
        : { deploymentName: names.get(row.deployment_id) ?? '', status: lastEnd, at: clock.now() };
    changes.set(row.machine_id, { activity: activityOf(row.machine_id), ...(lastRun && { lastRun }) });
  }
  await machines.recordActivities(tx, changes);
}

function isTurn({ before, after, lastEnd }: RunChange): boolean {
  return (
    lastEnd !== null ||
    before.isReleased !== after.isReleased ||
    before.isSilent !== after.isSilent ||
    before.isInError !== after.isInError ||
    (before.status !== after.status && (before.status === 'planned' || after.status === 'planned'))
  );
}

async function namesOf(read: Reader, entries: readonly RunChange[]): Promise<Map<string, string>> {
  const ended = entries.flatMap(({ lastEnd, row }) => (lastEnd === null ? [] : row.deployment_id));
  const rows = await rowsOf<{ id: string; name: string }>(
    read,
    'SELECT id, name FROM deployments_deployments WHERE id IN',
    ended,
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
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
