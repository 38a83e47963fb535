import { type PowerPicture, unseenMachine } from '@tenkai/domain';
import type { Reader, Tx } from '../../../kernel/database/database.ts';
import { rowsOf, updateRows } from '../../../kernel/database/many-rows.ts';
import type { PresenceRecord } from '../tables.ts';
import '../tables.ts';

export const findPresence = (read: Reader, machineId: string) =>
  read.one<PresenceRecord>('SELECT * FROM machines_presence WHERE machine_id = ?', [machineId]);

export const findPresences = (read: Reader, machineIds: Iterable<string>) =>
  rowsOf<PresenceRecord>(read, 'SELECT * FROM machines_presence WHERE machine_id IN', machineIds);

/** The row that every machine has. */
export async function insertPresence(tx: Tx, machineId: string, isAdmitted: boolean) {
  const { power, since, announced } = unseenMachine;
  await tx.run(
    `INSERT INTO machines_presence (machine_id, is_admitted, outbox, taken, last_seen_at, agent_version,
       active_runs, power, power_since, announced, wants_inventory)
     VALUES (?, ?, '', 0, 0, '', '', ?, ?, ?, 1)`,
    [machineId, isAdmitted, power, since, announced],
  );
}

/** Whether the machine may report. */
export async function setAdmitted(tx: Tx, machineId: string, isAdmitted: boolean) {
  await tx.run('UPDATE machines_presence SET is_admitted = ? WHERE machine_id = ?', [isAdmitted, machineId]);
}

const presenceColumns = {
  is_admitted: 'bigint',
  outbox: 'text',
  taken: 'bigint',
  last_seen_at: 'bigint',
  agent_version: 'text',
  active_runs: 'text',
  power: 'text',
  power_since: 'bigint',
  announced: 'text',
  boot_id: 'text',
  booted_at: 'bigint',
  wants_inventory: 'bigint',
  free_bytes: 'bigint',
} as const;

export async function savePresences(tx: Tx, rows: readonly PresenceRecord[]) {
  const keys = { machine_id: 'text' } as const;
  await updateRows(tx, { update: 'UPDATE machines_presence', keys, columns: presenceColumns }, rows);
}

export async function savePower(tx: Tx, machineId: string, picture: PowerPicture) {
  await tx.run(
    'UPDATE machines_presence SET power = ?, power_since = ?, announced = ?, boot_id = ? WHERE machine_id = ?',
    [picture.power, picture.since, picture.announced, picture.bootId, machineId],
  );
}

export async function askForInventory(tx: Tx, machineId: string) {
  await tx.run('UPDATE machines_presence SET wants_inventory = 1 WHERE machine_id = ?', [machineId]);
}

export function pictureOf(row: PresenceRecord): PowerPicture {
  return { power: row.power, since: row.power_since, announced: row.announced, bootId: row.boot_id };
}

/** A machine that starts a new outbox for each report would otherwise fill the table. */
const outboxesKept = 100;

/**
 * Leaves the outbox in use and takes up another one.
 * @returns the highest number of it that was taken before; 0 for a new one
 */
export async function switchOutbox(
  tx: Tx,
  presence: PresenceRecord,
  outbox: string,
  now: number,
): Promise<number> {
  const { machine_id: machineId } = presence;
  if (presence.outbox !== '') {
    await tx.run(
      `INSERT INTO machines_outboxes (machine_id, outbox, taken, left_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (machine_id, outbox) DO UPDATE SET taken = excluded.taken, left_at = excluded.left_at`,
      [machineId, presence.outbox, presence.taken, now],
    );
    await tx.run(
      `DELETE FROM machines_outboxes WHERE machine_id = ? AND outbox NOT IN (
         SELECT outbox FROM machines_outboxes WHERE machine_id = ? ORDER BY left_at DESC, outbox LIMIT ?)`,
      [machineId, machineId, outboxesKept],
    );
  }
  const found = await tx.one<{ taken: number }>(
    'SELECT taken FROM machines_outboxes WHERE machine_id = ? AND outbox = ?',
    [machineId, outbox],
  );
  return found?.taken ?? 0;
}
