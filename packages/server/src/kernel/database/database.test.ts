import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { noPostgres, startPostgres } from '@tenkai/testkit/rig/postgres.ts';
import type { Database, Tx } from './database.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { first, openSample } from './sample-for-test.ts';

const insert = (tx: Tx, id: string, n = 1) => tx.run('INSERT INTO sample (id, n) VALUES (?, ?)', [id, n]);
const ids = async (db: Database) =>
  (await db.read.all<{ id: string }>('SELECT id FROM sample ORDER BY id')).map((row) => row.id);

onBothEngines('a failing transaction leaves nothing, its neighbours stay', async (t, under) => {
  const db = await openSample(t, under);
  const outcomes = await Promise.allSettled([
    db.transaction((tx) => insert(tx, 'a')),
    db.transaction(async (tx) => {
      await insert(tx, 'b');
      throw new Error('changed my mind');
    }),
    db.transaction(async (tx) => {
      await insert(tx, 'c');
      await insert(tx, 'c');
    }),
    db.transaction((tx) => insert(tx, 'd')),
  ]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(await ids(db), ['a', 'd']);
});

onBothEngines('a transaction sees its own writes, the read side only what is committed', async (t, under) => {
  const db = await openSample(t, under);
  await db.transaction(async (tx) => {
    await insert(tx, 'a');
    assert.equal((await tx.one<{ n: number }>('SELECT count(*) AS n FROM sample'))?.n, 1);
    assert.deepEqual(await ids(db), []);
  });
  assert.deepEqual(await ids(db), ['a']);
});

onBothEngines('concurrent read-modify-write loses no update', async (t, under) => {
  const db = await openSample(t, under);
  await db.transaction((tx) => insert(tx, 'counter', 0));
  const increment = () =>
    db.transaction(async (tx) => {
      const row = await tx.one<{ n: number }>('SELECT n FROM sample WHERE id = ?', ['counter']);
      await tx.run('UPDATE sample SET n = ? WHERE id = ?', [(row?.n ?? 0) + 1, 'counter']);
    });
  await Promise.all(Array.from({ length: 25 }, increment));
  assert.equal((await db.read.one<{ n: number }>('SELECT n FROM sample'))?.n, 25);
});

onBothEngines('effects run once, in order, after the commit and never for a failure', async (t, under) => {
  const db = await openSample(t, under);
  const seen: string[] = [];
  const write = (id: string, fails: boolean) =>
    db.transaction(async (tx) => {
      await insert(tx, id);
      tx.afterCommit(() => seen.push(`${id}1`));
      tx.afterCommit(() => seen.push(`${id}2`));
      if (fails) throw new Error('no');
    });
  await write('a', false);
  await assert.rejects(write('b', true), /no/);
  assert.deepEqual(seen, ['a1', 'a2']);
});

onBothEngines('both engines give the same JavaScript types', async (t, under) => {
  const db = await openSample(t, under);
  await db.transaction(async (tx) => {
    await tx.sql.insertInto('sample').values({ id: 'a', n: 5_000_000_000, note: null }).execute();
    await tx.run("INSERT INTO sample (id, n, note) VALUES (?, ?, 'is it? yes')", ['b', true]);
  });
  const row = await db.read.one(
    'SELECT n, note, n > 1 AS big, count(*) AS many, sum(n) AS total FROM sample WHERE id = ? GROUP BY n, note',
    ['a'],
  );
  assert.deepEqual({ ...row }, { n: 5_000_000_000, note: null, big: 1, many: 1, total: 5_000_000_000 });
  const other = await db.read.sql.selectFrom('sample').selectAll().where('id', '=', 'b').executeTakeFirst();
  assert.deepEqual({ ...other }, { id: 'b', n: 1, note: 'is it? yes' });
});

onBothEngines('the query builder counts changed rows and returns rows', async (t, under) => {
  const db = await openSample(t, under);
  await db.transaction(async (tx) => {
    await insert(tx, 'a');
    await insert(tx, 'b');
    const changed = await tx.sql.updateTable('sample').set({ n: 7 }).executeTakeFirst();
    assert.equal(changed.numUpdatedRows, 2n);
    const gone = await tx.sql.deleteFrom('sample').where('id', '=', 'a').returningAll().execute();
    assert.deepEqual(
      gone.map((row) => ({ ...row })),
      [{ id: 'a', n: 7, note: null }],
    );
    await assert.rejects(
      tx.sql.transaction().execute(async () => {}),
      /Database\.transaction/,
    );
  });
});

onBothEngines('a statement after the end of its transaction is refused', async (t, under) => {
  const db = await openSample(t, under);
  const leaked = await db.transaction(async (tx) => {
    await insert(tx, 'a');
    return { tx };
  });
  await assert.rejects(insert(leaked.tx, 'late'), /has ended/);
  await assert.rejects(leaked.tx.sql.deleteFrom('sample').execute(), /has ended/);
  assert.deepEqual(await ids(db), ['a']);
});

onBothEngines('undefined is never bound', async (t, under) => {
  const db = await openSample(t, under);
  await assert.rejects(
    db.transaction((tx) => tx.run('DELETE FROM sample WHERE id = ?', [undefined as never])),
  );
});

onBothEngines('lists come in byte order on both engines', async (t, under) => {
  const db = await openSample(t, under);
  await db.transaction(async (tx) => {
    for (const id of ['b', 'B', 'ä', 'a', '_', '展']) await insert(tx, id);
  });
  assert.deepEqual(await ids(db), ['B', '_', 'a', 'b', 'ä', '展']);
});

onBothEngines('migrations run once, in order, and a newer database is refused', async (t, under) => {
  const db = await openSample(t, under);
  const second = {
    id: '0002-more',
    name: 'a column',
    up: () => ['ALTER TABLE sample ADD COLUMN more INTEGER'],
  };
  assert.deepEqual(await migrate(db, [first, second], 2), ['0002-more']);
  assert.deepEqual(await migrate(db, [first, second], 3), []);
  await assert.rejects(migrate(db, [first], 4), /newer release.*0002-more/);
  await assert.rejects(migrate(db, [first, first], 4), /two migrations/);
});

onBothEngines('a migration that fails leaves the schema as it was', async (t, under) => {
  const db = await openSample(t, under);
  const bad = { id: '0002-bad', name: 'bad', up: () => ['CREATE TABLE other (id TEXT)', 'CREATE NONSENSE'] };
  await assert.rejects(migrate(db, [first, bad], 2));
  await assert.rejects(db.read.all('SELECT * FROM other'));
  assert.deepEqual(await migrate(db, [first], 2), []);
});

test('a row that fifty slow transactions want at once is given to each of them', {
  skip: noPostgres,
}, async (t) => {
  const server = await startPostgres();
  atEnd(t, () => server.stop());
  const db = await openSample(t, { engine: 'postgres', databaseUrl: await server.createDatabase() });
  await db.transaction((tx) => insert(tx, 'ticket', 0));
  let runs = 0;
  const take = () =>
    db.transaction(async (tx) => {
      runs += 1;
      const row = await tx.one<{ n: number }>("SELECT n FROM sample WHERE id = 'ticket'");
      await tx.one('SELECT pg_sleep(0.1)');
      await tx.run("UPDATE sample SET n = ? WHERE id = 'ticket'", [(row?.n ?? 0) + 1]);
    });
  await Promise.all(Array.from({ length: 50 }, take));
  assert.equal((await db.read.one<{ n: number }>('SELECT n FROM sample'))?.n, 50);
  // Three times at any time, then once in the lane, where at most some that have just begun are in its way.
  assert.ok(runs <= 50 * 5, `${runs} runs`);
});

test('where no connection becomes free in time the caller is told to come again', {
  skip: noPostgres,
}, async (t) => {
  const server = await startPostgres();
  atEnd(t, () => server.stop());
  const url = await server.createDatabase();
  const db = openPostgres({ url, maxConnections: 1, connectionWaitMs: 50 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const held = db.transaction(() => promise);
  const isBusy = { code: 'database-busy', kind: 'unavailable', params: { seconds: 5 } };
  await assert.rejects(
    db.transaction(async () => {}),
    isBusy,
  );
  await assert.rejects(db.read.all('SELECT 1'), isBusy);
  resolve();
  await held;
  assert.equal((await db.read.all('SELECT 1')).length, 1);
  await db.close();
});
