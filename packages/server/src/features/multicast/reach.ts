import { isOnNetwork } from '@tenkai/domain';
import type { Card } from './fitness.ts';

/** How far the site's own sessions are heard. */
export interface Reach {
  readonly card: Card;
  /** Routers that a datagram may pass, and one. */
  readonly ttl: number;
}

/** Whether a machine with these addresses takes part in the site's own session, or is behind a router. */
export function hearsSite({ card, ttl }: Reach, addresses: readonly string[]): boolean {
  return ttl !== 1 || isOnNetwork(card.network, addresses);
}
