import { createHash } from 'node:crypto';
import {
  applyDifference,
  changedAttributes,
  diffInventory,
  type Inventory,
  type InventoryDifference,
  inventoryDigestInput,
  isEmptyDifference,
  type MachineFacts,
  normalizeInventory,
} from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import type { InventoryReport } from '@tenkai/protocol/agent/reports.ts';
import type { Database, Tx } from '../../../kernel/database/database.ts';
import { listColumns } from '../list/list-columns.ts';
import { refreshMachine } from '../machines.store.ts';
import type { Deps } from '../needs.ts';
import type { Told } from '../reports/report-handler.ts';
import {
  findDigest,
  findInventory,
  saveInventory,
  toInventories,
  touchInventory,
} from './inventory.store.ts';
import { type SoftwareCatalogue, type SoftwareTexts, softwareTexts } from './software-catalogue.ts';
import '../failures.ts';

/** An inventory as the site has it, in memory. */
export interface KnownInventory {
  readonly inventory: Inventory;
  readonly digest: string;
  readonly isExact: boolean;
}

/** Everything about a report that needs no transaction. */
export interface PreparedInventory {
  /** Digest on which the preparation stands; null: there was no inventory. */
  readonly stood: string | null;
  /** Null: the difference does not fit what we have; a whole inventory is needed. */
  readonly next: KnownInventory | null;
  readonly texts: SoftwareTexts;
  readonly difference: InventoryDifference;
  /** Null: more than is worth naming. */
  readonly attributes: ReadonlySet<string> | null;
}

/** Beyond this, naming what changed costs more than judging everything. */
const maxAttributes = 2000;

export async function loadKnown(
  { db, catalogue }: { db: Database; catalogue: SoftwareCatalogue },
  machineId: string,
): Promise<KnownInventory | null> {
  const row = await findInventory(db.read, machineId);
  if (!row) return null;
  const [inventory] = await toInventories(db.read, catalogue, [row]);
  return inventory ? { inventory, digest: row.digest, isExact: row.is_exact === 1 } : null;
}

/**
 * Works out what a report turns the known inventory into.
 * @param raw the report as it was sent: a newer agent's digest covers fields that we do not know
 * @throws Failure inventory-digest-mismatch for a whole inventory that is not what it says
 */
export function prepareInventory(
  known: KnownInventory | null,
  report: InventoryReport,
  raw: InventoryReport,
): PreparedInventory {
  const next = report.whole ? fromWhole(report, raw) : fromDifference(known, report);
  const stood = known?.digest ?? null;
  if (!next) return { stood, next, texts: softwareTexts([]), difference: {}, attributes: new Set() };
  const changed = changedAttributes(factsWith(known?.inventory ?? null), factsWith(next.inventory));
  return {
    stood,
    next,
    texts: softwareTexts(next.inventory.software),
    difference: known ? diffInventory(known.inventory, next.inventory) : {},
    attributes: nameable(changed),
  };
}

function nameable(changed: ReadonlySet<string>): ReadonlySet<string> | null {
  // Every question to an inventory depends on its being there at all.
  if (changed.has('inventory')) return new Set(['inventory']);
  return changed.size > maxAttributes ? null : changed;
}

function fromWhole({ digest, whole }: InventoryReport, raw: InventoryReport): KnownInventory {
  const inventory = normalizeInventory(whole as Inventory);
  const isExact = digestOf(inventory) === digest;
  if (!isExact && digestOf(raw.whole as Inventory) !== digest) throw new Failure('inventory-digest-mismatch');
  return { inventory, digest, isExact };
}

function fromDifference(
  known: KnownInventory | null,
  { base, digest, difference }: InventoryReport,
): KnownInventory | null {
  if (!known || !difference || base !== known.digest) return null;
  const inventory = applyDifference(known.inventory, difference);
  const isExact = digestOf(inventory) === digest;
  // Where we kept less than the agent told, its digest cannot be checked any more.
  return isExact || !known.isExact ? { inventory, digest, isExact } : null;
}

function digestOf(inventory: Inventory): string {
  return createHash('sha256').update(inventoryDigestInput(inventory)).digest('hex');
}

/** Only the inventory differs between the two sides of a comparison. */
function factsWith(inventory: Inventory | null): MachineFacts {
  return { id: '-', name: '', inventory, powerState: 'on', isOnline: true, lastSeenAt: null, properties: {} };
}

/**
 * Writes an inventory with its consequences: columns of the list, event, collections, history.
 * @returns whether the agent must send a whole inventory
 */
export async function recordInventory(
  deps: Pick<Deps, 'clock' | 'changes' | 'catalogue'> & Told,
  tx: Tx,
  machineId: string,
  prepared: PreparedInventory,
): Promise<{ wantsWhole: boolean }> {
  const { next, texts, attributes } = prepared;
  const stored = (await findDigest(tx, machineId)) ?? null;
  // Somebody else was quicker: what was worked out does not stand on what is there now.
  if (!next || stored !== prepared.stood) return { wantsWhole: true };
  const now = deps.clock.now();
  if (stored === next.digest) {
    await touchInventory(tx, machineId, now);
    // A newer server may read more out of the same inventory.
    await refreshMachine(tx, machineId, listColumns(next.inventory));
    return { wantsWhole: false };
  }
  const packed = await deps.catalogue.pack(tx, texts);
  const row = {
    machine_id: machineId,
    digest: next.digest,
    is_exact: Number(next.isExact),
    received_at: now,
  };
  await saveInventory(tx, row, next.inventory, packed);
  await refreshMachine(tx, machineId, listColumns(next.inventory));
  if (attributes?.size === 0) return { wantsWhole: false };
  await deps.changes.changed(tx, machineId, attributes);
  const names = attributes === null ? null : [...attributes];
  await deps.events.publish(tx, 'machines.inventory-changed', { machineId, attributes: names });
  await tellHistory(deps, tx, machineId, prepared);
  return { wantsWhole: false };
}

/** The first inventory is no change, and that of a new start alone is no news. */
async function tellHistory(
  { status }: Told,
  tx: Tx,
  machineId: string,
  { stood, difference }: PreparedInventory,
) {
  if (stood === null || isEmptyDifference(difference)) return;
  const { software } = difference;
  await status.append(tx, {
    severity: 'info',
    component: 'machines',
    code: 'machine.inventory-changed',
    machineId,
    params: {
      sections: Object.keys(difference).join(', '),
      added: software?.added.length ?? 0,
      changed: software?.changed.length ?? 0,
      removed: software?.removed.length ?? 0,
    },
  });
}
