import { type Order, orderProof, type SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Deps } from './needs.ts';

/** Everything that is open for a machine; asked again and again, so the same order keeps its id. */
export type OrderSource = (machineId: string) => Promise<readonly Order[]>;

export interface Orders {
  register(source: OrderSource): void;
  /** All open orders of a machine, signed by the site (law 11). */
  fetch(machineId: string): Promise<SignedOrder[]>;
  /** Whether the machine should ask for orders: it was nudged, or the server was started, since it last did. */
  mayHave(machineId: string): boolean;
}

export function createOrders({ keys, channel }: Pick<Deps, 'keys' | 'channel'>): Orders {
  const sources: OrderSource[] = [];
  // Empty after a start: each machine then asks once, and nothing needs to be remembered on disk.
  const upToDate = new Set<string>();
  channel.onNudge((machineId) => void upToDate.delete(machineId));
  return {
    register: (source) => void sources.push(source),
    async fetch(machineId) {
      // Before looking: a nudge that comes meanwhile must not be forgotten.
      upToDate.add(machineId);
      try {
        const found = await Promise.all(sources.map((source) => source(machineId)));
        return found.flat().map((order) => sign(keys, order));
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
