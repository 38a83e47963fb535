import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AgentComponent, CertificatesFact, FirewallFact, Inventory } from '@tenkai/domain';
import {
  diffInventory,
  inventoryDigestInput,
  isEmptyDifference,
  normalizeInventory,
} from '@tenkai/domain/machine/difference.ts';
import type { InventoryReport } from '@tenkai/protocol/agent/reports.ts';
import type { DataFolder } from '../data-folder.ts';
import { readJson, writeDurably } from '../durable-file.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Platform } from '../platform/platform.ts';
import { agentVersion } from '../version.ts';

export interface InventoryDeps {
  readonly data: DataFolder;
  readonly outbox: Outbox;
  readonly platform: Platform;
  readonly components: () => AgentComponent[];
  /** Undefined: not looked at. */
  readonly firewall: () => Promise<FirewallFact | undefined>;
  /** Undefined: it was not possible to look. */
  readonly certificates: (signal: AbortSignal) => Promise<CertificatesFact | undefined>;
}

interface LastInventory {
  readonly digest: string;
  readonly inventory: Inventory;
}

/**
 * Collects the inventory and puts into the outbox what changed since the last one; all of it where there was none,
 * or the site asks for it.
 * @returns false where nothing has changed
 */
export async function reportInventory(
  deps: InventoryDeps,
  wantsWhole: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { data, outbox, platform, components } = deps;
  const firewall = await deps.firewall();
  const certificates = await deps.certificates(signal);
  const file = join(data.root, 'inventory.json');
  const facts = await platform.inventory.collect(signal);
  const inventory = normalizeInventory({
    ...facts,
    agent: {
      version: agentVersion,
      components: components(),
      ...(firewall ? { firewall } : {}),
      ...(certificates ? { certificates } : {}),
    },
  });
  const last = wantsWhole ? undefined : readJson<LastInventory>(file);
  const report = inventoryReport(last, inventory);
  if (!report) return false;
  outbox.put(report);
  // After a crash in between the site gets the same difference twice, and asks for all of it.
  writeDurably(file, JSON.stringify({ digest: report.digest, inventory } satisfies LastInventory));
  return true;
}

/** Pure: the report about an inventory, given the one before; null where they are equal. */
export function inventoryReport(
  last: LastInventory | undefined,
  inventory: Inventory,
): InventoryReport | null {
  const digest = createHash('sha256').update(inventoryDigestInput(inventory)).digest('hex');
  if (!last) return { kind: 'inventory', base: null, digest, whole: inventory, difference: null };
  const difference = diffInventory(last.inventory, inventory);
  if (isEmptyDifference(difference)) return null;
  return { kind: 'inventory', base: last.digest, digest, whole: null, difference };
}
