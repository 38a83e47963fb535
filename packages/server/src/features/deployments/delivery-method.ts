import { chooseMethod, type EffectiveDelivery, type MethodChoice, type Reason } from '@tenkai/domain';
import type { RunsTable } from './tables.ts';

/** The site has no sender: the choice says so for each machine, instead of promising what does not come. */
const multicastRefusal: Reason = { code: 'unicast-no-multicast', params: {} };

/** How the content of a run that is released now comes to its machine, and why that way. */
export function methodFor(
  { wave_id, alone }: Pick<RunsTable, 'wave_id' | 'alone'>,
  delivery: EffectiveDelivery,
): MethodChoice {
  return chooseMethod({ delivery, alone, isInWave: wave_id !== null, multicastRefusal });
}
