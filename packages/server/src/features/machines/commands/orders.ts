import { type Order, orderProof, type SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Deps } from '../needs.ts';
import { createOrderLane } from './order-lane.ts';

/** Everything that is open for any of these machines; asked again and again, so the same order keeps its id. */
export type OrderSource = (machineIds: readonly string[]) => Promise<readonly Order[]>;

export interface Orders {
  register(source: OrderSource): void;
  /** All open orders of a machine, signed by the site (law 11). */
  fetch(machineId: string): Promise<SignedOrder[]>;
  /** Whether the machine should ask for orders: it was nudged, or the server was started, since it last did. */
  mayHave(machineId: string): boolean;
}

export function createOrders({ keys, channel }: Pick<Deps, 'keys' | 'channel'>): Orders {
  const sources: OrderSource[] = [];
  const lane = createOrderLane(async (machineIds) => {
    const found = await Promise.all(sources.map((source) => source(machineIds)));
    return Map.groupBy(found.flat(), (order) => order.machineId);
  });
  // Empty after a start: each machine then asks once, and nothing needs to be remembered on disk.
  const upToDate = new Set<string>();
  channel.onNudge((machineId) => void upToDate.delete(machineId));
  return {
    register: (source) => void sources.push(source),
    async fetch(machineId) {
      // Before looking: a nudge that comes meanwhile must not be forgotten.
      upToDate.add(machineId);
      try {
        return (await lane(machineId)).map((order) => sign(keys, order));
      } catch (error) {
        upToDate.delete(machineId);
        throw error;
      }
    },
    mayHave: (machineId) => !upToDate.has(machineId),
  };
}

function sign(keys: Deps['keys'], order: Order): SignedOrder {
  const payload = JSON.stringify(order);
  return { payload, ...keys.sign(orderProof(payload)) };
}
