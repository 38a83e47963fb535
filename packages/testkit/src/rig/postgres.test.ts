import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { atEnd } from '../at-end.ts';
import { noPostgres, startPostgres } from './postgres.ts';

test('a real PostgreSQL with databases of their own, and nothing left after stop', {
  skip: noPostgres,
}, async (t) => {
  const postgres = await startPostgres();
  atEnd(t, () => postgres.stop());
  const [one, two] = [await postgres.createDatabase(), await postgres.createDatabase()];
  assert.equal(
    await ask(one, 'CREATE TABLE rows (n int); INSERT INTO rows VALUES (1); SELECT 1 AS answer'),
    undefined,
  );
  assert.equal(await ask(one, 'SELECT count(*)::int AS answer FROM rows'), 1);
  await assert.rejects(ask(two, 'SELECT count(*) AS answer FROM rows'), /rows/);
  assert.match(await ask(two, 'SELECT version() AS answer'), /^PostgreSQL \d+/);
  const socket = new URL(one).searchParams.get('host') ?? '';
  assert.ok(existsSync(socket));
  await postgres.stop();
  assert.ok(!existsSync(dirname(socket)));
});

async function ask(url: string, statement: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const result = await client.query(statement).finally(() => client.end());
  return result.rows?.[0]?.answer;
}
