import { DatabaseSync } from 'node:sqlite';
import { openCheckpoints } from './checkpoints.ts';
import type { Database, Param, Reader, Tx } from './database.ts';
import { runEffects } from './effects.ts';
import { queryBuilder } from './kysely.ts';
import { type LogSync, openLogSync } from './log-sync.ts';
import { type SqliteConnection, withStatementCache } from './statements.ts';
import { createWriteQueue, turn } from './write-queue.ts';

/** After this long without a turn of the event loop, a long transaction pauses for one. */
const maxUninterruptedMs = 8;

interface SqliteOptions {
  readonly file: string;
  readonly log?: LogSync;
}

/** Opens (and creates where absent) the embedded database: WAL, a sync per group of commits, STRICT tables, one writer. */
export function openSqlite({ file, log = openLogSync(file) }: SqliteOptions): Database {
  const writer = withStatementCache(new DatabaseSync(file, { timeout: 5000 }));
  writer.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;');
  writer.db.exec('PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;');
  writer.db.exec('PRAGMA wal_autocheckpoint = 0;');
  const readConnection = withStatementCache(new DatabaseSync(file, { readOnly: true, timeout: 5000 }));
  const checkpoints = openCheckpoints(file, writer);
  const queue = createWriteQueue(writer, log, checkpoints);
  let isClosed = false;

  return {
    engine: 'sqlite',
    read: createReader(readConnection, log),
    transaction(work, { isBulk = false } = {}) {
      if (isClosed) return Promise.reject(new Error('the database is closed'));
      return new Promise((resolve, reject) => {
        const effects: (() => void)[] = [];
        let result: Awaited<ReturnType<typeof work>>;
        queue.push({
          isBulk,
          async run() {
            const tx = createTx(writer, effects);
            try {
              result = await work(tx);
            } finally {
              tx.end();
            }
          },
          settle(failure) {
            if (failure !== undefined) return reject(failure);
            runEffects(effects);
            resolve(result);
          },
        });
      });
    },
    async close() {
      isClosed = true;
      await queue.idle();
      await checkpoints.close();
      readConnection.db.close();
      writer.db.close();
      log.close();
    },
  };
}

/** What may not be on disk yet is not shown: it could still be lost, and somebody have acted on it. */
function createReader(connection: SqliteConnection, log: LogSync): Reader {
  const durable = async <T>(read: () => T): Promise<T> => {
    while (log.pending) await log.pending;
    return read();
  };
  const all = <Row>(text: string, params: readonly Param[] = []) =>
    durable(() => connection.all(text, params) as Row[]);
  return {
    engine: 'sqlite',
    sql: queryBuilder('sqlite', (text, params) =>
      durable(() => execute(connection, text, params as Param[])),
    ),
    all,
    one: async <Row>(text: string, params: readonly Param[] = []) => (await all<Row>(text, params))[0],
  };
}

function createTx(writer: SqliteConnection, effects: (() => void)[]): Tx & { end(): void } {
  let hasEnded = false;
  let lastTurnAt = performance.now();
  const breathe = async () => {
    if (performance.now() - lastTurnAt < maxUninterruptedMs) return;
    await turn();
    lastTurnAt = performance.now();
  };
  const guard = () => {
    if (hasEnded) throw new Error('the transaction has ended; was an await forgotten?');
  };
  const all = async <Row>(text: string, params: readonly Param[] = []) => {
    guard();
    const rows = writer.all(text, params) as Row[];
    await breathe();
    return rows;
  };
  let builder: Tx['sql'] | undefined;
  return {
    engine: 'sqlite',
    get sql() {
      builder ??= queryBuilder('sqlite', async (text, params) => {
        guard();
        const result = execute(writer, text, params as Param[]);
        await breathe();
        return result;
      });
      return builder;
    },
    all,
    one: async <Row>(text: string, params: readonly Param[] = []) => (await all<Row>(text, params))[0],
    async run(text, params = []) {
      guard();
      const result = writer.run(text, params);
      await breathe();
      return result;
    },
    afterCommit: (effect) => effects.push(effect),
    end: () => {
      hasEnded = true;
    },
  };
}

/** SQLite answers rows or a count, depending on the statement; the builder wants both. */
function execute(connection: SqliteConnection, text: string, params: readonly Param[]) {
  const returnsRows = /^\s*(select|with|pragma|values)\b|\breturning\b/i.test(text);
  if (!returnsRows) return { rows: [], changes: connection.run(text, params).changes };
  const rows = connection.all(text, params);
  return { rows, changes: rows.length };
}
