import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Database, Tx } from '../database/database.ts';
import '../database/kernel-tables.ts';
import type { Log } from '../log.ts';
import type { JobRequest, Jobs } from './job.ts';
import { claim, coalesce, nextDueAt, release } from './job-rows.ts';
import { type JobDefinition, repeatKey, runJob } from './run-job.ts';

export type { JobRequest, JobRun, Jobs } from './job.ts';

const maxConcurrent = 4;
const defaultMaxAttempts = 10;
/** A job whose server has not renewed its lock for this long is free for others. */
const leaseMs = 60_000;
/** Upper limit of sleep: other servers on the same database may have added jobs. */
const longestSleepMs = 15_000;
/** Lower limit: a job that is due but cannot be taken must not keep the processor busy. */
const shortestSleepMs = 20;
const sleepAfterErrorMs = 2000;

/** The worker's memory. */
interface Worker {
  readonly id: string;
  readonly definitions: Map<string, JobDefinition>;
  readonly running: Set<Promise<void>>;
  /** Jobs were taken in the database and are not in `running` yet. */
  isClaiming: boolean;
  readonly stopping: AbortController;
  /** Latest time that the worker saw. */
  seenAt: number;
  wake: AbortController;
  givenUp: (kind: string, error: string) => Promise<void>;
}

interface Deps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

export function createJobs(deps: Deps): Jobs {
  const { db, clock } = deps;
  const worker = createWorker();
  let loop: Promise<void> | undefined;
  const enqueue = async (tx: Tx, { kind, key, payload, runAt, maxAttempts }: JobRequest) => {
    await coalesce(tx, {
      kind,
      key: key ?? null,
      payload: JSON.stringify(payload ?? null),
      runAt: runAt ?? clock.now(),
      maxAttempts: maxAttempts ?? defaultMaxAttempts,
      now: clock.now(),
    });
    tx.afterCommit(() => worker.wake.abort());
  };
  return {
    define: (kind, handler) => void worker.definitions.set(kind, { handler, intervalMs: null }),
    every: (kind, intervalMs, handler) => void worker.definitions.set(kind, { handler, intervalMs }),
    enqueue,
    onGivenUp(handler) {
      worker.givenUp = handler;
    },
    async start() {
      await db.transaction(async (tx) => {
        // The embedded database has one server: whatever is locked was left behind by a crash.
        if (db.engine === 'sqlite') await release(tx, null);
        for (const [kind, { intervalMs }] of worker.definitions) {
          if (intervalMs !== null) await enqueue(tx, { kind, key: repeatKey });
        }
      });
      loop = work(deps, worker);
    },
    async idle() {
      for (
        let dueAt = await nextDue(deps, worker);
        !isIdle(worker, dueAt, clock.now());
        dueAt = await nextDue(deps, worker)
      ) {
        worker.wake.abort();
        await Promise.race([...worker.running, new Promise((resolve) => setTimeout(resolve, 5))]);
      }
    },
    async stop() {
      worker.stopping.abort();
      await loop;
      await Promise.all(worker.running);
    },
  };
}

function createWorker(): Worker {
  return {
    id: randomUUID(),
    definitions: new Map(),
    running: new Set(),
    isClaiming: false,
    stopping: new AbortController(),
    seenAt: 0,
    wake: new AbortController(),
    givenUp: async () => {},
  };
}

async function work(deps: Deps, worker: Worker) {
  const { clock, log } = deps;
  while (!worker.stopping.signal.aborted) {
    worker.wake = new AbortController();
    const sleepMs = await startDue(deps, worker).catch((error: unknown) => {
      log.error({ err: error }, 'jobs cannot be read');
      return sleepAfterErrorMs;
    });
    if (sleepMs > 0) await clock.wait(sleepMs, AbortSignal.any([worker.wake.signal, worker.stopping.signal]));
  }
}

/** Starts what is due and fits; answers how long there is nothing more to do. */
async function startDue(deps: Deps, worker: Worker): Promise<number> {
  const limit = maxConcurrent - worker.running.size;
  if (limit <= 0) return longestSleepMs;
  const now = deps.clock.now();
  if (now < worker.seenAt) await bringBack(deps, worker, now);
  worker.seenAt = now;
  const dueAt = await nextDue(deps, worker);
  if (dueAt === undefined) return longestSleepMs;
  if (dueAt > now) return Math.min(Math.max(dueAt - now, shortestSleepMs), longestSleepMs);
  worker.isClaiming = true;
  try {
    const count = await startJobs(deps, worker, now, limit);
    return count > 0 ? 0 : shortestSleepMs;
  } finally {
    worker.isClaiming = false;
  }
}

async function startJobs(deps: Deps, worker: Worker, now: number, limit: number): Promise<number> {
  const kinds = [...worker.definitions.keys()];
  const jobs = await deps.db.transaction((tx) =>
    claim(tx, { now, expiredBefore: now - leaseMs, limit, by: worker.id, kinds }),
  );
  for (const job of jobs) {
    const definition = worker.definitions.get(job.kind) as JobDefinition;
    const done = runJob(
      { ...deps, givenUp: worker.givenUp },
      job,
      definition,
      worker.stopping.signal,
    ).finally(() => {
      worker.running.delete(done);
      worker.wake.abort();
    });
    worker.running.add(done);
  }
  return jobs.length;
}

/** The clock was put back: what repeats would rest until the time that the clock had before. */
async function bringBack({ db, log }: Deps, { definitions, seenAt }: Worker, now: number) {
  log.warn({ byMs: seenAt - now }, 'the clock was put back');
  await db.transaction(async (tx) => {
    for (const [kind, { intervalMs }] of definitions) {
      if (intervalMs === null) continue;
      const repeat = { kind, key: repeatKey, payload: 'null', maxAttempts: defaultMaxAttempts };
      await coalesce(tx, { ...repeat, runAt: now, now });
    }
  });
}

function nextDue({ db, clock }: Deps, worker: Worker) {
  return nextDueAt(db.read, [...worker.definitions.keys()], clock.now() - leaseMs);
}

function isIdle(worker: Worker, dueAt: number | undefined, now: number): boolean {
  return worker.running.size === 0 && !worker.isClaiming && (dueAt === undefined || dueAt > now);
}
