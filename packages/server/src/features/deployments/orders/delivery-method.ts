import {
  chooseMethod,
  type DeliveryFigures,
  type EffectiveDelivery,
  type MethodChoice,
  methodUsed,
  type Reason,
} from '@tenkai/domain';
import type { Tx } from '../../../kernel/database/database.ts';
import { setMethod } from '../runs/plans.store.ts';
import type { LoadedRun } from '../runs/runs.store.ts';
import type { RunsTable } from '../tables.ts';

/** How the content of a run that is released now comes to its machine, and why that way. */
export function methodFor(
  { wave_id, alone }: Pick<RunsTable, 'wave_id' | 'alone'>,
  delivery: EffectiveDelivery,
  multicastRefusal: Reason | null,
): MethodChoice {
  return chooseMethod({ delivery, alone, isInWave: wave_id !== null, multicastRefusal });
}

/** The machine has its content: from now on is said how it came, no longer how it was to come. */
export async function recordDelivery(
  tx: Tx,
  { row }: LoadedRun,
  { attempt, delivery }: { attempt: number; delivery?: DeliveryFigures },
): Promise<void> {
  if (attempt !== row.attempt || row.method !== 'multicast' || row.method_reason === null) return;
  const chosen = { method: row.method, reason: JSON.parse(row.method_reason) as Reason };
  const used = methodUsed(chosen, delivery);
  if (used !== chosen) await setMethod(tx, row.id, used);
}
