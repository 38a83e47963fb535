import type { Reader, Tx } from '../../../kernel/database/database.ts';
import { rowsOf } from '../../../kernel/database/many-rows.ts';
import type { CommandOutcome, CommandRecord } from '../tables.ts';
import '../tables.ts';

export async function insertCommand(tx: Tx, command: CommandRecord) {
  await tx.sql.insertInto('machines_commands').values(command).execute();
}

/** Open commands of these machines that have not expired, oldest first. */
export async function findOpenCommands(
  read: Reader,
  machineIds: readonly string[],
  now: number,
): Promise<CommandRecord[]> {
  const open = 'SELECT * FROM machines_commands WHERE closed_at IS NULL AND expires_at > ? AND machine_id IN';
  const found = await rowsOf<CommandRecord>(read, open, machineIds, '', [now]);
  return found.sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1));
}

export const findCommand = (read: Reader, id: string) =>
  read.one<CommandRecord>('SELECT * FROM machines_commands WHERE id = ?', [id]);

export async function markFetched(tx: Tx, id: string, now: number) {
  await tx.run('UPDATE machines_commands SET fetched_at = ? WHERE id = ? AND fetched_at IS NULL', [now, id]);
}

/** @returns false where it was closed before */
export async function closeCommand(
  tx: Tx,
  id: string,
  outcome: CommandOutcome,
  now: number,
): Promise<boolean> {
  const { changes } = await tx.run(
    'UPDATE machines_commands SET outcome = ?, closed_at = ? WHERE id = ? AND closed_at IS NULL',
    [outcome, now, id],
  );
  return changes === 1;
}

/**
 * Commands whose time is over: those that the agent never fetched, and those that it fetched and of which it has
 * said nothing for `answerWithinMs` more (its answer may lie in its outbox while it restarts).
 */
export function findExpired(read: Reader, now: number, answerWithinMs: number): Promise<CommandRecord[]> {
  return read.all<CommandRecord>(
    `SELECT * FROM machines_commands WHERE closed_at IS NULL AND expires_at <= ?
       AND (fetched_at IS NULL OR expires_at <= ?) ORDER BY expires_at LIMIT 500`,
    [now, now - answerWithinMs],
  );
}

/** When the next open command is given up: as it expires, or, where it was fetched, when no answer is due any more. */
export async function nextExpiry(read: Reader, answerWithinMs: number): Promise<number | null> {
  const row = await read.one<{ at: number | null }>(
    `SELECT min(CASE WHEN fetched_at IS NULL THEN expires_at ELSE expires_at + ? END) AS at
     FROM machines_commands WHERE closed_at IS NULL`,
    [answerWithinMs],
  );
  return row?.at ?? null;
}

export async function deleteClosedBefore(tx: Tx, before: number) {
  await tx.run('DELETE FROM machines_commands WHERE closed_at < ?', [before]);
}
