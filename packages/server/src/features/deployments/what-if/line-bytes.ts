import { type DeploymentDraft, deliveryOf, effectiveDelivery, type ForecastRow } from '@tenkai/domain';
import type { ForeseenGroup } from '../../multicast/index.ts';
import type { Deps } from '../needs.ts';
import { methodFor } from '../orders/delivery-method.ts';
import type { ShownMachine } from './what-if.facts.ts';

/** A machine that would get bytes. */
export interface Served {
  readonly row: ForecastRow;
  readonly shown: ShownMachine;
}

interface Group extends ForeseenGroup {
  readonly machines: ReturnType<typeof foreseen>[];
}

/**
 * Bytes that cross the line of its subnet for each machine. Who begins together (of one wave, and at the same time
 * where runs take their longest) gathers for one stream; who waits for something that nobody can date comes alone.
 */
export async function lineBytes(
  { multicast }: Pick<Deps, 'multicast'>,
  draft: DeploymentDraft,
  served: readonly Served[],
): Promise<ReadonlyMap<string, number>> {
  const bytes = new Map(served.map(({ row, shown }) => [row.id, shown.bytes]));
  const delivery = effectiveDelivery(deliveryOf(draft));
  const groups = new Map<string, Group>();
  for (const { row, shown } of served) {
    const { method } = methodFor(
      { wave_id: row.wave?.toString() ?? null, alone: null },
      delivery,
      multicast.refusal(),
    );
    if (method === 'unicast' || row.latestStartAt === null) continue;
    for (const { contentId, bytes: contentBytes } of shown.contents) {
      const key = `${row.wave} ${row.latestStartAt} ${contentId}`;
      const group: Group = groups.get(key) ?? { contentBytes, machines: [] };
      groups.set(key, group);
      group.machines.push(foreseen(shown));
    }
  }
  const all = [...groups.values()];
  const crossings = await multicast.foresee(all);
  for (const [index, { machines, contentBytes }] of all.entries())
    for (const { id } of machines)
      if (!crossings[index]?.has(id)) bytes.set(id, (bytes.get(id) ?? 0) - contentBytes);
  return bytes;
}

function foreseen({ id, addresses, address }: ShownMachine) {
  return { id, addresses, address };
}
