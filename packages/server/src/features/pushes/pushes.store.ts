import type { HostState } from '@tenkai/domain/push/host-state.ts';
import type { PushReason } from '@tenkai/domain/push/push-reason.ts';
import type { HostKeyPolicy, PushCredentials, PushOutcome } from '@tenkai/protocol/api/pushes.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    pushes: PushTableRow;
    pushes_hosts: HostRow;
  }
}

export interface PushTableRow {
  id: string;
  created_at: number;
  by_id: string;
  by_name: string;
  user_name: string;
  sign_in: PushCredentials['kind'];
  uses_secret: number;
  host_keys: HostKeyPolicy;
  /** Lines of a known_hosts file. */
  known_hosts: string;
  management_point: string;
  /** JSON, PushProperty[]: what is given, as it was when the push was begun. */
  properties: string;
  parallel: number;
  retries: number;
}

export interface HostRow {
  push_id: string;
  position: number;
  host: string;
  state: HostState;
  outcome: PushOutcome | null;
  /** Grows each time it is taken up: who took it up before has no say any more. */
  attempt: number;
  reason: PushReason | null;
  detail: string;
  version: string | null;
  exit_code: number | null;
  log: string;
  /** OfferedKeys as JSON. */
  offered: string | null;
  /** JSON: fingerprints that were believed, where it showed others. */
  known: string;
  /** JSON: ids of the tickets that were sent to it. */
  tickets: string;
  machine_id: string | null;
  updated_at: number;
}

export const findPush = (read: Reader, id: string) =>
  read.sql.selectFrom('pushes').selectAll().where('id', '=', id).executeTakeFirst();

export const listHosts = (read: Reader, pushId: string) =>
  read.sql.selectFrom('pushes_hosts').selectAll().where('push_id', '=', pushId).orderBy('position').execute();

const withoutLog = [
  'push_id',
  'position',
  'host',
  'state',
  'outcome',
  'attempt',
  'reason',
  'detail',
  'version',
  'exit_code',
  'offered',
  'known',
  'machine_id',
  'updated_at',
] as const;

/** What is shown of a machine: not its log, which may be long, only whether there is one. */
export type ShownHost = Pick<HostRow, (typeof withoutLog)[number]> & { readonly has_log: number };

export const listShownHosts = (read: Reader, pushId: string): Promise<ShownHost[]> =>
  read.sql
    .selectFrom('pushes_hosts')
    .select(withoutLog)
    .select((is) => is.case().when('log', '<>', '').then(1).else(0).end().as('has_log'))
    .where('push_id', '=', pushId)
    .orderBy('position')
    .execute();

/** Whether a machine of the push is in one of the states. */
export const isAnyIn = async (read: Reader, pushId: string, states: readonly HostState[]) =>
  (await read.sql
    .selectFrom('pushes_hosts')
    .select('position')
    .where('push_id', '=', pushId)
    .where('state', 'in', states)
    .limit(1)
    .executeTakeFirst()) !== undefined;

export const findHost = (read: Reader, pushId: string, position: number) =>
  read.sql
    .selectFrom('pushes_hosts')
    .selectAll()
    .where('push_id', '=', pushId)
    .where('position', '=', position)
    .executeTakeFirst();

export const findFirstWaiting = (read: Reader, pushId: string) =>
  read.sql
    .selectFrom('pushes_hosts')
    .selectAll()
    .where('push_id', '=', pushId)
    .where('state', '=', 'waiting')
    .orderBy('position')
    .limit(1)
    .executeTakeFirst();

/** Of all pushes. */
export const listHostsIn = (read: Reader, states: readonly HostState[]) =>
  read.sql.selectFrom('pushes_hosts').selectAll().where('state', 'in', states).execute();

export async function insertPush(tx: Tx, push: PushTableRow, hosts: readonly HostRow[]) {
  await tx.sql.insertInto('pushes').values(push).execute();
  for (const host of hosts) await tx.sql.insertInto('pushes_hosts').values(host).execute();
}

export async function updatePush(tx: Tx, id: string, change: Pick<PushTableRow, 'sign_in' | 'uses_secret'>) {
  await tx.sql.updateTable('pushes').set(change).where('id', '=', id).execute();
}

export type HostChange = Partial<Omit<HostRow, 'push_id' | 'position' | 'host'>>;

export async function updateHost(tx: Tx, { push_id, position }: HostRow, change: HostChange) {
  await tx.sql
    .updateTable('pushes_hosts')
    .set(change)
    .where('push_id', '=', push_id)
    .where('position', '=', position)
    .execute();
}

export async function deletePush(tx: Tx, id: string) {
  await tx.run('DELETE FROM pushes_hosts WHERE push_id = ?', [id]);
  await tx.run('DELETE FROM pushes WHERE id = ?', [id]);
}

/** Of a push in which nothing is under way any more. */
export async function deletePushesBefore(tx: Tx, at: number, open: readonly HostState[]): Promise<void> {
  const states = open.map(() => '?').join(', ');
  const old = `SELECT id FROM pushes WHERE created_at < ? AND NOT EXISTS
    (SELECT 1 FROM pushes_hosts h WHERE h.push_id = pushes.id AND h.state IN (${states}))`;
  const rows = await tx.all<{ id: string }>(old, [at, ...open]);
  for (const { id } of rows) await deletePush(tx, id);
}
