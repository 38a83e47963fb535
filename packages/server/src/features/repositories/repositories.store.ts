import type { Gate, PulledState, PullSchedule } from '@tenkai/protocol/api/repositories.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    repositories: RepositoryTableRow;
    repositories_packages: PulledRow;
  }
}

export interface RepositoryTableRow {
  id: string;
  name: string;
  name_key: string;
  url: string;
  fingerprint: string;
  ca: string | null;
  /** PullSchedule and Gate as JSON. */
  schedule: string;
  gate: string;
  is_enabled: number;
  revision: number;
  created_at: number;
  /** The last index that was believed. */
  index_version: number | null;
  index_digest: string | null;
  expires_at: number | null;
  pulled_at: number | null;
  tried_at: number | null;
  next_pull_at: number | null;
  /** PullError as JSON. */
  error: string | null;
}

export interface PulledRow {
  repository_id: string;
  package_id: string;
  /** The publisher's number for this state of the package. */
  offered: number;
  /** SHA-256 of the description. */
  description: string;
  content_id: string | null;
  content_bytes: number;
  /** PackageDraft as JSON, as the publisher wrote it; null until it was read. */
  draft: string | null;
  state: PulledState;
  waits_for: 'gate' | 'changed-here' | null;
  /** PullError as JSON. */
  error: string | null;
  /** Approval that waits for content, as JSON: `{offered, urgency, by}`. */
  approved: string | null;
  registered_revision: number | null;
  is_withdrawn: number;
  decided_by: string | null;
  decided_at: number | null;
  updated_at: number;
}

export const scheduleOf = (row: RepositoryTableRow) => JSON.parse(row.schedule) as PullSchedule;
export const gateOf = (row: RepositoryTableRow) => JSON.parse(row.gate) as Gate;
/** Fixed with the name: what packages carry (DIST-06). */
export const originOf = (row: Pick<RepositoryTableRow, 'name'>) => `repository:${row.name}`;

export const listRepositories = (read: Reader) =>
  read.sql.selectFrom('repositories').selectAll().orderBy('name_key').execute();

export const findRepository = (read: Reader, id: string) =>
  read.sql.selectFrom('repositories').selectAll().where('id', '=', id).executeTakeFirst();

export const findRepositoryByName = (read: Reader, nameKey: string) =>
  read.sql.selectFrom('repositories').selectAll().where('name_key', '=', nameKey).executeTakeFirst();

export async function insertRepository(tx: Tx, row: RepositoryTableRow) {
  await tx.sql.insertInto('repositories').values(row).execute();
}

export async function updateRepository(
  tx: Tx,
  id: string,
  change: Partial<Omit<RepositoryTableRow, 'id' | 'name' | 'name_key'>>,
) {
  await tx.sql.updateTable('repositories').set(change).where('id', '=', id).execute();
}

export async function deleteRepository(tx: Tx, id: string) {
  await tx.run('DELETE FROM repositories_packages WHERE repository_id = ?', [id]);
  await tx.run('DELETE FROM repositories WHERE id = ?', [id]);
}

export const listPulled = (read: Reader, repositoryId: string) =>
  read.sql
    .selectFrom('repositories_packages')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .orderBy('package_id')
    .execute();

export const findPulled = (read: Reader, repositoryId: string, packageId: string) =>
  read.sql
    .selectFrom('repositories_packages')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('package_id', '=', packageId)
    .executeTakeFirst();

/** Content that an approval will need. */
export const listHeldContents = (read: Reader) =>
  read.sql
    .selectFrom('repositories_packages')
    .select(['content_id'])
    .where('state', '=', 'waiting')
    .where('content_id', 'is not', null)
    .execute();

export const countStates = (read: Reader) =>
  read.all<{ repository_id: string; state: PulledState; packages: number }>(
    `SELECT repository_id, state, count(*) AS packages FROM repositories_packages
     WHERE is_withdrawn = 0 GROUP BY repository_id, state`,
  );

/** Writes the row whole, new or not. */
export async function savePulled(tx: Tx, row: PulledRow) {
  const { repository_id: _1, package_id: _2, ...rest } = row;
  await tx.sql
    .insertInto('repositories_packages')
    .values(row)
    .onConflict((conflict) => conflict.columns(['repository_id', 'package_id']).doUpdateSet(rest))
    .execute();
}

/** Another key has numbers of its own. */
export async function forgetOffers(tx: Tx, repositoryId: string) {
  await tx.run('UPDATE repositories_packages SET offered = 0, state = ? WHERE repository_id = ?', [
    'fetching',
    repositoryId,
  ]);
}
