import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Database, Tx } from './database/database.ts';
import './database/kernel-tables.ts';
import { claim, coalesce, failJob, finishJob, nextDueAt, release, renew } from './job-rows.ts';
import type { Log } from './log.ts';

/** Work that must happen although the process may die: its row is written with the data that asks for it. */
export interface JobRequest {
  readonly kind: string;
  /** While a job of this kind and key waits, asking again changes at most its time, to the earlier one. */
  readonly key?: string;
  readonly payload?: unknown;
  /** Epoch milliseconds; default: now. */
  readonly runAt?: number;
  readonly maxAttempts?: number;
}

export interface JobRun<P = unknown> {
  readonly payload: P;
  /** 1 for the first. */
  readonly attempt: number;
  /** Aborted when the server stops: leave, the job will run again. */
  readonly signal: AbortSignal;
}

export interface Jobs {
  /** One handler for each kind, set before start. A handler may run again after a crash and must bear that. */
  define<P>(kind: string, handler: (run: JobRun<P>) => Promise<void>): void;
  /** Runs the handler again and again; the first time soon after the start. Survives restarts. */
  every(kind: string, intervalMs: number, handler: (run: JobRun) => Promise<void>): void;
  enqueue(tx: Tx, request: JobRequest): Promise<void>;
  start(): Promise<void>;
  /** Resolves when nothing that is due at this moment waits or runs. For tests. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const maxConcurrent = 4;
const defaultMaxAttempts = 10;
/** A job whose server has not renewed its lock for this long is free for others. */
const leaseMs = 60_000;
const renewEveryMs = 20_000;
/** Upper limit of sleep: other servers on the same database may have added jobs. */
const longestSleepMs = 15_000;
/** Lower limit: a job that is due but cannot be taken must not keep the processor busy. */
const shortestSleepMs = 20;

/** Waits 1 s, 2 s, 4 s … up to 10 minutes between attempts. */
export function backOffMs(attempt: number): number {
  return Math.min(1000 * 2 ** (attempt - 1), 600_000);
}

export function createJobs({ db, clock, log }: { db: Database; clock: Clock; log: Log }): Jobs {
  const handlers = new Map<string, (run: JobRun<never>) => Promise<void>>();
  const intervals = new Map<string, number>();
  const running = new Set<Promise<void>>();
  const me = randomUUID();
  const stopping = new AbortController();
  let wake = new AbortController();
  let loop: Promise<void> | undefined;

  const poke = () => wake.abort();
  const enqueue = async (tx: Tx, request: JobRequest) => {
    await coalesce(tx, {
      id: randomUUID(),
      kind: request.kind,
      key: request.key ?? null,
      payload: JSON.stringify(request.payload ?? null),
      runAt: request.runAt ?? clock.now(),
      maxAttempts: request.maxAttempts ?? defaultMaxAttempts,
      now: clock.now(),
    });
    tx.afterCommit(poke);
  };

  const work = async () => {
    while (!stopping.signal.aborted) {
      wake = new AbortController();
      const dueAt = running.size < maxConcurrent ? await nextDue() : undefined;
      const started = dueAt !== undefined && dueAt <= clock.now() ? await startDue() : 0;
      if (started > 0) continue;
      const sleepMs = Math.min(
        Math.max((dueAt ?? Number.POSITIVE_INFINITY) - clock.now(), shortestSleepMs),
        longestSleepMs,
      );
      await clock.wait(sleepMs, AbortSignal.any([wake.signal, stopping.signal]));
    }
  };
  const nextDue = () =>
    nextDueAt(db.read, [...handlers.keys()], clock.now() - leaseMs).catch((error: unknown) => {
      log.error({ err: error }, 'jobs cannot be read');
      return undefined;
    });
  const startDue = async () => {
    const [now, kinds] = [clock.now(), [...handlers.keys()]];
    const limit = maxConcurrent - running.size;
    const jobs = await db.transaction((tx) =>
      claim(tx, { now, expiredBefore: now - leaseMs, limit, by: me, kinds }),
    );
    for (const job of jobs) {
      const done: Promise<void> = runOne(job).finally(() => {
        running.delete(done);
        poke();
      });
      running.add(done);
    }
    return jobs.length;
  };
  const runOne = async (job: Awaited<ReturnType<typeof claim>>[number]) => {
    const renewal = setInterval(
      () => void db.transaction((tx) => renew(tx, job.id, clock.now())).catch(() => {}),
      renewEveryMs,
    );
    try {
      await handlers.get(job.kind)?.({
        payload: job.payload as never,
        attempt: job.attempts,
        signal: stopping.signal,
      });
      await db.transaction(async (tx) => {
        await finishJob(tx, job.id);
        const interval = intervals.get(job.kind);
        if (interval) await enqueue(tx, { kind: job.kind, key: 'every', runAt: clock.now() + interval });
      });
    } catch (error) {
      await fail(job, error).catch((problem: unknown) =>
        log.error({ err: problem, job: job.kind }, 'a job row is stuck'),
      );
    } finally {
      clearInterval(renewal);
    }
  };
  const fail = async (job: Awaited<ReturnType<typeof claim>>[number], error: unknown) => {
    if (stopping.signal.aborted) return db.transaction((tx) => release(tx, job.id));
    const isLast = job.attempts >= job.maxAttempts && !intervals.has(job.kind);
    log[isLast ? 'error' : 'warn'](
      { err: error, job: job.kind, attempt: job.attempts },
      isLast ? 'a job has failed for good' : 'a job failed and will be tried again',
    );
    const text = error instanceof Error ? error.message : String(error);
    const now = clock.now();
    await db.transaction((tx) =>
      failJob(tx, job, { error: text, now, retryAt: isLast ? null : now + backOffMs(job.attempts) }),
    );
  };

  return {
    define: (kind, handler) => void handlers.set(kind, handler),
    every(kind, intervalMs, handler) {
      handlers.set(kind, handler);
      intervals.set(kind, intervalMs);
    },
    enqueue,
    async start() {
      // The embedded database has one server: whatever is locked was left behind by a crash.
      if (db.engine === 'sqlite') await db.transaction((tx) => release(tx, null));
      await db.transaction(async (tx) => {
        for (const kind of intervals.keys()) await enqueue(tx, { kind, key: 'every' });
      });
      loop = work();
    },
    async idle() {
      for (;;) {
        const dueAt = await nextDueAt(db.read, [...handlers.keys()], clock.now() - leaseMs);
        if (running.size === 0 && (dueAt === undefined || dueAt > clock.now())) return;
        poke();
        await Promise.race([...running, new Promise((resolve) => setTimeout(resolve, 5))]);
      }
    },
    async stop() {
      stopping.abort();
      await loop;
      await Promise.allSettled(running);
    },
  };
}
