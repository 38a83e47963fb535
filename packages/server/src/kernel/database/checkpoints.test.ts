import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { createCheckpoints, openCheckpoints } from './checkpoints.ts';
import { withStatementCache } from './statements.ts';

const limit = 100;

/** A log whose copies end when the test says so. */
function scene() {
  const copies: PromiseWithResolvers<void>[] = [];
  const failures: unknown[] = [];
  const log = { pages: 0 };
  const checkpoints = createCheckpoints({
    pages: () => log.pages,
    copy() {
      const copy = Promise.withResolvers<void>();
      copies.push(copy);
      return copy.promise;
    },
    giveUp: (failure) => failures.push(failure),
    end: async () => {},
    limit,
  });
  return { log, copies, failures, checkpoints };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a long log is copied while others write on; only for the rest do they pause', async () => {
  const { log, copies, checkpoints } = scene();
  log.pages = limit - 1;
  checkpoints.committed();
  assert.equal(copies.length, 0, 'a short log is left alone');
  log.pages = limit;
  checkpoints.committed();
  checkpoints.committed();
  assert.equal(copies.length, 1, 'one copy at a time');
  await checkpoints.room();
  copies[0]?.resolve();
  await turn();
  let hasRoom = false;
  const room = checkpoints.room().then(() => {
    hasRoom = true;
  });
  await turn();
  assert.equal(copies.length, 2);
  assert.equal(hasRoom, false, 'nobody writes while the rest is copied');
  copies[1]?.resolve();
  await room;
  await checkpoints.room();
  assert.equal(copies.length, 2);
});

test('a copy that fails is said once, and holds up nobody', async () => {
  const { log, copies, failures, checkpoints } = scene();
  log.pages = limit;
  checkpoints.committed();
  copies[0]?.reject(new Error('disk full'));
  await turn();
  assert.equal(failures.length, 1);
  checkpoints.committed();
  await checkpoints.room();
  assert.equal(copies.length, 1);
});

test('closing waits for the copy in progress', async () => {
  const { log, copies, checkpoints } = scene();
  log.pages = limit;
  checkpoints.committed();
  let isClosed = false;
  const closed = checkpoints.close().then(() => {
    isClosed = true;
  });
  await turn();
  assert.equal(isClosed, false);
  copies[0]?.resolve();
  await closed;
});

async function openFile(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-checkpoints-'));
  const file = join(dir, 'a.db');
  const writer = withStatementCache(new DatabaseSync(file));
  writer.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0');
  writer.db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)');
  const checkpoints = openCheckpoints(file, writer, limit);
  atEnd(t, async () => {
    await checkpoints.close();
    writer.db.close();
    await rm(dir, { recursive: true });
  });
  return { file, writer, checkpoints };
}

test('the log begins anew while somebody writes without a pause, and nothing of it is lost', async (t) => {
  const { file, writer, checkpoints } = await openFile(t);
  const pageBytes = 4096;
  const rounds = 60;
  const pagesEach = 20;
  for (let id = 0; id < rounds; id += 1) {
    await checkpoints.room();
    writer.run('INSERT INTO t VALUES (?, zeroblob(?))', [id, pagesEach * pageBytes]);
    checkpoints.committed();
    await turn();
  }
  // The first copy takes as long as its thread takes to start; from then on the log stays as it is.
  const giveUpAt = performance.now() + 20_000;
  for (let pages = Number.POSITIVE_INFINITY; pages >= limit; ) {
    assert.ok(performance.now() < giveUpAt, `the log has ${pages} pages and goes on growing`);
    await checkpoints.room();
    writer.run('INSERT INTO t (body) VALUES (zeroblob(1))', []);
    checkpoints.committed();
    pages = Number(writer.all('PRAGMA wal_checkpoint(NOOP)', [])[0]?.log);
    await turn();
  }
  assert.ok(statSync(file).size > rounds * pagesEach * pageBytes, 'the database has it');
  const other = new DatabaseSync(file, { readOnly: true });
  const row = other.prepare('SELECT count(*) AS n FROM t WHERE length(body) > 1').get();
  other.close();
  assert.equal(row?.n, rounds);
});
