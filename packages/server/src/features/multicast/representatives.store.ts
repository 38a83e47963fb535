import type { RepresentativeRule } from '@tenkai/protocol/api/multicast.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import { rowsOf } from '../../kernel/database/many-rows.ts';
import type { RepresentativesTable } from './tables.ts';

export async function saveRule(tx: Tx, row: RepresentativesTable): Promise<void> {
  await tx.run(
    `INSERT INTO multicast_representatives (machine_id, rule, set_by, set_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (machine_id) DO UPDATE SET rule = excluded.rule, set_by = excluded.set_by, set_at = excluded.set_at`,
    [row.machine_id, row.rule, row.set_by, row.set_at],
  );
}

/** The machine is chosen, or not, by its merits again. */
export async function forgetRule(tx: Tx, machineId: string): Promise<void> {
  await tx.run('DELETE FROM multicast_representatives WHERE machine_id = ?', [machineId]);
}

export async function ruleOf(read: Reader, machineId: string): Promise<RepresentativeRule | undefined> {
  return (await rulesOf(read, [machineId])).get(machineId);
}

/** Of those of the machines that have one. */
export async function rulesOf(
  read: Reader,
  machineIds: readonly string[],
): Promise<ReadonlyMap<string, RepresentativeRule>> {
  const rows = await rowsOf<RepresentativesTable>(
    read,
    'SELECT * FROM multicast_representatives WHERE machine_id IN',
    machineIds,
  );
  return new Map(rows.map(({ machine_id, rule }) => [machine_id, rule]));
}

export async function listRules(
  read: Reader,
): Promise<(RepresentativesTable & { readonly machine_name: string })[]> {
  return read.all(
    `SELECT r.*, m.name AS machine_name FROM multicast_representatives r JOIN machines m ON m.id = r.machine_id
     ORDER BY m.name, m.id`,
  );
}
