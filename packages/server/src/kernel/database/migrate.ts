import type { Database, Engine, Tx } from './database.ts';
import { portable } from './portable-sql.ts';

/** One step of the schema. Once released it is never changed; a mistake is mended by a later step. */
export interface Migration {
  /** `0003-machines`: a number for people, and the feature that owns the tables. Unique for ever. */
  readonly id: string;
  /** What it does, in a few words. */
  readonly name: string;
  /** Statements in the portable subset (portable-sql.ts); look at the engine only where the two truly differ. */
  readonly up: (engine: Engine) => readonly string[];
}

/**
 * Brings the database to the newest schema: applies what is missing in the order of the list, all of it in one
 * transaction, and returns the ids applied.
 * @throws Error where the database knows a step that this program does not: it was used by a newer release.
 */
export async function migrate(db: Database, migrations: readonly Migration[], now: number) {
  assertUniqueIds(migrations);
  return db.transaction(async (tx) => {
    await lock(tx);
    const applied = await appliedIds(tx);
    refuseNewer(applied, migrations);
    const missing = migrations.filter((migration) => !applied.has(migration.id));
    for (const migration of missing) await apply(tx, migration, now);
    return missing.map((migration) => migration.id);
  });
}

async function lock(tx: Tx) {
  // Two servers that start together must not both migrate; SQLite's write lock does the same.
  if (tx.engine === 'postgres') await tx.all('SELECT pg_advisory_xact_lock(730101)');
  await tx.run(
    portable(
      tx.engine,
      `CREATE TABLE IF NOT EXISTS kernel_migrations (
         id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)`,
    ),
  );
}

async function appliedIds(tx: Tx): Promise<Set<string>> {
  return new Set((await tx.all<{ id: string }>('SELECT id FROM kernel_migrations')).map((row) => row.id));
}

function refuseNewer(applied: Set<string>, migrations: readonly Migration[]) {
  const known = new Set(migrations.map((migration) => migration.id));
  const unknown = [...applied].filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  throw new Error(
    `The database was used by a newer release (it has ${unknown.join(', ')}). Start that release, or restore a backup.`,
  );
}

async function apply(tx: Tx, migration: Migration, now: number) {
  for (const statement of migration.up(tx.engine)) await tx.run(portable(tx.engine, statement));
  await tx.run('INSERT INTO kernel_migrations (id, name, applied_at) VALUES (?, ?, ?)', [
    migration.id,
    migration.name,
    now,
  ]);
}

function assertUniqueIds(migrations: readonly Migration[]) {
  const seen = new Set<string>();
  for (const { id } of migrations) {
    if (seen.has(id)) throw new Error(`two migrations are called ${id}`);
    seen.add(id);
  }
}
