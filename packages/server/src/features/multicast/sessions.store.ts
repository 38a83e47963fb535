import type { SessionAddress } from '@tenkai/transfer/multicast/address-pool.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import type { MembersTable, SessionsTable } from './tables.ts';

/** Addresses that belong to somebody now. */
export async function runningAddresses(read: Reader): Promise<SessionAddress[]> {
  const rows = await read.all<Pick<SessionsTable, 'address' | 'port' | 'sender_port'>>(
    'SELECT address, port, sender_port FROM multicast_sessions WHERE ended_at IS NULL',
  );
  return rows.map(({ address, port, sender_port }) => ({ group: address, port, senderPort: sender_port }));
}

export async function insertSession(tx: Tx, row: SessionsTable) {
  await tx.sql.insertInto('multicast_sessions').values(row).execute();
}

export async function insertMember(tx: Tx, row: MembersTable) {
  await tx.sql.insertInto('multicast_members').values(row).execute();
}

export type SessionEnd = Pick<
  SessionsTable,
  'ended_at' | 'outcome' | 'detail' | 'datagrams' | 'repairs' | 'line_bytes'
>;

/** From now on its address is free. */
export async function endSession(tx: Tx, id: string, end: SessionEnd) {
  await tx.sql.updateTable('multicast_sessions').set(end).where('id', '=', id).execute();
}

export async function saveMember(
  tx: Tx,
  { session_id, number, state, cause }: Pick<MembersTable, 'session_id' | 'number' | 'state' | 'cause'>,
) {
  await tx.run('UPDATE multicast_members SET state = ?, cause = ? WHERE session_id = ? AND number = ?', [
    state,
    cause,
    session_id,
    number,
  ]);
}

/** Sessions of a process that is gone: nobody sends for them any more. */
export async function endInterrupted(tx: Tx, at: number): Promise<void> {
  await tx.run("UPDATE multicast_sessions SET ended_at = ?, outcome = 'interrupted' WHERE ended_at IS NULL", [
    at,
  ]);
}

export async function pruneSessions(tx: Tx, before: number): Promise<void> {
  await tx.run('DELETE FROM multicast_sessions WHERE ended_at < ?', [before]);
}

/** Newest first. */
export async function listSessions(
  read: Reader,
  { deploymentId, limit }: { deploymentId: string | undefined; limit: number },
): Promise<SessionsTable[]> {
  const where = deploymentId === undefined ? '' : 'WHERE deployment_id = ?';
  return read.all<SessionsTable>(`SELECT * FROM multicast_sessions ${where} ORDER BY id DESC LIMIT ?`, [
    ...(deploymentId === undefined ? [] : [deploymentId]),
    limit,
  ]);
}

export async function findSession(read: Reader, id: string): Promise<SessionsTable | undefined> {
  return read.one<SessionsTable>('SELECT * FROM multicast_sessions WHERE id = ?', [id]);
}
