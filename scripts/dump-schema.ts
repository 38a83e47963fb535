/** Writes packages/server/src/schema.{sqlite,postgres}.sql: what the migrations make of an empty database. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dumpSchema } from '@tenkai/server/kernel/database/dump-schema.ts';
import { migrate } from '@tenkai/server/kernel/database/migrate.ts';
import { type OpenOptions, openDatabase } from '@tenkai/server/kernel/database/open-database.ts';
import { migrations } from '@tenkai/server/migrations/index.ts';
import { noPostgres, startPostgres } from '@tenkai/testkit/rig/postgres.ts';

const folder = join(import.meta.dirname, '../packages/server/src');

async function write(engine: 'sqlite' | 'postgres', options: OpenOptions) {
  const db = await openDatabase(options);
  await migrate(db, migrations, 0);
  const file = join(folder, `schema.${engine}.sql`);
  await writeFile(file, await dumpSchema(db.read));
  await db.close();
  console.log(file);
}

const dir = await mkdtemp(join(tmpdir(), 'tenkai-schema-'));
await write('sqlite', { file: join(dir, 'schema.db') });
await rm(dir, { recursive: true });

if (noPostgres) {
  console.error(`${noPostgres}\nschema.postgres.sql was not written.`);
  process.exitCode = 1;
} else {
  const postgres = await startPostgres();
  await write('postgres', { url: await postgres.createDatabase() });
  await postgres.stop();
}
