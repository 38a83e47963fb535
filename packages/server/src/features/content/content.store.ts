import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    content_manifests: ManifestRow;
    content_points: PointRow;
    content_copies: CopyRow;
    content_file_times: { content_id: string; times: string };
  }
}

export interface ManifestRow {
  content_id: string;
  total_bytes: number;
  file_count: number;
  created_at: number;
  created_by: string;
  /** Last time that somebody uploaded or used it: the grace of unused content counts from here. */
  touched_at: number;
  /** 1 while garbage collection takes the files away. */
  is_leaving: number;
}

export interface PointRow {
  id: string;
  name: string;
  name_key: string;
  base_url: string;
  folder: string | null;
  is_enabled: number;
  takes_all: number;
  has_file_view: number;
  preference: number;
  is_built_in: number;
  revision: number;
  created_at: number;
}

export type CopyState = 'publishing' | 'current' | 'failed';

export interface CopyRow {
  content_id: string;
  point_id: string;
  state: CopyState;
  error: string | null;
  published_at: number | null;
}

export const findManifest = (read: Reader, contentId: string) =>
  read.sql.selectFrom('content_manifests').selectAll().where('content_id', '=', contentId).executeTakeFirst();

export const listManifestRows = (read: Reader) =>
  read.sql.selectFrom('content_manifests').selectAll().orderBy('content_id').execute();

/** New, or used again: a row that was about to leave stays. */
export async function upsertManifest(tx: Tx, row: ManifestRow) {
  await tx.sql
    .insertInto('content_manifests')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('content_id').doUpdateSet({ touched_at: row.touched_at, is_leaving: 0 }),
    )
    .execute();
}

export async function saveFileTimes(tx: Tx, contentId: string, times: Readonly<Record<string, number>>) {
  await tx.run(
    `INSERT INTO content_file_times (content_id, times) VALUES (?, ?)
     ON CONFLICT (content_id) DO UPDATE SET times = excluded.times`,
    [contentId, JSON.stringify(times)],
  );
}

/** When the sources of its files were changed last, by path; empty where nobody told. */
export async function loadFileTimes(read: Reader, contentId: string): Promise<Map<string, number>> {
  const row = await read.one<{ times: string }>('SELECT times FROM content_file_times WHERE content_id = ?', [
    contentId,
  ]);
  return new Map(row ? Object.entries(JSON.parse(row.times) as Record<string, number>) : []);
}

/** @returns whether the content is there to stay */
export async function touchManifest(tx: Tx, contentId: string, now: number): Promise<boolean> {
  const { changes } = await tx.run(
    'UPDATE content_manifests SET touched_at = ? WHERE content_id = ? AND is_leaving = 0',
    [now, contentId],
  );
  return changes > 0;
}

/** @returns false where somebody has used it in the meantime */
export async function markLeaving(tx: Tx, contentId: string, untouchedSince: number): Promise<boolean> {
  const { changes } = await tx.run(
    'UPDATE content_manifests SET is_leaving = 1 WHERE content_id = ? AND touched_at < ?',
    [contentId, untouchedSince],
  );
  return changes > 0;
}

/** @returns false where it was registered again while it left */
export async function deleteLeaving(tx: Tx, contentId: string): Promise<boolean> {
  await tx.run(
    `DELETE FROM content_copies WHERE content_id = ?
     AND EXISTS (SELECT 1 FROM content_manifests WHERE content_id = ? AND is_leaving = 1)`,
    [contentId, contentId],
  );
  const { changes } = await tx.run('DELETE FROM content_manifests WHERE content_id = ? AND is_leaving = 1', [
    contentId,
  ]);
  return changes > 0;
}

export const listCopies = (read: Reader) => read.sql.selectFrom('content_copies').selectAll().execute();

export const listCopiesOf = (read: Reader, contentIds: readonly string[]) =>
  contentIds.length === 0
    ? Promise.resolve([])
    : read.sql.selectFrom('content_copies').selectAll().where('content_id', 'in', contentIds).execute();

export async function saveCopy(tx: Tx, row: CopyRow) {
  const { state, error, published_at } = row;
  await tx.sql
    .insertInto('content_copies')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['content_id', 'point_id']).doUpdateSet({ state, error, published_at }),
    )
    .execute();
}

export async function deleteCopy(tx: Tx, contentId: string, pointId: string) {
  await tx.run('DELETE FROM content_copies WHERE content_id = ? AND point_id = ?', [contentId, pointId]);
}
