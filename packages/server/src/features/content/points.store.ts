import type { Reader, Tx } from '../../kernel/database/database.ts';
import type { PointRow } from './content.store.ts';

/** The first choice of agents first; the site itself after others of the same preference. */
export const listPoints = (read: Reader): Promise<PointRow[]> =>
  read.sql
    .selectFrom('content_points')
    .selectAll()
    .orderBy('preference')
    .orderBy('is_built_in')
    .orderBy('name_key')
    .execute();

export const findPoint = (read: Reader, id: string) =>
  read.sql.selectFrom('content_points').selectAll().where('id', '=', id).executeTakeFirst();

export const findPointByName = (read: Reader, nameKey: string) =>
  read.sql.selectFrom('content_points').selectAll().where('name_key', '=', nameKey).executeTakeFirst();

export const findPointByFolder = (read: Reader, folder: string) =>
  read.sql.selectFrom('content_points').selectAll().where('folder', '=', folder).executeTakeFirst();

export async function insertPoint(tx: Tx, row: PointRow) {
  await tx.sql.insertInto('content_points').values(row).execute();
}

export async function updatePoint(tx: Tx, { id, ...row }: PointRow) {
  await tx.sql.updateTable('content_points').set(row).where('id', '=', id).execute();
}

/** Forgets what lay there, too. */
export async function deletePoint(tx: Tx, id: string) {
  await tx.run('DELETE FROM content_copies WHERE point_id = ?', [id]);
  await tx.run('DELETE FROM content_points WHERE id = ?', [id]);
}

/** After a change of address or folder nothing is known about what lies there. */
export async function forgetCopies(tx: Tx, pointId: string) {
  await tx.run('DELETE FROM content_copies WHERE point_id = ?', [pointId]);
}
