import type { RunState } from '@tenkai/domain';
import type { Tx } from '../../../kernel/database/database.ts';
import { insertRows, updateRows } from '../../../kernel/database/many-rows.ts';
import type { Gate, RunsTable, StepsTable } from '../tables.ts';
import { type AttemptPlan, planRow } from './plans.store.ts';

/** What a transaction made of a run. */
export interface RunChange {
  readonly row: RunsTable;
  readonly before: RunState;
  after: RunState;
  gate: Gate | null;
  /** The plan of the attempt that is about to begin, and how its content comes; null: as it was. */
  plan: AttemptPlan | null;
  /** By run, attempt and index. */
  readonly steps: Map<string, StepsTable>;
  /** Another attempt has begun. */
  isNewAttempt: boolean;
  /** The last end in this transaction; it may have begun anew since. */
  lastEnd: RunState['status'] | null;
}

const columnTypes = {
  status: 'text',
  attempt: 'bigint',
  gate: 'text',
  is_released: 'bigint',
  is_staged: 'bigint',
  is_silent: 'bigint',
  is_cancel_requested: 'bigint',
  is_in_error: 'bigint',
  reason: 'text',
  waits_until: 'bigint',
  step_index: 'bigint',
  retries_left: 'bigint',
  started_at: 'bigint',
  finished_at: 'bigint',
  deadline_at: 'bigint',
  plan_hash: 'text',
  variables: 'text',
  method: 'text',
  method_reason: 'text',
  window_closes_at: 'bigint',
} as const;

type Column = keyof typeof columnTypes;
type RowAfter = Pick<RunsTable, 'id' | Column>;

/** Writes what changed; results are only ever added. */
export async function saveRuns(tx: Tx, changes: readonly RunChange[]): Promise<void> {
  // A column that is set, even to what it was, has each of its indexes written anew.
  const alike = Map.groupBy(changes, (change) => changedColumns(change).join());
  for (const [names, group] of alike) if (names !== '') await updateColumns(tx, names.split(','), group);
  await saveSteps(
    tx,
    changes.flatMap(({ steps }) => [...steps.values()]),
  );
  for (const { row, isNewAttempt } of changes) if (isNewAttempt) await forgetDelivery(tx, row.id);
}

async function updateColumns(tx: Tx, names: readonly string[], group: readonly RunChange[]) {
  const columns = Object.fromEntries(names.map((name) => [name, columnTypes[name as Column]]));
  const runs = { update: 'UPDATE deployments_runs', keys: { id: 'text' }, columns } as const;
  await updateRows<RowAfter>(tx, runs, group.map(rowAfter));
}

function changedColumns(change: RunChange): string[] {
  const after = rowAfter(change);
  return Object.keys(columnTypes).filter((name) => after[name as Column] !== change.row[name as Column]);
}

function rowAfter({ row, after, gate, plan }: RunChange): RowAfter {
  return {
    id: row.id,
    status: after.status,
    attempt: after.attempt,
    gate,
    is_released: Number(after.isReleased),
    is_staged: Number(after.isStaged),
    is_silent: Number(after.isSilent),
    is_cancel_requested: Number(after.isCancelRequested),
    is_in_error: Number(after.isInError),
    reason: after.reason === null ? null : JSON.stringify(after.reason),
    waits_until: after.waitsUntil,
    step_index: after.stepIndex,
    retries_left: after.retriesLeft,
    started_at: after.startedAt,
    finished_at: after.finishedAt,
    deadline_at: after.deadlineAt,
    ...(plan ? planRow(plan) : planned(row)),
  };
}

function planned({ plan_hash, variables, method, method_reason, window_closes_at }: RunsTable) {
  return { plan_hash, variables, method, method_reason, window_closes_at };
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

/** The clock was put back. Deadlines of the wrong clock lie beyond its last moment; later ones do not, but for long steps. */
export async function bringDeadlinesBack(tx: Tx, now: number, byMs: number) {
  const wrong = 'deadline_at > ?';
  await tx.run(`UPDATE deployments_runs SET deadline_at = deadline_at - ? WHERE ${wrong}`, [
    byMs,
    now + byMs,
  ]);
}
