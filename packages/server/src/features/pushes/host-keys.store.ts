import type { HostKeyOrigin } from '@tenkai/protocol/api/push-keys.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    pushes_host_keys: HostKeysRow;
  }
}

/** Host keys that are believed. */
export interface HostKeysRow {
  id: string;
  /** As known_hosts has it. */
  host: string;
  lines: string;
  /** JSON. */
  fingerprints: string;
  origin: HostKeyOrigin;
  approved_by: string;
  approved_at: number;
}

export const listHostKeys = (read: Reader) =>
  read.sql.selectFrom('pushes_host_keys').selectAll().orderBy('host').execute();

export const findHostKeys = (read: Reader, host: string) =>
  read.sql.selectFrom('pushes_host_keys').selectAll().where('host', '=', host).executeTakeFirst();

export const findHostKeysById = (read: Reader, id: string) =>
  read.sql.selectFrom('pushes_host_keys').selectAll().where('id', '=', id).executeTakeFirst();

/** What was believed before is not any more. */
export async function saveHostKeys(tx: Tx, row: HostKeysRow) {
  await tx.run('DELETE FROM pushes_host_keys WHERE host = ?', [row.host]);
  await tx.sql.insertInto('pushes_host_keys').values(row).execute();
}

export async function deleteHostKeys(tx: Tx, id: string) {
  await tx.run('DELETE FROM pushes_host_keys WHERE id = ?', [id]);
}
