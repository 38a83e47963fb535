import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type EngineUnderTest, onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { migrations } from '../migrations/index.ts';
import { createFakeClock } from './clock.ts';
import { migrate } from './database/migrate.ts';
import { openDatabase } from './database/open-database.ts';
import { createEvents } from './events.ts';
import { createLog } from './log.ts';

declare module './events.ts' {
  interface EventMap {
    'tests.happened': { n: number };
    'tests.other': { n: number };
  }
}

async function setUp(t: TestContext, { databaseUrl }: EngineUnderTest) {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-events-'));
  const db = await openDatabase(databaseUrl ? { url: databaseUrl } : { file: join(dir, 'a.db') });
  atEnd(t, async () => {
    await db.close();
    await rm(dir, { recursive: true });
  });
  await migrate(db, migrations, 1);
  const clock = createFakeClock();
  const lines: string[] = [];
  const log = createLog({ level: 'info', sink: { write: (line) => lines.push(line) } });
  return { db, clock, lines, make: () => createEvents({ db, clock, log }) };
}

onBothEngines(
  'events come after the commit, in order, and not for a failed transaction',
  async (t, under) => {
    const { db, make } = await setUp(t, under);
    const events = make();
    const seen: number[] = [];
    events.on('tests.happened', async ({ payload }) => {
      await new Promise((resolve) => setTimeout(resolve, payload.n === 1 ? 20 : 0));
      seen.push(payload.n);
    });
    events.on('tests.other', ({ payload }) => void seen.push(payload.n * 100));
    await events.start();
    await db.transaction(async (tx) => {
      await events.publish(tx, 'tests.happened', { n: 1 });
      await events.publish(tx, 'tests.other', { n: 2 });
      assert.deepEqual(seen, []);
    });
    const failed = db.transaction(async (tx) => {
      await events.publish(tx, 'tests.happened', { n: 3 });
      throw new Error('no');
    });
    await assert.rejects(failed, /no/);
    events.announce('tests.happened', { n: 4 });
    await events.idle();
    assert.deepEqual(seen, [1, 200, 4]);
  },
);

onBothEngines('a handler that fails is logged and hinders nobody', async (t, under) => {
  const { db, lines, make } = await setUp(t, under);
  const events = make();
  const seen: number[] = [];
  events.on('tests.happened', () => {
    throw new Error('handler broke');
  });
  events.on('tests.happened', ({ payload }) => void seen.push(payload.n));
  await db.transaction((tx) => events.publish(tx, 'tests.happened', { n: 1 }));
  await events.idle();
  assert.deepEqual(seen, [1]);
  assert.match(lines.join(''), /handler broke/);
});

onBothEngines(
  'what a crash left undelivered comes at the next start, what was delivered does not',
  async (t, under) => {
    const { db, make } = await setUp(t, under);
    const before = make();
    before.on('tests.happened', () => {});
    await before.start();
    await db.transaction((tx) => before.publish(tx, 'tests.happened', { n: 1 }));
    await before.stop();
    // The crash: a transaction that commits while nobody remembers that it was delivered.
    const dying = make();
    dying.on('tests.happened', () => {});
    await db.transaction((tx) => dying.publish(tx, 'tests.happened', { n: 2 }));

    const after = make();
    const seen: number[] = [];
    after.on('tests.happened', ({ payload }) => void seen.push(payload.n));
    await after.start();
    await after.idle();
    assert.deepEqual(seen, [2]);
    await after.stop();
  },
);

onBothEngines('old events are forgotten, but never undelivered ones', async (t, under) => {
  const { db, clock, make } = await setUp(t, under);
  const events = make();
  events.on('tests.happened', () => {});
  await events.start();
  await db.transaction((tx) => events.publish(tx, 'tests.happened', { n: 1 }));
  clock.advance(10_000);
  assert.equal(await events.prune(5000), 0);
  await events.stop();
  assert.equal(await events.prune(20_000), 0);
  assert.equal(await events.prune(5000), 1);
});

onBothEngines('only what somebody must not miss is kept', async (t, under) => {
  const { db, make } = await setUp(t, under);
  const events = make();
  const seen: string[] = [];
  const isEven = ({ n }: { n: number }) => n % 2 === 0;
  events.watchAny(({ kind }) => void seen.push(`any ${kind}`));
  events.watch('tests.happened', ({ payload }) => void seen.push(`watched ${payload.n}`));
  events.watch('tests.other', ({ payload }) => void seen.push(`other ${payload.n}`));
  events.on('tests.happened', ({ payload }) => void seen.push(`kept ${payload.n}`), isEven);
  await events.start();
  await db.transaction(async (tx) => {
    await events.publishAll(tx, 'tests.happened', [{ n: 1 }, { n: 2 }]);
    await events.publish(tx, 'tests.other', { n: 3 });
  });
  await events.idle();
  assert.deepEqual(seen, [
    ...['any tests.happened', 'watched 1'],
    ...['any tests.happened', 'watched 2', 'kept 2'],
    ...['any tests.other', 'other 3'],
  ]);
  const kept = await db.read.all<{ payload: string }>('SELECT payload FROM kernel_events');
  assert.deepEqual(
    kept.map(({ payload }) => JSON.parse(payload)),
    [{ n: 2 }],
  );
});

onBothEngines('events of a time that is still to come show that the clock was put back', async (t, under) => {
  const { db, clock, make } = await setUp(t, under);
  const before = make();
  before.on('tests.happened', () => {});
  await before.start();
  await db.transaction((tx) => before.publish(tx, 'tests.happened', { n: 1 }));
  assert.equal(await before.lieAhead(), false);
  await before.stop();
  clock.advance(-1);
  assert.equal(await make().lieAhead(), true, 'for a server that starts afterwards, too');
});
