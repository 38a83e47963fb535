import { Failure } from '@tenkai/domain/failure.ts';
import pg from 'pg';
import type { Database, Param, Reader, Tx } from './database.ts';
import { runEffects } from './effects.ts';
import './failures.ts';
import { queryBuilder } from './kysely.ts';
import { createLane, type Lane } from './lane.ts';
import { numberPlaceholders } from './placeholders.ts';

/** PostgreSQL reports these where two transactions met; the work is then safe to run again. */
const conflictCodes = new Set(['40001', '40P01']);
/** So often at any time, with a pause; then one after another. */
const freeAttempts = 3;
/** Nobody is refused before these, however long one takes. */
const fewestAttempts = 8;
const busyAfterMs = 30_000;
const askAgainSeconds = 5;
const statementTimeoutMs = 60_000;

export interface PostgresOptions {
  readonly url: string;
  readonly maxConnections: number;
  /** How long one waits for a connection to become free; default: 10 seconds. */
  readonly connectionWaitMs?: number;
}

/** Opens a PostgreSQL pool. Transactions are SERIALIZABLE, as they are on the embedded engine. */
export function openPostgres({ url, maxConnections, connectionWaitMs = 10_000 }: PostgresOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectionWaitMs,
    statement_timeout: statementTimeoutMs,
    types: { getTypeParser: parserFor as typeof pg.types.getTypeParser },
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  const lane = createLane();
  const read = {
    query: (text: string, params: unknown[]) => pool.query(text, params).catch(refuseBusy),
  } as Queryable;
  return {
    engine: 'postgres',
    read: createReader(read),
    transaction: (work) => transact({ pool, lane }, work),
    close: () => pool.end(),
  };
}

interface Way {
  readonly pool: pg.Pool;
  /** For those that met others again and again. */
  readonly lane: Lane;
}

/**
 * Many that want one row at once (a ticket, a counter) would be chosen at random, and the unlucky ones for ever not.
 * So who was not chosen a few times waits in a lane, from which one at a time goes on until it is through.
 * @throws Failure database-busy; what `work` threw
 */
async function transact<T>({ pool, lane }: Way, work: (tx: Tx) => Promise<T>): Promise<T> {
  const busyAt = performance.now() + busyAfterMs;
  let leave: (() => void) | undefined;
  try {
    for (let attempt = 1; ; attempt += 1) {
      if (attempt > freeAttempts) leave ??= await lane.enter();
      try {
        return await attemptOnce(pool, work);
      } catch (failure) {
        if (!isConflict(failure)) throw failure;
        if (attempt >= fewestAttempts && performance.now() >= busyAt) throw tooBusy(failure);
      }
      await pause(attempt);
    }
  } finally {
    leave?.();
  }
}

async function attemptOnce<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const effects: (() => void)[] = [];
  const client = await pool.connect().catch(refuseBusy);
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
    throw failure;
  } finally {
    client.release(broken);
  }
}

const tooBusy = (cause: unknown) => new Failure('database-busy', { seconds: askAgainSeconds }, { cause });

/** The pool has no code of its own for a connection that did not become free in time. */
function refuseBusy(failure: unknown): never {
  const isWaitOver = (failure as Error | null)?.message === 'timeout exceeded when trying to connect';
  throw isWaitOver ? tooBusy(failure) : failure;
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
