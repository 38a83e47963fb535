import pg from 'pg';
import type { Database, Param, Reader, Tx } from './database.ts';
import { runEffects } from './effects.ts';
import { queryBuilder } from './kysely.ts';
import { numberPlaceholders } from './placeholders.ts';

/** PostgreSQL reports these where two transactions met; the work is then safe to run again. */
const conflictCodes = new Set(['40001', '40P01']);
const maxAttempts = 20;
const statementTimeoutMs = 60_000;

/** Opens a PostgreSQL pool. Transactions are SERIALIZABLE, as they are on the embedded engine. */
export function openPostgres({ url, maxConnections }: { url: string; maxConnections: number }): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 10_000,
    statement_timeout: statementTimeoutMs,
    types: { getTypeParser: parserFor as typeof pg.types.getTypeParser },
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  return {
    engine: 'postgres',
    read: createReader(pool),
    transaction: (work) => transact(pool, work),
    close: () => pool.end(),
  };
}

async function transact<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const effects: (() => void)[] = [];
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
      const tx = createTx(client, effects);
      const result = await work(tx).finally(tx.end);
      await client.query('COMMIT');
      runEffects(effects);
      return result;
    } catch (failure) {
      await client.query('ROLLBACK').catch((error: Error) => {
        broken = error;
      });
      if (!isConflict(failure) || attempt >= maxAttempts) throw failure;
    } finally {
      client.release(broken);
    }
    await pause(attempt);
  }
}

function isConflict(failure: unknown): boolean {
  return conflictCodes.has((failure as { code?: string } | null)?.code ?? '');
}

function pause(attempt: number): Promise<void> {
  const limitMs = Math.min(5 * 2 ** attempt, 200);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * limitMs));
}

type Queryable = Pick<pg.Pool, 'query'>;

async function query(target: Queryable, text: string, params: readonly unknown[]) {
  const result = await target.query(numberPlaceholders(text), params.map(bind));
  return { rows: result.rows as Record<string, unknown>[], changes: result.rowCount ?? 0 };
}

function bind(param: unknown) {
  if (param === undefined) throw new TypeError('undefined cannot be bound; use null');
  return typeof param === 'boolean' ? Number(param) : param;
}

function createReader(target: Queryable): Reader {
  return {
    engine: 'postgres',
    sql: queryBuilder('postgres', (text, params) => query(target, text, params)),
    all: async <Row>(text: string, params: readonly Param[] = []) =>
      (await query(target, text, params)).rows as Row[],
    one: async <Row>(text: string, params: readonly Param[] = []) =>
      (await query(target, text, params)).rows[0] as Row | undefined,
  };
}

function createTx(client: pg.PoolClient, effects: (() => void)[]): Tx & { end(): void } {
  let hasEnded = false;
  // After the end the connection may already serve somebody else: a late statement must not reach it.
  const guarded = {
    query: (text: string, params: unknown[]) => {
      if (hasEnded) throw new Error('the transaction has ended; was an await forgotten?');
      return client.query(text, params);
    },
  } as Queryable;
  return {
    ...createReader(guarded),
    run: async (text, params = []) => ({ changes: (await query(guarded, text, params)).changes }),
    afterCommit: (effect) => effects.push(effect),
    end: () => {
      hasEnded = true;
    },
  };
}

/** One set of JavaScript types on both engines: int8 and numeric are numbers, bool is 0 or 1, bytea is bytes. */
function parserFor(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.BOOL) return (text: string) => (text === 't' ? 1 : 0);
  if (oid === pg.types.builtins.NUMERIC) return Number;
  if (oid === pg.types.builtins.INT8) return toSafeInteger;
  return pg.types.getTypeParser(oid, format);
}

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a safe integer`);
  return value;
}
