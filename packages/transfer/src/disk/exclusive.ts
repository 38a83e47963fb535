import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Exclusive {
  release(): void;
}

/** How often a taken lock is looked at again. */
const RETRY_MS = 100;

/**
 * Makes sure that one holder at a time, over all processes of this machine, does something. The lock is SQLite's on a
 * file: the system gives it back when its process dies in whatever way, so that it is never stale.
 * @throws the signal's reason
 */
export async function takeExclusive(path: string, signal: AbortSignal | undefined): Promise<Exclusive> {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    while (!tryLock(database)) await sleep(RETRY_MS, undefined, { signal });
    signal?.throwIfAborted();
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

/** SQLITE_BUSY (5) and its extended codes: somebody else holds the file. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
