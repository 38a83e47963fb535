import { Failure } from '@tenkai/domain/failure.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html) that name a fault of the statement, not of the moment. */
const sqliteFaults = new Set([1, 18, 19, 20, 25]);

/**
 * Whether the same report would fail again. A full disk, a lost connection or a conflict is a fault of the moment:
 * the report stays with the agent and comes again.
 */
export function isLasting(error: unknown): boolean {
  if (error instanceof Failure) return error.kind !== 'unavailable' && error.kind !== 'too-many';
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') return sqliteFaults.has(errcode & 0xff);
  // SQLSTATE classes of PostgreSQL: data, integrity and syntax. Whatever else has a code is the system speaking.
  if (typeof code === 'string') return /^(22|23|42)[0-9A-Z]{3}$/.test(code);
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}
