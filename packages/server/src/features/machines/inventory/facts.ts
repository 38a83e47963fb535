import type { Inventory, MachineFacts, PowerState } from '@tenkai/domain';
import type { Kernel } from '../../../kernel/kernel.ts';
import { type InventoryColumns, toInventories } from './inventory.store.ts';
import type { SoftwareCatalogue } from './software-catalogue.ts';

export interface FactsOptions {
  /** False: inventories come without their software, which is most of their size. Default: true. */
  readonly withSoftware?: boolean;
}

/** Facts by machine id; ids that nobody has are left out. */
export type FactsOf = (
  machineIds: readonly string[],
  options?: FactsOptions,
) => Promise<Map<string, MachineFacts>>;

type Deps = Pick<Kernel, 'db' | 'channel'> & { readonly catalogue: SoftwareCatalogue };

interface FactsRow extends Partial<InventoryColumns> {
  readonly id: string;
  readonly name: string;
  readonly power_state: PowerState;
  readonly properties: string;
  readonly last_seen_at: number;
}

const chunk = 200;

/** What rules and plans may ask about machines, loaded some hundred at a time. */
export function createFactsOf({ db, channel, catalogue }: Deps): FactsOf {
  return async (machineIds, { withSoftware = true } = {}) => {
    const facts = new Map<string, MachineFacts>();
    for (let at = 0; at < machineIds.length; at += chunk) {
      const rows = await loadRows(db.read, machineIds.slice(at, at + chunk), withSoftware);
      const known = rows.filter(hasInventory);
      const inventories = await toInventories(db.read, catalogue, known, { withSoftware });
      const byId = new Map(known.map((row, index) => [row.id, inventories[index] as Inventory]));
      for (const row of rows)
        facts.set(row.id, toFacts(row, byId.get(row.id) ?? null, channel.isOnline(row.id)));
    }
    return facts;
  };
}

function loadRows(
  read: Kernel['db']['read'],
  ids: readonly string[],
  withSoftware: boolean,
): Promise<FactsRow[]> {
  const software = withSoftware ? ', i.software, i.installed_at' : '';
  return read.all<FactsRow>(
    `SELECT m.id, m.name, m.power_state, m.properties, p.last_seen_at,
       i.hardware, i.network, i.operating_system, i.agent${software}
     FROM machines m
     JOIN machines_presence p ON p.machine_id = m.id
     LEFT JOIN machines_inventory i ON i.machine_id = m.id
     WHERE m.id IN (${ids.map(() => '?').join(', ')})`,
    ids,
  );
}

function hasInventory(row: FactsRow): row is FactsRow & InventoryColumns {
  return row.hardware !== null && row.hardware !== undefined;
}

function toFacts(row: FactsRow, inventory: Inventory | null, isOnline: boolean): MachineFacts {
  return {
    id: row.id,
    name: row.name,
    inventory,
    powerState: row.power_state,
    isOnline,
    lastSeenAt: row.last_seen_at === 0 ? null : new Date(row.last_seen_at).toISOString(),
    properties: JSON.parse(row.properties),
  };
}
