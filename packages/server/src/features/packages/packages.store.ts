import type { PackageDraft, SoftwarePackage } from '@tenkai/domain';
import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    packages: PackageTableRow;
    packages_revisions: RevisionRow;
    packages_places: { package_id: string; point_id: string };
  }
}

export interface PackageTableRow {
  id: string;
  /** The newest sealed revision. */
  revision: number;
  /** How it came here: `api`, `installer`, ... (DIST-06). */
  origin: string;
  created_at: number;
  updated_at: number;
}

export interface RevisionRow {
  package_id: string;
  revision: number;
  /** PackageDraft as JSON. */
  draft: string;
  content_id: string | null;
  content_bytes: number;
  sealed_at: number;
  sealed_by: string;
  summary: string;
}

/** The ID in whatever case: two that differ by case alone cannot both exist. */
export const findPackageAnyCase = (read: Reader, id: string) =>
  read.one<PackageTableRow>('SELECT * FROM packages WHERE lower(id) = ?', [id.toLowerCase()]);

export const findPackage = (read: Reader, id: string) =>
  read.sql.selectFrom('packages').selectAll().where('id', '=', id).executeTakeFirst();

export const findRevision = (read: Reader, id: string, revision: number) =>
  read.sql
    .selectFrom('packages_revisions')
    .selectAll()
    .where('package_id', '=', id)
    .where('revision', '=', revision)
    .executeTakeFirst();

/** The newest revisions of all packages, by id. */
export const listNewest = (read: Reader) =>
  read.sql
    .selectFrom('packages')
    .innerJoin('packages_revisions', (join) =>
      join
        .onRef('packages_revisions.package_id', '=', 'packages.id')
        .onRef('packages_revisions.revision', '=', 'packages.revision'),
    )
    .selectAll()
    .orderBy('packages.id')
    .execute();

export const listRevisions = (read: Reader, id: string) =>
  read.sql
    .selectFrom('packages_revisions')
    .selectAll()
    .where('package_id', '=', id)
    .orderBy('revision', 'desc')
    .execute();

/** Every content of every revision, for the question what is in use. */
export const listContents = (read: Reader) =>
  read.sql
    .selectFrom('packages_revisions')
    .innerJoin('packages', 'packages.id', 'packages_revisions.package_id')
    .select(['packages_revisions.package_id', 'packages_revisions.revision', 'content_id'])
    .select('packages.revision as newest')
    .where('content_id', 'is not', null)
    .execute();

export const listPlaces = (read: Reader) => read.sql.selectFrom('packages_places').selectAll().execute();

export async function placesOf(read: Reader, id: string): Promise<string[]> {
  const rows = await read.sql
    .selectFrom('packages_places')
    .select('point_id')
    .where('package_id', '=', id)
    .orderBy('point_id')
    .execute();
  return rows.map((row) => row.point_id);
}

export async function insertPackage(tx: Tx, row: PackageTableRow) {
  await tx.sql.insertInto('packages').values(row).execute();
}

export async function insertRevision(tx: Tx, row: RevisionRow) {
  await tx.sql.insertInto('packages_revisions').values(row).execute();
}

export async function advancePackage(tx: Tx, id: string, revision: number, now: number) {
  await tx.sql.updateTable('packages').set({ revision, updated_at: now }).where('id', '=', id).execute();
}

export async function deletePackage(tx: Tx, id: string) {
  await tx.run('DELETE FROM packages_places WHERE package_id = ?', [id]);
  await tx.run('DELETE FROM packages_revisions WHERE package_id = ?', [id]);
  await tx.run('DELETE FROM packages WHERE id = ?', [id]);
}

export async function replacePlaces(tx: Tx, id: string, pointIds: readonly string[]) {
  await tx.run('DELETE FROM packages_places WHERE package_id = ?', [id]);
  for (const pointId of pointIds)
    await tx.sql.insertInto('packages_places').values({ package_id: id, point_id: pointId }).execute();
}

export function draftOf(row: Pick<RevisionRow, 'draft'>): PackageDraft {
  return JSON.parse(row.draft) as PackageDraft;
}

export function toSoftwarePackage(
  row: Pick<RevisionRow, 'draft' | 'revision' | 'content_id' | 'content_bytes'>,
): SoftwarePackage {
  return {
    ...draftOf(row),
    revision: row.revision,
    contentId: row.content_id,
    contentBytes: row.content_bytes,
  };
}
