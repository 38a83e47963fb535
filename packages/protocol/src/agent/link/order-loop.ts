import { agentPaths } from '../channel.ts';
import { OrdersReply } from '../orders.ts';
import { authorizedCall } from './authorized.ts';
import type { LinkState } from './link-state.ts';

/** Asked without a nudge this often: a nudge may be lost with its connection. */
const ordersEveryMs = 15 * 60_000;

/** Fetches what is open and hands it over; the handler decides what of it is new. */
export async function askForOrders(state: LinkState, signal: AbortSignal): Promise<number> {
  const request = { method: 'GET', path: agentPaths.orders, reply: OrdersReply, signal } as const;
  const { orders } = await authorizedCall(state, request);
  await state.onOrders(orders);
  return ordersEveryMs;
}
