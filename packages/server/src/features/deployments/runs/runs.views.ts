import { type FrozenInstall, type FrozenStep, isFinal, type StepResult, verifiedBy } from '@tenkai/domain';
import type { RunDetail, RunRow } from '@tenkai/protocol/api/deployments.ts';
import type { Reader } from '../../../kernel/database/database.ts';
import { decodeCursor, defaultPageSize, toPage } from '../../../kernel/paging.ts';
import { createGroupBoard, type GroupBoard } from '../groups/groups.views.ts';
import type { RunsTable } from '../tables.ts';
import { loadPlan } from './plans.store.ts';
import type { ProgressBoard } from './progress-board.ts';
import { stepsOfAttempt } from './runs.store.ts';

type Row = RunsTable & {
  machine_name: string | null;
  deployment_name: string;
  wave_number: number | null;
};

const select = `SELECT r.*, m.name AS machine_name, d.name AS deployment_name, w.number AS wave_number
  FROM deployments_runs r JOIN deployments_deployments d ON d.id = r.deployment_id
  LEFT JOIN machines m ON m.id = r.machine_id LEFT JOIN deployments_waves w ON w.id = r.wave_id`;

interface PageQuery {
  readonly cursor?: string;
  readonly limit?: number;
}

/** Runs of the latest occurrence of a deployment, in the order in which they were made. */
export async function listRuns(
  read: Reader,
  board: ProgressBoard,
  deploymentId: string,
  query: PageQuery & { status?: string; search?: string },
) {
  const limit = query.limit ?? defaultPageSize;
  const [after] = decodeCursor<[string]>(query.cursor, ['string']) ?? [''];
  const parts = ['r.deployment_id = ?', 'r.occurrence = d.occurrence'];
  const params: (string | number)[] = [deploymentId];
  if (query.status !== undefined) {
    parts.push('r.status = ?');
    params.push(query.status);
  }
  if (query.search) {
    parts.push("m.name_key LIKE ? ESCAPE '\\'");
    params.push(`%${query.search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`);
  }
  const where = parts.join(' AND ');
  const rows = await read.all<Row>(`${select} WHERE ${where} AND r.id > ? ORDER BY r.id LIMIT ?`, [
    ...params,
    after,
    limit + 1,
  ]);
  const total = await read.one<{ n: number }>(
    `SELECT count(*) AS n FROM deployments_runs r JOIN deployments_deployments d ON d.id = r.deployment_id
     LEFT JOIN machines m ON m.id = r.machine_id WHERE ${where}`,
    params,
  );
  return { ...(await page(read, board, rows, limit)), total: total?.n ?? 0 };
}

/** Runs of one machine, newest first. */
export async function listMachineRuns(
  read: Reader,
  board: ProgressBoard,
  machineId: string,
  query: PageQuery,
) {
  const limit = query.limit ?? defaultPageSize;
  const [before] = decodeCursor<[string]>(query.cursor, ['string']) ?? ['~'];
  const rows = await read.all<Row>(
    `${select} WHERE r.machine_id = ? AND r.id < ? ORDER BY r.id DESC LIMIT ?`,
    [machineId, before, limit + 1],
  );
  return { ...(await page(read, board, rows, limit)), total: null };
}

async function page(read: Reader, board: ProgressBoard, rows: readonly Row[], limit: number) {
  const shown = new Map<string, RunRow>();
  const groups = createGroupBoard(read);
  for (const row of rows.slice(0, limit)) shown.set(row.id, await toRunRow(read, board, groups, row));
  return toPage(rows, limit, { item: (row) => shown.get(row.id) as RunRow, key: (row) => [row.id] });
}

export async function getRun(read: Reader, board: ProgressBoard, id: string): Promise<RunDetail | undefined> {
  const row = await read.one<Row>(`${select} WHERE r.id = ?`, [id]);
  if (!row) return undefined;
  const plan = row.plan_hash === null ? null : await loadPlan(read, row.plan_hash);
  const known = new Map((await stepsOfAttempt(read, id, row.attempt)).map((one) => [one.step_index, one]));
  const steps = (plan?.steps ?? []).map((step) => {
    const found = known.get(step.index);
    const result = found?.result ? (JSON.parse(found.result) as StepResult) : null;
    return { step, result, startedAt: found?.started_at ?? null };
  });
  return {
    ...(await toRunRow(read, board, createGroupBoard(read), row)),
    steps,
    skipped: [...(plan?.skipped ?? [])] as RunDetail['skipped'],
  };
}

async function toRunRow(read: Reader, board: ProgressBoard, groups: GroupBoard, row: Row): Promise<RunRow> {
  const steps = row.plan_hash === null ? [] : (await loadPlan(read, row.plan_hash)).steps;
  const versions = await versionsOf(read, row, steps);
  return {
    id: row.id,
    deploymentId: row.deployment_id,
    deploymentName: row.deployment_name,
    machineId: row.machine_id,
    machineName: row.machine_name ?? row.machine_id,
    status: row.status,
    attempt: row.attempt,
    reason: row.reason === null ? null : JSON.parse(row.reason),
    waitsUntil: row.waits_until,
    ...(await groups.of(row)),
    isInGroup: row.gate === 'group',
    wave: row.wave_id === null ? null : { id: row.wave_id, number: row.wave_number ?? 0 },
    delivery: deliveryOfRun(row),
    stepIndex: row.step_index,
    stepCount: steps.length,
    stepName: row.step_index === null ? null : (steps[row.step_index]?.name ?? null),
    progress: isFinal(row.status) ? null : board.latest(row.id, row.attempt),
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    isInError: row.is_in_error === 1,
    requestedBy: row.requested_by,
    ...versions,
  };
}

function deliveryOfRun({ method, method_reason }: Row): RunRow['delivery'] {
  return method === null || method_reason === null ? null : { method, reason: JSON.parse(method_reason) };
}

/** Of the last install that has a result. */
async function versionsOf(read: Reader, row: Row, steps: readonly FrozenStep[]) {
  const none = { versionBefore: null, versionAfter: null, verifiedBy: null };
  const installs = steps.filter(
    (step): step is FrozenInstall => step.kind === 'install-package' && !step.isDependency,
  );
  if (row.started_at === null || installs.length === 0) return none;
  const results = (await stepsOfAttempt(read, row.id, row.attempt)).flatMap(({ result }) =>
    result === null ? [] : [JSON.parse(result) as StepResult],
  );
  const last = results.findLast((result) => installs.some((step) => step.index === result.index));
  if (!last) return none;
  if (row.status !== 'succeeded')
    return { versionBefore: last.versionBefore, versionAfter: last.versionAfter, verifiedBy: null };
  // Rules about files know no version; that they hold shows the package's own.
  const own = installs.find((step) => step.index === last.index)?.packageVersion ?? null;
  return {
    versionBefore: last.versionBefore,
    versionAfter: last.versionAfter ?? own,
    verifiedBy: verifiedBy(installs),
  };
}
