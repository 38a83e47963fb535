import { type RunState, type StepResult, stepStateOf } from '@tenkai/domain';
import type { Reader, Tx } from '../../../kernel/database/database.ts';
import { insertRows, rowsOf } from '../../../kernel/database/many-rows.ts';
import type { RunsTable } from '../tables.ts';
import { loadPlan, type StoredPlan } from './plans.store.ts';

/** A run with everything that `next` and orders need. */
export interface LoadedRun {
  readonly row: RunsTable;
  readonly plan: StoredPlan | null;
  readonly state: RunState;
}

const columns =
  'id, deployment_id, occurrence, machine_id, status, attempt, gate, is_released, is_staged, is_silent, is_cancel_requested,' +
  ' is_in_error, is_requested, reason, waits_until, step_index, retries_left, plan_hash, variables, created_at, started_at,' +
  ' finished_at, deadline_at, ready_at, latest_start_at, wave_id, alone, method, method_reason, requested_by, window_closes_at';

export async function loadRun(read: Reader, id: string): Promise<LoadedRun | undefined> {
  const row = await read.one<RunsTable>(`SELECT ${columns} FROM deployments_runs WHERE id = ?`, [id]);
  return row && (await withStates(read, [row]))[0];
}

/** Those of the ids that exist, each once, in no order. */
export async function loadRuns(read: Reader, ids: Iterable<string>): Promise<LoadedRun[]> {
  const rows = await rowsOf<RunsTable>(read, `SELECT ${columns} FROM deployments_runs WHERE id IN`, ids);
  return withStates(read, rows);
}

/** Of these machines, oldest first. */
export async function loadReleasedRuns(read: Reader, machineIds: Iterable<string>): Promise<LoadedRun[]> {
  const select = `SELECT ${columns} FROM deployments_runs WHERE is_released = 1 AND machine_id IN`;
  const rows = await rowsOf<RunsTable>(read, select, machineIds);
  return withStates(
    read,
    rows.sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

export async function loadRunsWhere(
  read: Reader,
  condition: string,
  params: readonly (string | number)[],
): Promise<LoadedRun[]> {
  const rows = await read.all<RunsTable>(
    `SELECT ${columns} FROM deployments_runs WHERE ${condition}`,
    params,
  );
  return withStates(read, rows);
}

/** Which run it is, for whoever reads the rest later. */
export type RunName = Pick<RunsTable, 'id' | 'machine_id' | 'deployment_id'>;

const nameColumns = 'id, machine_id, deployment_id';

export function findRuns(
  read: Reader,
  condition: string,
  params: readonly (string | number)[],
): Promise<RunName[]> {
  return read.all<RunName>(`SELECT ${nameColumns} FROM deployments_runs WHERE ${condition}`, params);
}

/** Of many machines, in no order. */
export function findRunsOf(
  read: Reader,
  machineIds: Iterable<string>,
  condition: string,
): Promise<RunName[]> {
  const select = `SELECT ${nameColumns} FROM deployments_runs WHERE ${condition} AND machine_id IN`;
  return rowsOf<RunName>(read, select, machineIds);
}

interface StepRow {
  readonly run_id: string;
  readonly attempt: number;
  readonly step_index: number;
  readonly started_at: number | null;
  readonly result: string | null;
}

async function withStates(read: Reader, rows: readonly RunsTable[]): Promise<LoadedRun[]> {
  const begun = rows.filter(({ started_at }) => started_at !== null);
  const steps = Map.groupBy(await stepRows(read, begun), ({ run_id }) => run_id);
  const runs: LoadedRun[] = [];
  for (const row of rows) {
    const plan = row.plan_hash === null ? null : await loadPlan(read, row.plan_hash);
    const own = (steps.get(row.id) ?? []).filter(({ attempt }) => attempt === row.attempt);
    runs.push({ row, plan, state: stateOf(row, plan, own) });
  }
  return runs;
}

const selectSteps =
  'SELECT run_id, attempt, step_index, started_at, result FROM deployments_steps WHERE run_id';

function stepRows(read: Reader, runs: readonly RunsTable[]): Promise<StepRow[]> {
  return rowsOf<StepRow>(
    read,
    `${selectSteps} IN`,
    runs.map(({ id }) => id),
  );
}

export function stepsOfAttempt(read: Reader, runId: string, attempt: number): Promise<StepRow[]> {
  return read.all<StepRow>(`${selectSteps} = ? AND attempt = ? ORDER BY step_index`, [runId, attempt]);
}

function stateOf(row: RunsTable, plan: StoredPlan | null, rows: readonly StepRow[]): RunState {
  const known = new Map(rows.map((one) => [one.step_index, one]));
  return {
    status: row.status,
    attempt: row.attempt,
    isReleased: row.is_released === 1,
    isStaged: row.is_staged === 1,
    isSilent: row.is_silent === 1,
    isCancelRequested: row.is_cancel_requested === 1,
    isInError: row.is_in_error === 1,
    reason: row.reason === null ? null : JSON.parse(row.reason),
    waitsUntil: row.waits_until,
    stepIndex: row.step_index,
    steps: (plan?.steps ?? []).map((step) => {
      const found = known.get(step.index);
      const result = found?.result ? (JSON.parse(found.result) as StepResult) : null;
      return { ...stepStateOf(step), startedAt: found?.started_at ?? null, result };
    }),
    retriesLeft: row.retries_left,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    deadlineAt: row.deadline_at,
  };
}

export async function insertRuns(
  tx: Tx,
  rows: readonly Pick<
    RunsTable,
    'id' | 'deployment_id' | 'occurrence' | 'machine_id' | 'retries_left' | 'created_at'
  >[],
) {
  await insertRows(
    tx,
    `INSERT INTO deployments_runs (id, deployment_id, occurrence, machine_id, status, attempt, gate, is_released,
       is_cancel_requested, is_in_error, is_requested, retries_left, variables, created_at)`,
    rows.map((row) => [
      row.id,
      row.deployment_id,
      row.occurrence,
      row.machine_id,
      ...['planned', 1, 'new', 0, 0, 0, 0],
      row.retries_left,
      '{}',
      row.created_at,
    ]),
    'ON CONFLICT (deployment_id, occurrence, machine_id) DO NOTHING',
  );
}

/** An available deployment was asked for: the run is looked at as a new one. */
export async function markRequested(tx: Tx, runId: string, by: string) {
  await tx.run("UPDATE deployments_runs SET is_requested = 1, requested_by = ?, gate = 'new' WHERE id = ?", [
    by,
    runId,
  ]);
}

/** How many runs each machine keeps for its next start (BSCN-22); machines without any are absent. */
export async function countStaged(read: Reader, machineIds: readonly string[]): Promise<Map<string, number>> {
  if (machineIds.length === 0) return new Map();
  const rows = await read.all<{ machine_id: string; n: number }>(
    `SELECT machine_id, count(*) AS n FROM deployments_runs
     WHERE is_staged = 1 AND machine_id IN (${machineIds.map(() => '?').join(', ')}) GROUP BY machine_id`,
    machineIds,
  );
  return new Map(rows.map((row) => [row.machine_id, row.n]));
}
