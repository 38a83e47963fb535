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
import { insertRows, rowsOf, updateRows } from '../../kernel/database/many-rows.ts';
import type { Gate, RunsTable, StepsTable } from './tables.ts';

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
  return row && (await withStates(read, [row]))[0];
}

/** Those of the ids that exist, each once, in no order. */
export async function loadRuns(read: Reader, ids: Iterable<string>): Promise<LoadedRun[]> {
  const rows = await rowsOf<RunsTable>(read, `SELECT ${columns} FROM deployments_runs WHERE id IN`, ids);
  return withStates(read, rows);
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

/** Of many machines, in no order. */
export async function loadRunsOf(
  read: Reader,
  machineIds: Iterable<string>,
  condition: string,
): Promise<LoadedRun[]> {
  const select = `SELECT ${columns} FROM deployments_runs WHERE ${condition} AND machine_id IN`;
  return withStates(read, await rowsOf<RunsTable>(read, select, machineIds));
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

/** What a transaction made of a run. */
export interface RunChange {
  readonly row: RunsTable;
  readonly before: RunState;
  after: RunState;
  gate: Gate | null;
  /** By run, attempt and index. */
  readonly steps: Map<string, StepsTable>;
  /** Another attempt has begun. */
  isNewAttempt: boolean;
  /** The last end in this transaction; it may have begun anew since. */
  lastEnd: RunState['status'] | null;
}

const stateColumns = {
  status: 'text',
  attempt: 'bigint',
  gate: 'text',
  is_released: 'bigint',
  is_staged: 'bigint',
  is_cancel_requested: 'bigint',
  is_in_error: 'bigint',
  reason: 'text',
  waits_until: 'bigint',
  step_index: 'bigint',
  retries_left: 'bigint',
  started_at: 'bigint',
  finished_at: 'bigint',
  deadline_at: 'bigint',
} as const;

/** Writes what changed; results are only ever added. */
export async function saveRuns(tx: Tx, changes: readonly RunChange[]): Promise<void> {
  const runs = { update: 'UPDATE deployments_runs', keys: { id: 'text' }, columns: stateColumns } as const;
  await updateRows(tx, runs, changes.map(rowAfter));
  await saveSteps(
    tx,
    changes.flatMap(({ steps }) => [...steps.values()]),
  );
  for (const { row, isNewAttempt } of changes) if (isNewAttempt) await forgetDelivery(tx, row.id);
}

function rowAfter({ row, after, gate }: RunChange): Pick<RunsTable, 'id' | keyof typeof stateColumns> {
  return {
    id: row.id,
    status: after.status,
    attempt: after.attempt,
    gate,
    is_released: Number(after.isReleased),
    is_staged: Number(after.isStaged),
    is_cancel_requested: Number(after.isCancelRequested),
    is_in_error: Number(after.isInError),
    reason: after.reason === null ? null : JSON.stringify(after.reason),
    waits_until: after.waitsUntil,
    step_index: after.stepIndex,
    retries_left: after.retriesLeft,
    started_at: after.startedAt,
    finished_at: after.finishedAt,
    deadline_at: after.deadlineAt,
  };
}

/** A new attempt passes the gates as the first one did; only what an operator said of the machine's line stays. */
async function forgetDelivery(tx: Tx, runId: string) {
  await tx.run(
    `UPDATE deployments_runs SET ready_at = NULL, latest_start_at = NULL, wave_id = NULL, method = NULL,
       method_reason = NULL, alone = CASE WHEN alone = 'went-unicast' THEN alone ELSE NULL END WHERE id = ?`,
    [runId],
  );
}

/** Steps of which something is new, by run, attempt and index; none where another attempt has begun. */
export function changedSteps(runId: string, before: RunState, after: RunState): [string, StepsTable][] {
  if (after.attempt !== before.attempt) return [];
  return after.steps.flatMap(({ startedAt, result }, index): [string, StepsTable][] => {
    const known = before.steps[index];
    if (known?.startedAt === startedAt && known.result === result) return [];
    const step = { run_id: runId, attempt: after.attempt, step_index: index, started_at: startedAt };
    return [
      [
        `${runId}.${after.attempt}.${index}`,
        { ...step, result: result === null ? null : JSON.stringify(result) },
      ],
    ];
  });
}

async function saveSteps(tx: Tx, steps: readonly StepsTable[]) {
  await insertRows(
    tx,
    'INSERT INTO deployments_steps (run_id, attempt, step_index, started_at, result)',
    steps.map((step) => [step.run_id, step.attempt, step.step_index, step.started_at, step.result]),
    `ON CONFLICT (run_id, attempt, step_index)
     DO UPDATE SET started_at = excluded.started_at, result = excluded.result`,
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

export async function setMethod(tx: Tx, runId: string, { method, reason }: MethodChoice) {
  await tx.run('UPDATE deployments_runs SET method = ?, method_reason = ? WHERE id = ?', [
    method,
    JSON.stringify(reason),
    runId,
  ]);
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
