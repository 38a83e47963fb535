import type { Reader, Tx } from '../../kernel/database/database.ts';
import './tables.ts';

/** Rows or parameters of one statement. */
const chunk = 500;

export async function memberIds(read: Reader, collectionId: string): Promise<string[]> {
  const rows = await read.all<{ machine_id: string }>(
    'SELECT machine_id FROM collections_members WHERE collection_id = ? ORDER BY machine_id',
    [collectionId],
  );
  return rows.map(({ machine_id }) => machine_id);
}

/** Collections of each of the machines; machines in none are left out. */
export async function collectionsOfMachines(
  read: Reader,
  machineIds: readonly string[],
): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for (let at = 0; at < machineIds.length; at += chunk) {
    const part = machineIds.slice(at, at + chunk);
    const rows = await read.all<{ collection_id: string; machine_id: string }>(
      `SELECT collection_id, machine_id FROM collections_members
       WHERE machine_id IN (${part.map(() => '?').join(', ')})`,
      part,
    );
    for (const { collection_id, machine_id } of rows) {
      const set = found.get(machine_id) ?? new Set<string>();
      found.set(machine_id, set.add(collection_id));
    }
  }
  return found;
}

/** @returns how many rows were really added */
export async function addMembers(
  tx: Tx,
  collectionId: string,
  machineIds: readonly string[],
): Promise<number> {
  let added = 0;
  for (let at = 0; at < machineIds.length; at += chunk) {
    const part = machineIds.slice(at, at + chunk);
    const { changes } = await tx.run(
      `INSERT INTO collections_members (collection_id, machine_id) VALUES ${part.map(() => '(?, ?)').join(', ')}
       ON CONFLICT DO NOTHING`,
      part.flatMap((machineId) => [collectionId, machineId]),
    );
    added += changes;
  }
  return added;
}

/** @returns how many rows were really deleted */
export async function removeMembers(
  tx: Tx,
  collectionId: string,
  machineIds: readonly string[],
): Promise<number> {
  let removed = 0;
  for (let at = 0; at < machineIds.length; at += chunk) {
    const part = machineIds.slice(at, at + chunk);
    const { changes } = await tx.run(
      `DELETE FROM collections_members
       WHERE collection_id = ? AND machine_id IN (${part.map(() => '?').join(', ')})`,
      [collectionId, ...part],
    );
    removed += changes;
  }
  return removed;
}

export async function changeMemberCount(tx: Tx, collectionId: string, by: number) {
  if (by === 0) return;
  await tx.run('UPDATE collections SET member_count = member_count + ? WHERE id = ?', [by, collectionId]);
}

/** A machine that is forgotten leaves every collection. @returns the collections that it left */
export async function removeFromAll(tx: Tx, machineId: string): Promise<string[]> {
  const rows = await tx.all<{ collection_id: string }>(
    'DELETE FROM collections_members WHERE machine_id = ? RETURNING collection_id',
    [machineId],
  );
  for (const { collection_id } of rows) await changeMemberCount(tx, collection_id, -1);
  return rows.map(({ collection_id }) => collection_id);
}
