import { randomUUID } from 'node:crypto';
import type { Reader, Tx } from '../database/database.ts';
import type { JobRow } from '../database/kernel-tables.ts';

/** The only code that writes kernel_jobs. */
export interface ClaimedJob {
  readonly id: string;
  readonly kind: string;
  readonly key: string | null;
  readonly payload: unknown;
  readonly attempts: number;
  readonly maxAttempts: number;
}

interface NewJob {
  readonly kind: string;
  readonly key: string | null;
  readonly payload: string;
  readonly runAt: number;
  readonly maxAttempts: number;
  readonly now: number;
}

const waiting = 'locked_at IS NULL AND failed_at IS NULL';

/** Adds a job, or brings the waiting one of the same kind and key forward. */
export async function coalesce(tx: Tx, job: NewJob) {
  await tx.run(
    `INSERT INTO kernel_jobs (id, kind, key, payload, run_at, attempts, max_attempts, created_at)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?)
     ON CONFLICT (kind, key) WHERE key IS NOT NULL AND ${waiting}
     DO UPDATE SET payload = excluded.payload,
       run_at = CASE WHEN excluded.run_at < kernel_jobs.run_at THEN excluded.run_at ELSE kernel_jobs.run_at END`,
    [randomUUID(), job.kind, job.key, job.payload, job.runAt, job.maxAttempts, job.now],
  );
}

interface ClaimInput {
  readonly now: number;
  readonly expiredBefore: number;
  readonly limit: number;
  readonly by: string;
  readonly kinds: readonly string[];
}

/** Takes due jobs of these kinds, and those whose server has died, for one worker. */
export async function claim(
  tx: Tx,
  { now, expiredBefore, limit, by, kinds }: ClaimInput,
): Promise<ClaimedJob[]> {
  if (kinds.length === 0) return [];
  const rows = await tx.all<JobRow>(
    `SELECT * FROM kernel_jobs
     WHERE failed_at IS NULL AND run_at <= ? AND (locked_at IS NULL OR locked_at < ?)
       AND kind IN (${kinds.map(() => '?').join(', ')})
     ORDER BY run_at LIMIT ?`,
    [now, expiredBefore, ...kinds, limit],
  );
  for (const row of rows) {
    await tx.run(
      'UPDATE kernel_jobs SET locked_at = ?, locked_by = ?, attempts = attempts + 1 WHERE id = ?',
      [now, by, row.id],
    );
  }
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    key: row.key,
    payload: JSON.parse(row.payload),
    attempts: row.attempts + 1,
    maxAttempts: row.max_attempts,
  }));
}

/** When the next job is due that is free or whose server has died, epoch milliseconds. */
export async function nextDueAt(
  read: Reader,
  kinds: readonly string[],
  expiredBefore: number,
): Promise<number | undefined> {
  if (kinds.length === 0) return undefined;
  const row = await read.one<{ due: number | null }>(
    `SELECT min(run_at) AS due FROM kernel_jobs
     WHERE failed_at IS NULL AND (locked_at IS NULL OR locked_at < ?)
       AND kind IN (${kinds.map(() => '?').join(', ')})`,
    [expiredBefore, ...kinds],
  );
  return row?.due ?? undefined;
}

export async function finishJob(tx: Tx, id: string) {
  await tx.run('DELETE FROM kernel_jobs WHERE id = ?', [id]);
}

export async function renew(tx: Tx, id: string, now: number) {
  await tx.run('UPDATE kernel_jobs SET locked_at = ? WHERE id = ? AND locked_at IS NOT NULL', [now, id]);
}

/** Notes a failure: free again at `retryAt`, or failed for good where that is null. */
export async function failJob(
  tx: Tx,
  job: ClaimedJob,
  outcome: { error: string; now: number; retryAt: number | null },
) {
  const error = outcome.error.slice(0, 2000);
  if (outcome.retryAt === null) {
    await tx.run(
      'UPDATE kernel_jobs SET locked_at = NULL, locked_by = NULL, failed_at = ?, last_error = ? WHERE id = ?',
      [outcome.now, error, job.id],
    );
    return;
  }
  await dropIfReplaced(tx, job.id);
  await tx.run(
    'UPDATE kernel_jobs SET locked_at = NULL, locked_by = NULL, run_at = ?, last_error = ? WHERE id = ?',
    [outcome.retryAt, error, job.id],
  );
}

/** Gives a job back without blame; null: every locked one. */
export async function release(tx: Tx, id: string | null) {
  await dropIfReplaced(tx, id);
  const where = id === null ? 'locked_at IS NOT NULL' : 'id = ?';
  await tx.run(
    `UPDATE kernel_jobs SET locked_at = NULL, locked_by = NULL, attempts = attempts - 1 WHERE ${where}`,
    id === null ? [] : [id],
  );
}

/** While it ran, the same work was asked for again: the newer request stands for both. */
async function dropIfReplaced(tx: Tx, id: string | null) {
  await tx.run(
    `DELETE FROM kernel_jobs WHERE locked_at IS NOT NULL AND key IS NOT NULL AND ${id === null ? '1 = 1' : 'id = ?'}
       AND EXISTS (SELECT 1 FROM kernel_jobs newer WHERE newer.kind = kernel_jobs.kind AND newer.key = kernel_jobs.key
                   AND newer.locked_at IS NULL AND newer.failed_at IS NULL)`,
    id === null ? [] : [id],
  );
}
