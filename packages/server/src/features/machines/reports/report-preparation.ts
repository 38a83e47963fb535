import { Failure } from '@tenkai/domain/failure.ts';
import type { InventoryReport } from '@tenkai/protocol/agent/reports.ts';
import { type KnownInventory, loadKnown, prepareInventory } from '../inventory/inventory.ts';
import type { Deps } from '../needs.ts';
import { type JudgedReport, judgeReports, type LooseBatch } from './report-forms.ts';

/** Everything about a batch that needs no transaction: forms, and the work that inventories are (law 5). */
export async function prepareBatch(
  deps: Pick<Deps, 'db' | 'catalogue'>,
  machineId: string,
  batch: LooseBatch,
): Promise<JudgedReport[]> {
  const judged = judgeReports(batch);
  if (!judged.some(({ report }) => report?.kind === 'inventory')) return judged;
  let known: KnownInventory | null = await loadKnown(deps, machineId);
  const prepared: JudgedReport[] = [];
  for (const each of judged) {
    if (each.report?.kind !== 'inventory') {
      prepared.push(each);
      continue;
    }
    await ownTurn();
    const next = prepare(each, each.report, known);
    prepared.push(next);
    known = next.inventory?.next ?? known;
  }
  return prepared;
}

let lastTurn: Promise<void> = Promise.resolve();
let sliceEndsAt = 0;

/** Differences take a tenth of a millisecond each: several fit. */
const sliceMs = 2;

/**
 * A whole inventory is some milliseconds of work: they are worked out one after another, with a turn of the event loop
 * after each slice of time, so that a page waits for one of them and not for all that came together.
 */
function ownTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => (performance.now() < sliceEndsAt ? undefined : nextSlice()));
  return lastTurn;
}

function nextSlice(): Promise<void> {
  return new Promise((resolve) =>
    setImmediate(() => {
      sliceEndsAt = performance.now() + sliceMs;
      resolve();
    }),
  );
}

function prepare(judged: JudgedReport, report: InventoryReport, known: KnownInventory | null): JudgedReport {
  try {
    return { ...judged, inventory: prepareInventory(known, report, judged.raw as InventoryReport) };
  } catch (error) {
    if (error instanceof Failure) return { ...judged, problem: error.code };
    // Text that no digest can be made of, such as half of a surrogate pair.
    if (error instanceof TypeError) return { ...judged, problem: 'invalid-request' };
    throw error;
  }
}
