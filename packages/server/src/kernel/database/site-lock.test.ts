import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { noPostgres, type Postgres, startPostgres } from '@tenkai/testkit/rig/postgres.ts';
import pg from 'pg';
import { systemClock } from '../clock.ts';
import { createLog } from '../log.ts';
import { lockDatabase, type SiteLockOptions } from './site-lock.ts';

let server: Promise<Postgres> | undefined;
after(async () => void (await (await server)?.stop()));

const skip = noPostgres;
const log = createLog({ level: 'silent' });

async function open(): Promise<SiteLockOptions> {
  server ??= startPostgres();
  return { url: await (await server).createDatabase(), clock: systemClock, log, patienceMs: 0 };
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

const holder = `FROM pg_locks JOIN pg_database d ON d.oid = database
  WHERE locktype = 'advisory' AND datname = current_database()`;
const endHolder = `SELECT pg_terminate_backend(pid) ${holder}`;

test('a second server on one PostgreSQL is refused, until the first one lets go', { skip }, async () => {
  const options = await open();
  const unlock = await lockDatabase(options);
  await assert.rejects(lockDatabase(options), /Another Tenkai server is using this PostgreSQL database/);
  const waiting = lockDatabase({ ...options, patienceMs: 60_000 });
  await unlock();
  await (await waiting)();
});

test('another database of the same PostgreSQL is free', { skip }, async () => {
  const [unlock, unlockOther] = [await lockDatabase(await open()), await lockDatabase(await open())];
  await Promise.all([unlock(), unlockOther()]);
});

test('a lost connection is made anew, with the lock', { skip }, async () => {
  const options = await open();
  const unlock = await lockDatabase(options);
  await query(options.url, endHolder);
  while ((await query(options.url, `SELECT 1 ${holder}`)).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
  await assert.rejects(lockDatabase(options), /Another Tenkai server/);
  await unlock();
});

test('who finds another server in its place after a lost connection ends', { skip }, async () => {
  const options = await open();
  const lost = Promise.withResolvers<Error>();
  let isAway = false;
  await lockDatabase({
    ...options,
    onLost: lost.resolve,
    // A network that comes back later than the other server comes.
    get url() {
      return isAway ? 'postgres://127.0.0.1:1/nobody' : options.url;
    },
  });
  isAway = true;
  await query(options.url, endHolder);
  const unlockOther = await lockDatabase({ ...options, patienceMs: 60_000 });
  isAway = false;
  assert.match((await lost.promise).message, /Another Tenkai server/);
  await unlockOther();
});
