import type { Inventory } from '@tenkai/domain';
import type { Reader, Tx } from '../../../kernel/database/database.ts';
import type { InventoryRecord } from '../tables.ts';
import type { PackedSoftware, SoftwareCatalogue } from './software-catalogue.ts';

export const findInventory = (read: Reader, machineId: string) =>
  read.one<InventoryRecord>('SELECT * FROM machines_inventory WHERE machine_id = ?', [machineId]);

/** Digest of what is stored now; undefined where there is nothing. */
export async function findDigest(read: Reader, machineId: string): Promise<string | undefined> {
  const sql = 'SELECT digest FROM machines_inventory WHERE machine_id = ?';
  return (await read.one<{ digest: string }>(sql, [machineId]))?.digest;
}

export async function saveInventory(
  tx: Tx,
  row: Omit<InventoryRecord, keyof PackedSoftware | SectionColumn>,
  inventory: Inventory,
  packed: PackedSoftware,
) {
  const values = {
    ...row,
    hardware: JSON.stringify(inventory.hardware),
    network: JSON.stringify(inventory.network),
    operating_system: JSON.stringify(inventory.operatingSystem),
    agent: JSON.stringify(inventory.agent),
    ...packed,
  };
  await tx.run(
    upsert,
    columns.map((name) => values[name]),
  );
}

const columns = [
  'machine_id',
  'digest',
  'is_exact',
  'received_at',
  'hardware',
  'network',
  'operating_system',
  'agent',
  'software',
  'installed_at',
] as const satisfies readonly (keyof InventoryRecord)[];

/** By hand: to put it together with the query builder costs more than to carry it out. */
const upsert = `INSERT INTO machines_inventory (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
  ON CONFLICT (machine_id) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`;

type SectionColumn = 'hardware' | 'network' | 'operating_system' | 'agent';

export async function touchInventory(tx: Tx, machineId: string, now: number) {
  await tx.run('UPDATE machines_inventory SET received_at = ? WHERE machine_id = ?', [now, machineId]);
}

/** The columns of an inventory as they come out of a join, where a machine may have none. */
export type InventoryColumns = Pick<InventoryRecord, SectionColumn | 'software' | 'installed_at'>;

/** Whole inventories from their rows, in the same order; software is left empty where it is not asked for. */
export async function toInventories(
  read: Reader,
  catalogue: SoftwareCatalogue,
  rows: readonly InventoryColumns[],
  { withSoftware }: { withSoftware: boolean } = { withSoftware: true },
): Promise<Inventory[]> {
  const software = withSoftware ? await catalogue.unpack(read, rows) : [];
  return rows.map((row, index) => ({
    hardware: JSON.parse(row.hardware),
    network: JSON.parse(row.network),
    operatingSystem: JSON.parse(row.operating_system),
    software: software[index] ?? [],
    agent: JSON.parse(row.agent),
  }));
}
