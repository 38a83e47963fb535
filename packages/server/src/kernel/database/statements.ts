import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Param } from './database.ts';

/** One SQLite connection with its prepared statements. */
export interface SqliteConnection {
  readonly db: DatabaseSync;
  all(text: string, params: readonly Param[]): Record<string, unknown>[];
  run(text: string, params: readonly Param[]): { changes: number; lastId: number };
}

const maxCachedStatements = 500;

/** Wraps a connection so that a text is compiled once; the least recently used statements are dropped. */
export function withStatementCache(db: DatabaseSync): SqliteConnection {
  const cache = new Map<string, StatementSync>();
  const statement = (text: string) => {
    const known = cache.get(text);
    // Who was used last matters only where there is no room.
    if (known && cache.size < maxCachedStatements) return known;
    const found = known ?? db.prepare(text);
    cache.delete(text);
    cache.set(text, found);
    if (cache.size > maxCachedStatements) cache.delete(cache.keys().next().value as string);
    return found;
  };
  return {
    db,
    all: (text, params) => statement(text).all(...bind(params)) as Record<string, unknown>[],
    run(text, params) {
      const { changes, lastInsertRowid } = statement(text).run(...bind(params));
      return { changes: Number(changes), lastId: Number(lastInsertRowid) };
    },
  };
}

function bind(params: readonly Param[]) {
  return params.map((param) => (typeof param === 'boolean' ? Number(param) : param));
}
