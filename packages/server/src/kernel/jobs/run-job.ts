import type { Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
import type { Log } from '../log.ts';
import type { JobRun } from './job.ts';
import { type ClaimedJob, coalesce, failJob, finishJob, release, renew } from './job-rows.ts';

/** What is known of one kind of job. */
export interface JobDefinition {
  readonly handler: (run: JobRun<never>) => Promise<void>;
  /** Set where it runs again and again. */
  readonly intervalMs: number | null;
}

export interface RunJobDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly givenUp: (kind: string, error: string) => Promise<void>;
}

/** Jobs that repeat wait for their next time under this key. */
export const repeatKey = 'every';

const renewEveryMs = 20_000;

/** Waits 1 s, 2 s, 4 s … up to 10 minutes between attempts. */
export function backOffMs(attempt: number): number {
  return Math.min(1000 * 2 ** (attempt - 1), 600_000);
}

/** Carries out one claimed job and writes down how it ended. Never rejects. */
export async function runJob(
  deps: RunJobDeps,
  job: ClaimedJob,
  definition: JobDefinition,
  signal: AbortSignal,
) {
  const { db, clock, log } = deps;
  const renewal = setInterval(() => {
    db.transaction((tx) => renew(tx, job.id, clock.now())).catch(() => {});
  }, renewEveryMs);
  try {
    await definition.handler({ payload: job.payload as never, attempt: job.attempts, signal });
    await finish(deps, job, definition.intervalMs);
  } catch (error) {
    const end = signal.aborted
      ? db.transaction((tx) => release(tx, job.id))
      : fail(deps, job, definition, error);
    await end.catch((problem: unknown) => log.error({ err: problem, job: job.kind }, 'a job row is stuck'));
  } finally {
    clearInterval(renewal);
  }
}

async function finish({ db, clock }: RunJobDeps, job: ClaimedJob, intervalMs: number | null) {
  await db.transaction(async (tx) => {
    await finishJob(tx, job.id);
    if (intervalMs === null) return;
    const now = clock.now();
    await coalesce(tx, {
      ...job,
      key: repeatKey,
      payload: JSON.stringify(job.payload),
      runAt: now + intervalMs,
      now,
    });
  });
}

async function fail(
  { db, clock, log, givenUp }: RunJobDeps,
  job: ClaimedJob,
  { intervalMs }: JobDefinition,
  cause: unknown,
) {
  const error = cause instanceof Error ? cause.message : String(cause);
  const now = clock.now();
  const line = { err: cause, job: job.kind, attempt: job.attempts };
  const isLast = job.attempts >= job.maxAttempts && intervalMs === null;
  const retryAt = isLast ? null : now + backOffMs(job.attempts);
  await db.transaction((tx) => failJob(tx, job, { error, now, retryAt }));
  if (!isLast) return log.warn(line, 'a job failed and will be tried again');
  log.error(line, 'a job has failed for good');
  await givenUp(job.kind, error);
}
