import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type EngineUnderTest, onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { migrations } from '../../migrations/index.ts';
import { createFakeClock } from '../clock.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open-database.ts';
import { createLog } from '../log.ts';
import { createJobs, type JobRequest, type Jobs } from './jobs.ts';

async function setUp(t: TestContext, { databaseUrl }: EngineUnderTest) {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-jobs-'));
  const db = await openDatabase(databaseUrl ? { url: databaseUrl } : { file: join(dir, 'a.db') });
  await migrate(db, migrations, 1);
  const clock = createFakeClock();
  const log = createLog({ level: 'silent' });
  const started: Jobs[] = [];
  atEnd(t, async () => {
    for (const jobs of started) await jobs.stop();
    await db.close();
    await rm(dir, { recursive: true });
  });
  const make = () => {
    const jobs = createJobs({ db, clock, log });
    started.push(jobs);
    return jobs;
  };
  const enqueue = (jobs: Jobs, request: JobRequest) => db.transaction((tx) => jobs.enqueue(tx, request));
  const rows = () => db.read.sql.selectFrom('kernel_jobs').selectAll().execute();
  return { db, clock, make, enqueue, rows };
}

onBothEngines('a job runs once and its row is gone', async (t, under) => {
  const { make, enqueue, rows } = await setUp(t, under);
  const jobs = make();
  const seen: unknown[] = [];
  jobs.define<{ n: number }>('count', async ({ payload, attempt }) => void seen.push([payload.n, attempt]));
  await jobs.start();
  await enqueue(jobs, { kind: 'count', payload: { n: 7 } });
  await jobs.idle();
  assert.deepEqual(seen, [[7, 1]]);
  assert.deepEqual(await rows(), []);
});

onBothEngines('a job of a failed transaction never runs', async (t, under) => {
  const { db, make, rows } = await setUp(t, under);
  const jobs = make();
  jobs.define('count', async () => assert.fail('it ran'));
  await jobs.start();
  const failing = db.transaction(async (tx) => {
    await jobs.enqueue(tx, { kind: 'count' });
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  await jobs.idle();
  assert.deepEqual(await rows(), []);
});

onBothEngines('the same kind and key waits only once, at the earlier time', async (t, under) => {
  const { clock, make, enqueue, rows } = await setUp(t, under);
  const jobs = make();
  const seen: number[] = [];
  jobs.define<number>('count', async ({ payload }) => void seen.push(payload));
  await jobs.start();
  const at = clock.now();
  await enqueue(jobs, { kind: 'count', key: 'k', payload: 1, runAt: at + 5000 });
  await enqueue(jobs, { kind: 'count', key: 'k', payload: 2, runAt: at + 9000 });
  await enqueue(jobs, { kind: 'count', key: 'other', payload: 3, runAt: at + 9000 });
  assert.deepEqual((await rows()).map((row) => row.run_at - at).sort(), [5000, 9000]);
  await jobs.idle();
  assert.deepEqual(seen, []);
  clock.advance(5000);
  await jobs.idle();
  assert.deepEqual(seen, [2]);
  clock.advance(5000);
  await jobs.idle();
  assert.deepEqual(seen, [2, 3]);
});

onBothEngines('a request that comes while the same job runs makes it run once more', async (t, under) => {
  const { db, make, enqueue } = await setUp(t, under);
  const jobs = make();
  const seen: number[] = [];
  jobs.define<number>('count', async ({ payload }) => {
    seen.push(payload);
    if (payload !== 1) return;
    // In one transaction: the waiting one could begin before the second request otherwise.
    await db.transaction(async (tx) => {
      await jobs.enqueue(tx, { kind: 'count', key: 'k', payload: 2 });
      await jobs.enqueue(tx, { kind: 'count', key: 'k', payload: 3 });
    });
  });
  await jobs.start();
  await enqueue(jobs, { kind: 'count', key: 'k', payload: 1 });
  await jobs.idle();
  assert.deepEqual(seen, [1, 3]);
});

onBothEngines('a failing job is tried again with growing waits and then given up', async (t, under) => {
  const { clock, make, enqueue, rows } = await setUp(t, under);
  const jobs = make();
  const at = clock.now();
  const tries: number[] = [];
  const givenUp: string[] = [];
  jobs.define('fail', async () => {
    tries.push(clock.now() - at);
    throw new Error('broken');
  });
  jobs.onGivenUp(async (kind, error) => void givenUp.push(`${kind}: ${error}`));
  await jobs.start();
  await enqueue(jobs, { kind: 'fail', maxAttempts: 3 });
  for (const ms of [0, 999, 1, 1999, 1, 60_000]) {
    clock.advance(ms);
    await jobs.idle();
  }
  assert.deepEqual(tries, [0, 1000, 3000]);
  assert.deepEqual(givenUp, ['fail: broken']);
  const [row] = await rows();
  assert.deepEqual([row?.attempts, row?.last_error, row?.failed_at], [3, 'broken', at + 3000]);
});

onBothEngines('a job that was running when its server died runs again', async (t, under) => {
  const { db, clock, make, enqueue } = await setUp(t, under);
  const dead = make();
  await enqueue(dead, { kind: 'count', key: 'k' });
  await db.transaction((tx) =>
    tx.run('UPDATE kernel_jobs SET locked_at = ?, locked_by = ?, attempts = 1', [clock.now(), 'dead']),
  );
  await enqueue(dead, { kind: 'count', key: 'k', payload: 'newer' });
  const alive = make();
  const seen: unknown[] = [];
  alive.define('count', async ({ payload }) => void seen.push(payload));
  await alive.start();
  await alive.idle();
  // Another server's lock holds on PostgreSQL until its lease has passed.
  if (db.engine === 'postgres') {
    assert.deepEqual(seen, ['newer']);
    clock.advance(60_001);
    await alive.idle();
    assert.deepEqual(seen, ['newer', null]);
  } else assert.deepEqual(seen, ['newer']);
});

onBothEngines(
  'a repeating job comes back after its interval, also after a failure and a restart',
  async (t, under) => {
    const { clock, make } = await setUp(t, under);
    const tries: number[] = [];
    const at = clock.now();
    const repeat = async (jobs: Jobs, fails: boolean) => {
      jobs.every('sweep', 60_000, async () => {
        tries.push(clock.now() - at);
        if (fails && tries.length === 2) throw new Error('once');
      });
      await jobs.start();
      await jobs.idle();
    };
    const jobs = make();
    await repeat(jobs, true);
    for (const ms of [59_999, 1, 1000, 60_000]) {
      clock.advance(ms);
      await jobs.idle();
    }
    assert.deepEqual(tries, [0, 60_000, 61_000, 121_000]);
    await jobs.stop();
    await repeat(make(), false);
    assert.equal(tries.length, 5);
  },
);

onBothEngines('a clock that is put back does not keep a repeating job from coming back', async (t, under) => {
  const { clock, make, enqueue } = await setUp(t, under);
  const jobs = make();
  let sweeps = 0;
  const seen: unknown[] = [];
  jobs.every('sweep', 60_000, async () => {
    sweeps += 1;
  });
  jobs.define('once', async ({ payload }) => void seen.push(payload));
  await jobs.start();
  await jobs.idle();
  await enqueue(jobs, { kind: 'once', payload: 'at its time', runAt: clock.now() + 60_000 });
  clock.advance(-86_400_000);
  // The worker sleeps for 15 seconds at most, by whatever clock.
  for (let tries = 0; sweeps < 2 && tries < 500; tries += 1) {
    clock.advance(15_000);
    await setTimeout(5);
  }
  assert.equal(sweeps, 2);
  await jobs.idle();
  clock.advance(60_000);
  await jobs.idle();
  assert.equal(sweeps, 3);
  assert.deepEqual(seen, [], 'what has a time keeps it');
});

onBothEngines('stopping aborts the job and gives it back without blame', async (t, under) => {
  const { make, enqueue, rows } = await setUp(t, under);
  const jobs = make();
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  jobs.define('long', async ({ signal }) => {
    begun();
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
  });
  await jobs.start();
  await enqueue(jobs, { kind: 'long' });
  await hasBegun;
  await jobs.stop();
  const [row] = await rows();
  assert.deepEqual([row?.attempts, row?.locked_at, row?.last_error], [0, null, null]);
});
