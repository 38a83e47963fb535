import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** What the cache knows of one content. */
export interface CacheEntry {
  readonly contentId: string;
  readonly sizeBytes: number;
  /** False while it is being brought or mended: its bytes are then not to be trusted. */
  readonly isWhole: boolean;
  /** Epoch milliseconds. */
  readonly lastUsedAt: number;
  /** Who uses it at the moment, such as runs. */
  readonly pins: readonly string[];
}

/** The cache's memory over restarts, shared by all processes that use the folder. */
export interface CacheIndex {
  /** All acts together or none; nobody else's acts come in between. */
  transaction<T>(act: () => T): T;
  list(): CacheEntry[];
  find(contentId: string): CacheEntry | undefined;
  /** Makes or renews an entry. */
  put(entry: { contentId: string; sizeBytes: number; isWhole: boolean; lastUsedAt: number }): void;
  remove(contentId: string): void;
  pin(contentId: string, owner: string): void;
  unpin(contentId: string, owner: string): void;
  close(): void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS contents (
    content_id TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, is_whole INTEGER NOT NULL, last_used_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS pins (
    content_id TEXT NOT NULL REFERENCES contents ON DELETE CASCADE, owner TEXT NOT NULL, PRIMARY KEY (content_id, owner)
  ) STRICT, WITHOUT ROWID;
`;

/** Opens the index; one that is damaged is begun anew, which costs a download and nothing else. */
export function openCacheIndex(path: string): CacheIndex {
  const database = openOrRenew(path);
  const all = database.prepare('SELECT * FROM contents ORDER BY last_used_at, content_id');
  const one = database.prepare('SELECT * FROM contents WHERE content_id = ?');
  const pinsOf = database.prepare('SELECT owner FROM pins WHERE content_id = ? ORDER BY owner');
  const upsert = database.prepare(`
    INSERT INTO contents VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
      size_bytes = excluded.size_bytes, is_whole = excluded.is_whole, last_used_at = excluded.last_used_at`);
  const drop = database.prepare('DELETE FROM contents WHERE content_id = ?');
  const addPin = database.prepare('INSERT OR IGNORE INTO pins VALUES (?, ?)');
  const dropPin = database.prepare('DELETE FROM pins WHERE content_id = ? AND owner = ?');
  const entryOf = (row: Record<string, unknown>): CacheEntry => ({
    contentId: String(row.content_id),
    sizeBytes: Number(row.size_bytes),
    isWhole: row.is_whole === 1,
    lastUsedAt: Number(row.last_used_at),
    pins: pinsOf.all(String(row.content_id)).map(({ owner }) => String(owner)),
  });
  return {
    transaction: (act) => transaction(database, act),
    list: () => all.all().map(entryOf),
    find(contentId) {
      const row = one.get(contentId);
      return row && entryOf(row);
    },
    put: ({ contentId, sizeBytes, isWhole, lastUsedAt }) => {
      upsert.run(contentId, sizeBytes, isWhole ? 1 : 0, lastUsedAt);
    },
    remove: (contentId) => void drop.run(contentId),
    pin: (contentId, owner) => void addPin.run(contentId, owner),
    unpin: (contentId, owner) => void dropPin.run(contentId, owner),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

function openOrRenew(path: string): DatabaseSync {
  try {
    return openDatabase(path);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    for (const file of [path, `${path}-journal`]) rmSync(file, { force: true });
    return openDatabase(path);
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    database.exec('PRAGMA synchronous = FULL');
    database.exec(schema);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLITE_CORRUPT (11) and SQLITE_NOTADB (26). */
function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && [11, 26].includes(Number(error.errcode) & 0xff);
}

function transaction<T>(database: DatabaseSync, act: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = act();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
