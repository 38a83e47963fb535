import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Engine } from './database.ts';
import type { Tables } from './tables.ts';

/** Executes one compiled statement wherever the builder is bound: a transaction or the read side. */
export type Execute = (
  text: string,
  params: readonly unknown[],
) => Promise<{ rows: Record<string, unknown>[]; changes: number }>;

/** A query builder whose statements all go through `execute`. Transactions belong to Database.transaction. */
export function queryBuilder(engine: Engine, execute: Execute): Kysely<Tables> {
  const driver = createDriver(execute);
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => (engine === 'sqlite' ? new SqliteAdapter() : new PostgresAdapter()),
      createDriver: () => driver,
      createIntrospector: (db) =>
        engine === 'sqlite' ? new SqliteIntrospector(db) : new PostgresIntrospector(db),
      createQueryCompiler: () =>
        engine === 'sqlite' ? new SqliteQueryCompiler() : new PostgresQueryCompiler(),
    },
  });
}

function createDriver(execute: Execute): Driver {
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { rows, changes } = await execute(query.sql, query.parameters);
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    },
    streamQuery: () => refuse('streaming'),
  };
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: async () => refuse('transaction()'),
    commitTransaction: async () => refuse('transaction()'),
    rollbackTransaction: async () => refuse('transaction()'),
    releaseConnection: async () => {},
    destroy: async () => {},
  };
}

function refuse(what: string): never {
  throw new Error(`${what} is not offered by the query builder; use Database.transaction`);
}
