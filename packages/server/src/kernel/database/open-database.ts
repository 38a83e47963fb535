import type { Database } from './database.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

export interface OpenOptions {
  /** Path of the embedded database; used where `url` is empty. */
  readonly file?: string;
  /** A PostgreSQL URL. */
  readonly url?: string;
  /** Largest number of PostgreSQL connections. */
  readonly maxConnections?: number;
}

/** Opens the embedded database at `file`, or PostgreSQL at `url`. */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  if (options.url) return openPostgres({ url: options.url, maxConnections: options.maxConnections ?? 10 });
  if (options.file) return openSqlite({ file: options.file });
  throw new TypeError('openDatabase needs a file or a url');
}
