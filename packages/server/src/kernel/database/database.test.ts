import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';

declare module './tables.ts' {
  interface Tables {
    sample: { id: string; n: number; note: string | null };
  }
}

const steps = [
  {
    id: '0001-sample',
    name: 'a table to try on',
    up: () => ['CREATE TABLE sample (id TEXT NOT NULL PRIMARY KEY, n INTEGER NOT NULL, note TEXT)'],
  },
];

test('smoke', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'tenkai-db-'));
  const db = await openDatabase({ file: join(dir, 'a.db') });
  t.after(async () => {
    await db.close();
    rmSync(dir, { recursive: true });
  });
  assert.deepEqual(await migrate(db, steps, 1), ['0001-sample']);
  assert.deepEqual(await migrate(db, steps, 1), []);
  await db.transaction(async (tx) => {
    await tx.sql.insertInto('sample').values({ id: 'a', n: 1, note: null }).execute();
    await tx.run('insert into sample (id, n) values (?, ?)', ['b', true]);
  });
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.run('insert into sample (id, n) values (?, ?)', ['c', 1]);
      throw new Error('no');
    }),
    /no/,
  );
  assert.deepEqual(
    (await db.read.sql.selectFrom('sample').selectAll().orderBy('id').execute()).map((r) => r.id),
    ['a', 'b'],
  );
});
