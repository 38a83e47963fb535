import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Holds the data folder for this process. The operating system lets go of the lock when the process ends, however
 * it ends, so that nothing has to be cleaned up after a crash.
 * @throws Error where another server holds it: two writers on one folder would each believe in their own memory.
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(join(dataDir, 'server.lock'));
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    throw new Error(
      `Another Tenkai server is using ${dataDir}. Stop it first, or set TENKAI_DATA to another folder.`,
      { cause },
    );
  }
  return () => db.close();
}
