import { randomInt } from 'node:crypto';
import type { MaintenanceWindow } from '@tenkai/domain';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import type { ChangeRecord, CollectionRecord } from './tables.ts';
import './tables.ts';

/** Two collections whose names differ in case alone would be taken for one. */
export function nameKey(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

export const findCollection = (read: Reader, id: string) =>
  read.one<CollectionRecord>('SELECT * FROM collections WHERE id = ?', [id]);

export const findByName = (read: Reader, name: string) =>
  read.one<CollectionRecord>('SELECT * FROM collections WHERE name_key = ?', [nameKey(name)]);

export const listCollections = (read: Reader) =>
  read.all<CollectionRecord>('SELECT * FROM collections ORDER BY is_built_in DESC, name_key');

export const listRevisions = (read: Reader) =>
  read.all<{ id: string; revision: number }>('SELECT id, revision FROM collections');

export async function insertCollection(tx: Tx, collection: CollectionRecord) {
  await tx.sql.insertInto('collections').values(collection).execute();
}

export async function updateCollection(tx: Tx, id: string, change: Partial<CollectionRecord>) {
  await tx.sql.updateTable('collections').set(change).where('id', '=', id).execute();
}

/** Members, windows and marks go with it. */
export async function deleteCollection(tx: Tx, id: string) {
  await tx.run('DELETE FROM collections_stale WHERE collection_id = ?', [id]);
  await tx.run('DELETE FROM collections WHERE id = ?', [id]);
}

export async function loadWindows(read: Reader, collectionId: string): Promise<MaintenanceWindow[]> {
  const rows = await read.all<{ body: string }>(
    'SELECT body FROM collections_windows WHERE collection_id = ? ORDER BY position',
    [collectionId],
  );
  return rows.map(({ body }) => JSON.parse(body));
}

export async function saveWindows(tx: Tx, collectionId: string, windows: readonly MaintenanceWindow[]) {
  await tx.run('DELETE FROM collections_windows WHERE collection_id = ?', [collectionId]);
  for (const [position, window] of windows.entries()) {
    await tx.run('INSERT INTO collections_windows (collection_id, position, body) VALUES (?, ?, ?)', [
      collectionId,
      position,
      JSON.stringify(window),
    ]);
  }
}

/** Beyond this many names the machine is judged as a whole. */
const maxAttributes = 5000;

/** Notes in the transaction of a change that the machine must be judged again. */
export async function noteChange(tx: Tx, machineId: string, attributes: ReadonlySet<string> | null) {
  const noted = await tx.one<ChangeRecord>('SELECT * FROM collections_changes WHERE machine_id = ?', [
    machineId,
  ]);
  const all = attributes === null || (noted !== undefined && noted.attributes === null);
  const names = all ? [] : [...new Set([...JSON.parse(noted?.attributes ?? '[]'), ...(attributes ?? [])])];
  const text = all || names.length > maxAttributes ? null : JSON.stringify(names);
  await tx.run(
    `INSERT INTO collections_changes (machine_id, attributes, stamp) VALUES (?, ?, ?)
     ON CONFLICT (machine_id) DO UPDATE SET attributes = excluded.attributes, stamp = excluded.stamp`,
    // Random: a row that was deleted and came again must not look like the one that was read.
    [machineId, text, randomInt(2 ** 47)],
  );
}

export const someChanges = (read: Reader, limit: number) =>
  read.all<ChangeRecord>('SELECT * FROM collections_changes LIMIT ?', [limit]);

/** @returns false where the machine changed again after it was read: what was judged is old */
export async function settleChange(tx: Tx, { machine_id, stamp }: ChangeRecord): Promise<boolean> {
  const { changes } = await tx.run('DELETE FROM collections_changes WHERE machine_id = ? AND stamp = ?', [
    machine_id,
    stamp,
  ]);
  return changes === 1;
}

export async function dropChange(tx: Tx, machineId: string) {
  await tx.run('DELETE FROM collections_changes WHERE machine_id = ?', [machineId]);
}

/** The rules were changed: every machine must be judged. */
export async function markStale(tx: Tx, collectionId: string, revision: number) {
  await tx.run(
    `INSERT INTO collections_stale (collection_id, revision) VALUES (?, ?)
     ON CONFLICT (collection_id) DO UPDATE SET revision = excluded.revision`,
    [collectionId, revision],
  );
}

export const listStale = (read: Reader) =>
  read.all<{ collection_id: string; revision: number }>(
    'SELECT * FROM collections_stale ORDER BY collection_id',
  );

export async function settleStale(tx: Tx, collectionId: string, revision: number, now: number) {
  const { changes } = await tx.run('DELETE FROM collections_stale WHERE collection_id = ? AND revision = ?', [
    collectionId,
    revision,
  ]);
  if (changes === 1) await updateCollection(tx, collectionId, { evaluated_at: now });
}
