import assert from 'node:assert/strict';
import fs, { fstatSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import type { Database } from './database.ts';
import { createLogSync, openLogSync } from './log-sync.ts';
import { migrate } from './migrate.ts';
import { first } from './sample-for-test.ts';
import { openSqlite } from './sqlite.ts';

/** A disk that takes what was committed when the test says so. */
async function openOnSlowDisk(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-sync-'));
  const file = join(dir, 'a.db');
  const real = openLogSync(file);
  const waiting: PromiseWithResolvers<void>[] = [];
  const ends: unknown[] = [];
  let isSlow = false;
  const log = createLogSync({
    syncFile() {
      if (!isSlow) return real.flush();
      const sync = Promise.withResolvers<void>();
      waiting.push(sync);
      return sync.promise;
    },
    closeFile: real.close,
    end: (failure) => ends.push(failure),
  });
  const db = openSqlite({ file, log });
  await migrate(db, [first], 1);
  isSlow = true;
  atEnd(t, async () => {
    isSlow = false;
    for (const { resolve } of waiting) resolve();
    await db.close();
    await rm(dir, { recursive: true });
  });
  return { db, waiting, ends };
}

const write = (db: Database, id: string, after = () => {}) =>
  db.transaction(async (tx) => {
    await tx.run('INSERT INTO sample (id, n) VALUES (?, 1)', [id]);
    tx.afterCommit(after);
  });

const count = (db: Database) => db.read.one<{ n: number }>('SELECT count(*) AS n FROM sample');

async function until(holds: () => boolean) {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const someTurns = () => new Promise((resolve) => setTimeout(resolve, 20));

test('nobody is told of a commit, and nobody reads it, before it is on disk', async (t) => {
  const { db, waiting } = await openOnSlowDisk(t);
  const told: string[] = [];
  const written = write(db, 'a', () => told.push('effect')).then(() => told.push('writer'));
  await until(() => waiting.length === 1);
  const read = count(db).then((row) => told.push(`reader ${row?.n}`));
  const built = db.read.sql
    .selectFrom('sample')
    .select('id')
    .execute()
    .then((rows) => told.push(`builder ${rows.length}`));
  await someTurns();
  assert.deepEqual(told, []);
  waiting[0]?.resolve();
  await Promise.all([written, read, built]);
  assert.deepEqual(told.toSorted(), ['builder 1', 'effect', 'reader 1', 'writer']);
});

test('what comes while the disk is at work shares the next sync', async (t) => {
  const { db, waiting } = await openOnSlowDisk(t);
  const writes = [write(db, 'first')];
  await until(() => waiting.length === 1);
  for (let n = 0; n < 50; n += 1) writes.push(write(db, `later ${n}`));
  await someTurns();
  assert.equal(waiting.length, 1, 'a second group began before the first one was on disk');
  let areWritten = false;
  const all = Promise.all(writes).then(() => {
    areWritten = true;
  });
  await until(() => {
    waiting.at(-1)?.resolve();
    return areWritten;
  });
  await all;
  // A group is bounded in time: a busy computer makes more than one of them, never one for each write.
  assert.ok(waiting.length < 25, `${waiting.length} syncs`);
});

test('a disk that refuses ends the process; writers and readers get no answer that could be false', async (t) => {
  const { db, waiting, ends } = await openOnSlowDisk(t);
  const written = write(db, 'a');
  await until(() => waiting.length === 1);
  const read = count(db);
  const refused = new Error('EIO');
  waiting[0]?.reject(refused);
  await assert.rejects(written, refused);
  await assert.rejects(read, refused);
  await assert.rejects(count(db), refused);
  assert.deepEqual(ends, [refused]);
});

test('each group of commits is one sync of the log', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-sync-'));
  const file = join(dir, 'a.db');
  const synced: number[] = [];
  const { fdatasync } = fs;
  t.mock.method(fs, 'fdatasync', (handle: number, done: fs.NoParamCallback) => {
    synced.push(fstatSync(handle).ino);
    fdatasync(handle, done);
  });
  syncBuiltinESMExports();
  const db = openSqlite({ file });
  atEnd(t, async () => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
    await db.close();
    await rm(dir, { recursive: true });
  });
  await migrate(db, [first], 1);
  synced.length = 0;
  await Promise.all([write(db, 'a'), write(db, 'b')]);
  await write(db, 'c');
  const log = statSync(`${file}-wal`).ino;
  assert.deepEqual(synced, [log, log]);
});
