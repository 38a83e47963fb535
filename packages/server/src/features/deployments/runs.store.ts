import { createHash } from 'node:crypto';
import {
  canonicalJson,
  type FrozenStep,
  type MethodChoice,
  type RunState,
  type RunTiming,
  type StepResult,
  stepStateOf,
} from '@tenkai/domain';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import type { Gate, RunsTable } from './tables.ts';

/** What every machine of one kind does; kept once. */
export interface StoredPlan {
  readonly steps: readonly FrozenStep[];
  readonly skipped: readonly {
    stepId: string;
    name: string;
    reason: { code: string; params: Record<string, unknown> };
  }[];
  /** Absent in plans for which it is the usual one, so that equal plans stay equal. */
  readonly timing?: Exclude<RunTiming, 'after-delivery'>;
  readonly powerOffAfterDelivery?: true;
  readonly powerOffAtEnd: boolean;
  readonly bytes: number;
  readonly maxRunTimeMs: number;
}

/** A run with everything that `next` and orders need. */
export interface LoadedRun {
  readonly row: RunsTable;
  readonly plan: StoredPlan | null;
  readonly state: RunState;
}

const columns =
  'id, deployment_id, occurrence, machine_id, status, attempt, gate, is_released, is_staged, is_cancel_requested, is_in_error,' +
  ' is_requested, reason, waits_until, step_index, retries_left, plan_hash, variables, created_at, started_at,' +
  ' finished_at, deadline_at, ready_at, latest_start_at, wave_id, alone, method, method_reason, requested_by, window_closes_at';

/** Plans are immutable and few: their parsed form is kept by hash. */
const planCache = new Map<string, StoredPlan>();
const maxCachedPlans = 500;

export async function loadPlan(read: Reader, hash: string): Promise<StoredPlan> {
  const cached = planCache.get(hash);
  if (cached) return cached;
  const row = await read.one<{ body: string }>('SELECT body FROM deployments_plans WHERE hash = ?', [hash]);
  if (!row) throw new Error(`plan ${hash} is missing`);
  const plan = JSON.parse(row.body) as StoredPlan;
  if (planCache.size >= maxCachedPlans) planCache.delete(planCache.keys().next().value as string);
  planCache.set(hash, plan);
  return plan;
}

/** Keeps a plan under the hash of its content; the same plan twice is one row. */
export async function savePlan(tx: Tx, plan: StoredPlan): Promise<string> {
  const body = canonicalJson(plan);
  const hash = createHash('sha256').update(body).digest('hex');
  await tx.run('INSERT INTO deployments_plans (hash, body) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING', [
    hash,
    body,
  ]);
  return hash;
}

export async function loadRun(read: Reader, id: string): Promise<LoadedRun | undefined> {
  const row = await read.one<RunsTable>(`SELECT ${columns} FROM deployments_runs WHERE id = ?`, [id]);
  return row && withState(read, row);
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
  const runs: LoadedRun[] = [];
  for (const row of rows) runs.push(await withState(read, row));
  return runs;
}

interface StepRow {
  readonly step_index: number;
  readonly started_at: number | null;
  readonly result: string | null;
}

async function withState(read: Reader, row: RunsTable): Promise<LoadedRun> {
  const plan = row.plan_hash === null ? null : await loadPlan(read, row.plan_hash);
  const rows = row.started_at === null ? [] : await stepRows(read, row.id, row.attempt);
  return { row, plan, state: stateOf(row, plan, rows) };
}

export async function stepRows(read: Reader, runId: string, attempt: number): Promise<StepRow[]> {
  return read.all<StepRow>(
    'SELECT step_index, started_at, result FROM deployments_steps WHERE run_id = ? AND attempt = ?',
    [runId, attempt],
  );
}

function stateOf(row: RunsTable, plan: StoredPlan | null, rows: readonly StepRow[]): RunState {
  const known = new Map(rows.map((one) => [one.step_index, one]));
  return {
    status: row.status,
    attempt: row.attempt,
    isReleased: row.is_released === 1,
    isStaged: row.is_staged === 1,
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

/** Writes what changed; results are only ever added. */
export async function saveRun(tx: Tx, run: LoadedRun, after: RunState, gate: Gate | null): Promise<void> {
  await tx.run(
    `UPDATE deployments_runs SET status = ?, attempt = ?, gate = ?, is_released = ?, is_staged = ?,
       is_cancel_requested = ?, is_in_error = ?, reason = ?, waits_until = ?, step_index = ?, retries_left = ?, started_at = ?,
       finished_at = ?, deadline_at = ? WHERE id = ?`,
    [
      after.status,
      after.attempt,
      gate,
      after.isReleased,
      after.isStaged,
      after.isCancelRequested,
      after.isInError,
      after.reason === null ? null : JSON.stringify(after.reason),
      after.waitsUntil,
      after.stepIndex,
      after.retriesLeft,
      after.startedAt,
      after.finishedAt,
      after.deadlineAt,
      run.row.id,
    ],
  );
  if (after.attempt !== run.state.attempt) return forgetDelivery(tx, run.row.id);
  for (const [index, step] of after.steps.entries()) {
    const before = run.state.steps[index];
    if (before?.startedAt === step.startedAt && before.result === step.result) continue;
    await saveStep(tx, run.row.id, after.attempt, index, step);
  }
}

/** A new attempt passes the gates as the first one did; only what an operator said of the machine's line stays. */
async function forgetDelivery(tx: Tx, runId: string) {
  await tx.run(
    `UPDATE deployments_runs SET ready_at = NULL, latest_start_at = NULL, wave_id = NULL, method = NULL,
       method_reason = NULL, alone = CASE WHEN alone = 'went-unicast' THEN alone ELSE NULL END WHERE id = ?`,
    [runId],
  );
}

async function saveStep(
  tx: Tx,
  runId: string,
  attempt: number,
  index: number,
  step: { startedAt: number | null; result: StepResult | null },
) {
  const result = step.result === null ? null : JSON.stringify(step.result);
  await tx.run(
    `INSERT INTO deployments_steps (run_id, attempt, step_index, started_at, result) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (run_id, attempt, step_index) DO UPDATE SET started_at = excluded.started_at, result = excluded.result`,
    [runId, attempt, index, step.startedAt, result],
  );
}

export interface AttemptPlan {
  readonly planHash: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Null: nothing will be delivered. */
  readonly choice: MethodChoice | null;
  readonly windowClosesAt: number | null;
}

/** The plan of the attempt that is about to begin, and how its content comes. */
export async function setPlan(
  tx: Tx,
  runId: string,
  { planHash, variables, choice, windowClosesAt }: AttemptPlan,
) {
  await tx.run(
    'UPDATE deployments_runs SET plan_hash = ?, variables = ?, method = ?, method_reason = ?, window_closes_at = ? WHERE id = ?',
    [
      planHash,
      JSON.stringify(variables),
      choice?.method ?? null,
      choice ? JSON.stringify(choice.reason) : null,
      windowClosesAt,
      runId,
    ],
  );
}

export async function insertRuns(
  tx: Tx,
  rows: readonly Pick<
    RunsTable,
    'id' | 'deployment_id' | 'occurrence' | 'machine_id' | 'retries_left' | 'created_at'
  >[],
) {
  for (const row of rows) {
    await tx.run(
      `INSERT INTO deployments_runs (id, deployment_id, occurrence, machine_id, status, attempt, gate, is_released,
         is_cancel_requested, is_in_error, is_requested, retries_left, variables, created_at)
       VALUES (?, ?, ?, ?, 'planned', 1, 'new', 0, 0, 0, 0, ?, '{}', ?)
       ON CONFLICT (deployment_id, occurrence, machine_id) DO NOTHING`,
      [row.id, row.deployment_id, row.occurrence, row.machine_id, row.retries_left, row.created_at],
    );
  }
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
