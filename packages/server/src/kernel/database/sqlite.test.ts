import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import type { Tx } from './database.ts';
import { openDatabase } from './open-database.ts';
import { portable } from './portable-sql.ts';
import { openSample } from './sample-for-test.ts';

const embedded = { engine: 'sqlite', databaseUrl: undefined } as const;

test('many small transactions share commits, and other work gets its turn in between', async (t) => {
  const db = await openSample(t, embedded);
  let turns = 0;
  const count = setInterval(() => {
    turns += 1;
  }, 0);
  const write = (n: number) =>
    db.transaction((tx) => tx.run('INSERT INTO sample (id, n) VALUES (?, ?)', [`r${n}`, n]));
  const version = () => db.read.one<{ v: number }>('SELECT count(*) AS v FROM sample');
  await Promise.all(Array.from({ length: 5000 }, (_, n) => write(n)));
  clearInterval(count);
  assert.equal((await version())?.v, 5000);
  assert.ok(turns > 1, `timers fired ${turns} times`);
});

/** Notes when bulk transactions begin, and when any is answered. */
function notedWrites(db: Awaited<ReturnType<typeof openSample>>) {
  const told: string[] = [];
  const write = async (id: string, isBulk = false) => {
    const work = async (tx: Tx) => {
      if (isBulk) told.push(`${id} begins`);
      await tx.run('INSERT INTO sample (id, n) VALUES (?, 1)', [id]);
    };
    await db.transaction(work, { isBulk });
    told.push(id);
  };
  return { told, write };
}

test('short transactions that wait are answered before a bulk one begins, whichever came first', async (t) => {
  const { told, write } = notedWrites(await openSample(t, embedded));
  await Promise.all([write('a'), write('bulk', true), write('b'), write('c')]);
  assert.deepEqual(told, ['a', 'b', 'c', 'bulk begins', 'bulk']);
});

test('a short transaction waits for one bulk one at most, however many stand before it', async (t) => {
  const db = await openSample(t, embedded);
  const { told, write } = notedWrites(db);
  let short: Promise<void> | undefined;
  const first = db.transaction(
    async (tx) => {
      await tx.run("INSERT INTO sample (id, n) VALUES ('first', 1)");
      short = write('short');
    },
    { isBulk: true },
  );
  await Promise.all([first, ...['second', 'third'].map((id) => write(id, true))]);
  await short;
  assert.deepEqual(told, ['short', 'second begins', 'second', 'third begins', 'third']);
});

test('bulk transactions have their turns however many short ones come', async (t) => {
  const db = await openSample(t, embedded);
  const { told, write } = notedWrites(db);
  const isOver = () => told.includes('second');
  // Each is followed by another one that waits when its group ends.
  const follow = async (lane: string) => {
    for (let n = 0; !isOver() && n < 10_000; n += 1) await write(`${lane}${n}`);
  };
  await Promise.all([follow('a'), follow('b'), write('first', true), write('second', true)]);
  const between = told.slice(told.indexOf('first'), told.indexOf('second begins'));
  assert.ok(told.length < 100, `${told.length} were told until the second one ended`);
  assert.ok(between.length > 1, 'short ones had their turn between two bulk ones');
});

test('one long transaction lets reads through while it runs', async (t) => {
  const db = await openSample(t, embedded);
  let isWriting = true;
  const batch = db.transaction(async (tx) => {
    for (let n = 0; n < 60_000; n += 1)
      await tx.run('INSERT INTO sample (id, n) VALUES (?, ?)', [`r${n}`, n]);
    isWriting = false;
  });
  let reads = 0;
  while (isWriting) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!isWriting) break;
    assert.equal((await db.read.one<{ n: number }>('SELECT count(*) AS n FROM sample'))?.n, 0);
    reads += 1;
  }
  await batch;
  assert.ok(reads > 3, `${reads} reads came through`);
});

test('the file is in WAL mode, foreign keys hold and tables are strict', async (t) => {
  const db = await openSample(t, embedded);
  await db.transaction(async (tx) => {
    assert.deepEqual({ ...(await tx.one('PRAGMA journal_mode')) }, { journal_mode: 'wal' });
    // NORMAL: a sync of the log before each checkpoint; that of each commit is ours (log-sync.ts).
    assert.deepEqual({ ...(await tx.one('PRAGMA synchronous')) }, { synchronous: 1 });
    assert.deepEqual({ ...(await tx.one('PRAGMA foreign_keys')) }, { foreign_keys: 1 });
  });
  await assert.rejects(
    db.transaction((tx) => tx.run("INSERT INTO sample (id, n) VALUES ('a', 'text')")),
    /TEXT|INTEGER/,
  );
  await assert.rejects(db.read.all("DELETE FROM sample WHERE id = 'a'"), /readonly/);
});

test('what a resolved transaction wrote survives kill -9', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-kill-'));
  atEnd(t, () => rm(dir, { recursive: true }));
  const file = join(dir, 'a.db');
  const child = fork(join(import.meta.dirname, 'writer-for-test.ts'), [file]);
  let confirmed = -1;
  await new Promise<void>((resolve) => {
    child.on('message', (n: number) => {
      confirmed = n;
      if (n >= 500) child.kill('SIGKILL');
    });
    child.on('exit', () => resolve());
  });
  const db = await openDatabase({ file });
  const row = await db.read.one<{ n: number; top: number }>(
    'SELECT count(*) AS n, max(n) AS top FROM sample',
  );
  await db.close();
  assert.ok(confirmed >= 500);
  assert.ok((row?.top ?? 0) >= confirmed, `confirmed ${confirmed}, kept ${row?.top}`);
  assert.equal(row?.n, (row?.top ?? 0) + 1, 'no gaps');
});

test('table definitions are written for each engine', () => {
  const table =
    "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL DEFAULT 'TEXT', b BLOB, r REAL)";
  assert.equal(portable('sqlite', table), `${table} STRICT`);
  assert.equal(
    portable('postgres', table),
    'CREATE TABLE t (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, ' +
      `a TEXT COLLATE "C" NOT NULL DEFAULT 'TEXT', b BYTEA, r DOUBLE PRECISION)`,
  );
  assert.equal(
    portable('sqlite', 'CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID;'),
    'CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID, STRICT',
  );
});
