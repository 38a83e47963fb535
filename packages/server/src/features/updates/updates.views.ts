import {
  isFinal,
  type RingCounts,
  type RunStatus,
  stateOfOpenRun,
  type UpdateState,
  updateStates,
} from '@tenkai/domain';
import type { UpdateMachineRow } from '@tenkai/protocol/api/updates.ts';
import type { Reader } from '../../kernel/database/database.ts';
import { decodeCursor, defaultPageSize, toPage } from '../../kernel/paging.ts';
import type { UpdateMachineRow as MachineRow, UpdatePairRow } from './tables.ts';

const marks = (ids: readonly string[]) => ids.map(() => '?').join(', ');

/** Which of some collections each machine is in. */
export async function collectionsAmong(
  read: Reader,
  machineIds: readonly string[],
  collectionIds: readonly string[],
): Promise<Map<string, Set<string>>> {
  if (collectionIds.length === 0) return new Map();
  const rows = await read.all<{ machine_id: string; collection_id: string }>(
    `SELECT machine_id, collection_id FROM collections_members
     WHERE machine_id IN (${marks(machineIds)}) AND collection_id IN (${marks(collectionIds)})`,
    [...machineIds, ...collectionIds],
  );
  const found = new Map<string, Set<string>>();
  for (const { machine_id, collection_id } of rows)
    found.set(machine_id, (found.get(machine_id) ?? new Set()).add(collection_id));
  return found;
}

/** Those that are to have the package by automatic update, or had it that way. */
export async function ringCounts(read: Reader, packageId: string, ring: number): Promise<RingCounts> {
  const row = await read.one<{ targets: number; succeeded: number | null; failed: number | null }>(
    `SELECT count(*) AS targets, sum(CASE WHEN state = 'applied' THEN 1 ELSE 0 END) AS succeeded,
       sum(CASE WHEN state <> 'applied' AND attempts > 0 AND is_blameless = 0 THEN 1 ELSE 0 END) AS failed
     FROM updates_pairs WHERE package_id = ? AND ring = ?
       AND ((state <> 'not-applicable' AND state <> 'applied') OR is_delivered = 1)`,
    [packageId, ring],
  );
  return { targets: row?.targets ?? 0, succeeded: row?.succeeded ?? 0, failed: row?.failed ?? 0 };
}

export async function machinesOfPackage(read: Reader, packageId: string): Promise<string[]> {
  const rows = await read.all<{ machine_id: string }>(
    "SELECT machine_id FROM updates_pairs WHERE package_id = ? AND state <> 'applied'",
    [packageId],
  );
  return rows.map((row) => row.machine_id);
}

/** Whose runs are meant; what is not named does not narrow it. An empty list is nobody. */
export interface RunsOf {
  readonly packageIds?: readonly string[];
  readonly machineIds?: readonly string[];
  readonly collectionIds?: readonly string[];
}

/** Runs that no machine has begun. */
export async function waitingRuns(read: Reader, { packageIds, machineIds, collectionIds }: RunsOf) {
  const asked = [
    { of: packageIds, where: (list: string) => `p.package_id IN (${list})` },
    { of: machineIds, where: (list: string) => `p.machine_id IN (${list})` },
    {
      of: collectionIds,
      where: (list: string) =>
        `p.machine_id IN (SELECT machine_id FROM collections_members WHERE collection_id IN (${list}))`,
    },
  ].flatMap(({ of, where }) => (of ? [{ of, where }] : []));
  if (asked.some(({ of }) => of.length === 0)) return [];
  const where = ['r.started_at IS NULL', ...asked.map((one) => one.where(marks(one.of)))].join(' AND ');
  return read.all<{ machine_id: string; package_id: string; run_id: string }>(
    `SELECT p.machine_id, p.package_id, p.run_id FROM updates_pairs p
     JOIN deployments_runs r ON r.id = p.run_id WHERE ${where}`,
    asked.flatMap(({ of }) => of),
  );
}

/** Machines whose wait is over, and packages whose soak is. */
export async function dueMachines(read: Reader, now: number, limit: number): Promise<string[]> {
  // Without DISTINCT: for its sake the embedded database would walk over all pairs by machine.
  const rows = await read.all<{ machine_id: string }>(
    `SELECT machine_id FROM updates_pairs WHERE until <= ?
       AND EXISTS (SELECT 1 FROM machines m WHERE m.id = updates_pairs.machine_id AND m.enrollment = 'enrolled') LIMIT ?`,
    [now, limit],
  );
  return [...new Set(rows.map((row) => row.machine_id))];
}

export async function duePackages(read: Reader, now: number): Promise<string[]> {
  const rows = await read.all<{ package_id: string }>(
    'SELECT package_id FROM updates_packages WHERE next_at <= ?',
    [now],
  );
  return rows.map((row) => row.package_id);
}

export type StateCounts = Record<UpdateState, number>;

export function noCounts(): StateCounts {
  return Object.fromEntries(updateStates.map((state) => [state, 0])) as StateCounts;
}

/** Machines of each package by state; those that it does not concern are not among them. */
export async function countsByPackage(read: Reader): Promise<Map<string, StateCounts>> {
  const rows = await read.all<{
    package_id: string;
    state: UpdateState;
    status: RunStatus | null;
    reason: string | null;
    n: number;
  }>(
    `SELECT p.package_id, p.state, r.status, r.reason, count(*) AS n FROM updates_pairs p
     LEFT JOIN deployments_runs r ON r.id = p.run_id GROUP BY p.package_id, p.state, r.status, r.reason`,
  );
  const found = new Map<string, StateCounts>();
  for (const row of rows) {
    const counts = found.get(row.package_id) ?? noCounts();
    counts[shownState(row.state, row.status, row.reason)] += row.n;
    found.set(row.package_id, counts);
  }
  return found;
}

function shownState(state: UpdateState, status: RunStatus | null, reason: string | null): UpdateState {
  return status === null ? state : stateOfOpenRun(status, reason === null ? null : JSON.parse(reason).code);
}

type Row = UpdatePairRow & {
  machine_name: string | null;
  run_status: RunStatus | null;
  run_reason: string | null;
  run_until: number | null;
};

const select = `SELECT p.*, m.name AS machine_name, r.status AS run_status, r.reason AS run_reason,
    r.waits_until AS run_until
  FROM updates_pairs p LEFT JOIN machines m ON m.id = p.machine_id LEFT JOIN deployments_runs r ON r.id = p.run_id`;

/** Machines of one package in the order of their ids. */
export async function listMachines(
  read: Reader,
  packageId: string,
  query: { cursor?: string; limit?: number; state?: UpdateState },
) {
  const limit = query.limit ?? defaultPageSize;
  const [after] = decodeCursor<[string]>(query.cursor, ['string']) ?? [''];
  // A state is known only with the run; rows of one package are narrowed here, page by page.
  const rows: Row[] = [];
  let from = after;
  while (rows.length <= limit) {
    const page = await read.all<Row>(
      `${select} WHERE p.package_id = ? AND p.machine_id > ? ORDER BY p.machine_id LIMIT ?`,
      [packageId, from, 1000],
    );
    rows.push(...page.filter((row) => query.state === undefined || stateOf(row) === query.state));
    from = page.at(-1)?.machine_id ?? from;
    if (page.length < 1000) break;
  }
  const shown = rows.slice(0, limit + 1);
  return { ...toPage(shown, limit, { item: toMachineRow, key: (row) => [row.machine_id] }), total: null };
}

export async function pairsOfMachine(read: Reader, machineId: string): Promise<UpdateMachineRow[]> {
  const rows = await read.all<Row>(`${select} WHERE p.machine_id = ? ORDER BY p.package_id`, [machineId]);
  return rows.map(toMachineRow);
}

function stateOf(row: Row): UpdateState {
  return shownState(row.state, row.run_status, row.run_reason);
}

function toMachineRow(row: Row): UpdateMachineRow {
  const isOpen = row.run_status !== null;
  const reason = isOpen ? row.run_reason : row.reason;
  return {
    machineId: row.machine_id,
    machineName: row.machine_name ?? row.machine_id,
    packageId: row.package_id,
    state: stateOf(row),
    reason: reason === null ? null : JSON.parse(reason),
    until: isOpen ? row.run_until : row.until,
    ring: row.ring,
    attempts: row.attempts,
    lastError: row.last_error === null ? null : JSON.parse(row.last_error),
    runId: row.run_id,
    goalId: row.goal_id,
  };
}

/** The restart that waits for a window, and whether an update needs one that is not planned any more either. */
export async function restartOf(
  read: Reader,
  { restart_run_id, is_restart_needed }: MachineRow,
): Promise<{ isRestartPending: boolean; isRestartNeeded: boolean }> {
  const status = await statusOfRun(read, restart_run_id);
  const isRestartPending = status !== null && !isFinal(status);
  return { isRestartPending, isRestartNeeded: is_restart_needed === 1 && status !== 'succeeded' };
}

async function statusOfRun(read: Reader, runId: string | null): Promise<RunStatus | null> {
  if (runId === null) return null;
  const sql = 'SELECT status FROM deployments_runs WHERE id = ?';
  return (await read.one<{ status: RunStatus }>(sql, [runId]))?.status ?? null;
}

export async function optOuts(read: Reader) {
  const machines = await read.all<{ id: string; name: string }>(
    `SELECT m.id, m.name FROM updates_machines u JOIN machines m ON m.id = u.machine_id
     WHERE u.is_opted_out = 1 ORDER BY m.name`,
  );
  const collections = await read.all<{ id: string; name: string }>(
    `SELECT c.id, c.name FROM updates_opted_collections u JOIN collections c ON c.id = u.collection_id ORDER BY c.name`,
  );
  return { machines, collections };
}

/** Runs that ended while nobody listened: the server was down in between. */
export async function unnotedRuns(read: Reader): Promise<string[]> {
  const rows = await read.all<{ run_id: string }>(
    `SELECT p.run_id FROM updates_pairs p JOIN deployments_runs r ON r.id = p.run_id
     WHERE r.status IN ('succeeded', 'failed', 'not-applicable', 'cancelled')`,
  );
  return rows.map((row) => row.run_id);
}
