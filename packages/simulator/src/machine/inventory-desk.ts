import { createHash } from 'node:crypto';
import type { Inventory } from '@tenkai/domain';
import { diffInventory, inventoryDigestInput, isEmptyDifference } from '@tenkai/domain/machine/difference.ts';
import type { NumberedReport } from '@tenkai/protocol/agent/link/index.ts';
import { inventoryOf, inventoryWith, type MachineMemory } from './facts.ts';
import type { FleetPlan } from './fleet-plan.ts';
import type { Outbox } from './outbox.ts';

/** Reports the inventory of one machine; of what was told it keeps the digest and what it was made from. */
export interface InventoryDesk {
  /** What changed since the last report; everything where there was none. @returns false: nothing */
  change(memory: MachineMemory, bootedAt: number): boolean;
  /** All of it, unless all of it is on its way. @returns false: it is */
  whole(memory: MachineMemory, bootedAt: number): boolean;
  acknowledged(reports: readonly NumberedReport[]): void;
}

interface Told {
  readonly digest: string;
  readonly boots: number;
  readonly bootedAt: number;
  readonly installed: MachineMemory['installed'];
}

export function createInventoryDesk(plan: FleetPlan, index: number, outbox: Outbox): InventoryDesk {
  let told: Told | null = null;
  let wholeOnItsWay = false;

  const tell = (memory: MachineMemory, bootedAt: number, next: Inventory, before: Told | null): boolean => {
    const digest = createHash('sha256').update(inventoryDigestInput(next)).digest('hex');
    if (!before) outbox.put({ kind: 'inventory', base: null, digest, whole: next, difference: null });
    else {
      const isSameStart = before.boots === memory.boots && before.bootedAt === bootedAt;
      const previous = isSameStart
        ? inventoryWith(plan, index, next, before)
        : inventoryOf(plan, index, before, before.bootedAt);
      const difference = diffInventory(previous, next);
      if (isEmptyDifference(difference)) return false;
      outbox.put({ kind: 'inventory', base: before.digest, digest, whole: null, difference });
    }
    if (!before) wholeOnItsWay = true;
    told = { digest, boots: memory.boots, bootedAt, installed: memory.installed };
    return true;
  };
  return {
    change(memory, bootedAt) {
      const isSame = told?.boots === memory.boots && told.installed === memory.installed;
      return !isSame && tell(memory, bootedAt, inventoryOf(plan, index, memory, bootedAt), told);
    },
    whole(memory, bootedAt) {
      if (wholeOnItsWay) return false;
      return tell(memory, bootedAt, inventoryOf(plan, index, memory, bootedAt), null);
    },
    acknowledged(reports) {
      if (reports.some(({ report }) => report.kind === 'inventory' && report.whole !== null))
        wholeOnItsWay = false;
    },
  };
}
