import type { EnrollmentStatus } from '@tenkai/protocol/api/machines.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    enrollment_tickets: TicketRow;
    enrollment_identities: IdentityRow;
  }
}

export interface TicketRow {
  id: string;
  name: string;
  secret_hash: string;
  created_at: number;
  expires_at: number;
  max_uses: number;
  uses: number;
  revoked_at: number | null;
}

export interface IdentityRow {
  machine_id: string;
  key_thumbprint: string;
  signing_key: string;
  encryption_key: string;
  /** JSON: the hardware on which the key may live. */
  fingerprints: string;
  foreign_fingerprint: string | null;
  status: EnrollmentStatus;
  ticket_id: string | null;
  /** As the machine called itself last. */
  asked_name: string;
  asked_at: number;
  decided_at: number | null;
  /** Keys that the machine has announced: taken beside the present ones, whose place they take once they are used. */
  next_thumbprint: string | null;
  next_signing_key: string | null;
  next_encryption_key: string | null;
  /** The signing key before the present one, so that its use is refused by name. */
  replaced_thumbprint: string | null;
  replaced_signing_key: string | null;
  /** Null: never. */
  replaced_at: number | null;
}

export const findTicket = (read: Reader, id: string) =>
  read.sql.selectFrom('enrollment_tickets').selectAll().where('id', '=', id).executeTakeFirst();

export const findTicketBySecret = (read: Reader, hash: string) =>
  read.sql.selectFrom('enrollment_tickets').selectAll().where('secret_hash', '=', hash).executeTakeFirst();

export const listTickets = (read: Reader) =>
  read.sql.selectFrom('enrollment_tickets').selectAll().orderBy('created_at', 'desc').limit(1000).execute();

/** Of these, what a machine can still enroll with once their time is set anew. */
export const listUnusedTickets = (read: Reader, ids: readonly string[]) =>
  read.sql
    .selectFrom('enrollment_tickets')
    .selectAll()
    .where('id', 'in', ids)
    .where('uses', '=', 0)
    .where('revoked_at', 'is', null)
    .execute();

export async function insertTicket(tx: Tx, ticket: TicketRow) {
  await tx.sql.insertInto('enrollment_tickets').values(ticket).execute();
}

export async function countTicketUse(tx: Tx, id: string) {
  await tx.run('UPDATE enrollment_tickets SET uses = uses + 1 WHERE id = ?', [id]);
}

export async function renewTicket(tx: Tx, id: string, expiresAt: number) {
  await tx.sql
    .updateTable('enrollment_tickets')
    .set({ expires_at: expiresAt })
    .where('id', '=', id)
    .execute();
}

export async function revokeTicket(tx: Tx, id: string, now: number) {
  await tx.sql.updateTable('enrollment_tickets').set({ revoked_at: now }).where('id', '=', id).execute();
}

export const findIdentity = (read: Reader, machineId: string) =>
  read.one<IdentityRow>('SELECT * FROM enrollment_identities WHERE machine_id = ?', [machineId]);

export const findIdentityByKey = (read: Reader, thumbprint: string) =>
  read.one<IdentityRow>('SELECT * FROM enrollment_identities WHERE key_thumbprint = ?', [thumbprint]);

/** The machine for which a key is to come, or was replaced last. */
export const findIdentityByOtherKey = (read: Reader, thumbprint: string) =>
  read.one<IdentityRow>(
    'SELECT * FROM enrollment_identities WHERE next_thumbprint = ? OR replaced_thumbprint = ?',
    [thumbprint, thumbprint],
  );

export async function insertIdentity(tx: Tx, identity: IdentityRow) {
  await tx.sql.insertInto('enrollment_identities').values(identity).execute();
}

export async function updateIdentity(tx: Tx, machineId: string, change: Partial<IdentityRow>) {
  await tx.sql.updateTable('enrollment_identities').set(change).where('machine_id', '=', machineId).execute();
}

export async function deleteIdentity(tx: Tx, machineId: string) {
  await tx.run('DELETE FROM enrollment_identities WHERE machine_id = ?', [machineId]);
}

export async function machineOfTickets(read: Reader, ids: readonly string[]): Promise<string | undefined> {
  if (ids.length === 0) return undefined;
  const row = await read.sql
    .selectFrom('enrollment_identities')
    .select('machine_id')
    .where('ticket_id', 'in', ids)
    .where('status', '=', 'enrolled')
    .executeTakeFirst();
  return row?.machine_id;
}

export async function countPending(read: Reader): Promise<number> {
  const row = await read.one<{ n: number }>(
    "SELECT count(*) AS n FROM enrollment_identities WHERE status = 'pending'",
  );
  return row?.n ?? 0;
}

/** Machines, and thumbprints of keys, that lost their right to a token since a time: their older tokens may still be good. */
export async function shutOutSince(read: Reader, since: number): Promise<string[]> {
  const rows = await read.all<{ id: string }>(
    `SELECT machine_id AS id FROM enrollment_identities
     WHERE status IN ('refused', 'quarantined') AND decided_at >= ?
     UNION ALL SELECT replaced_thumbprint AS id FROM enrollment_identities WHERE replaced_at >= ?`,
    [since, since],
  );
  return rows.map((row) => row.id);
}
