import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import type { EngineUnderTest } from '@tenkai/testkit/both-engines.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';

declare module './tables.ts' {
  interface Tables {
    sample: { id: string; n: number; note: string | null };
  }
}

export const first = {
  id: '0001-sample',
  name: 'a table to try on',
  up: () => ['CREATE TABLE sample (id TEXT NOT NULL PRIMARY KEY, n INTEGER NOT NULL, note TEXT)'],
};

export async function openSample(t: TestContext, { databaseUrl }: EngineUnderTest): Promise<Database> {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-db-'));
  const db = await openDatabase(databaseUrl ? { url: databaseUrl } : { file: join(dir, 'a.db') });
  atEnd(t, async () => {
    await db.close();
    await rm(dir, { recursive: true });
  });
  await migrate(db, [first], 1);
  return db;
}
