import type { SignedOrder } from '../orders.ts';
import type { ReportReply } from '../reports.ts';
import type { BackOff } from './back-off.ts';
import type { Carrier } from './channel-calls.ts';
import type { Signer } from './enroll.ts';
import type { OutboxPort } from './outbox-port.ts';
import type { SiteClient } from './site-client.ts';
import type { TokenSource } from './token.ts';
import type { After, WakeUp } from './wake-up.ts';

/** What became of the connection, for logs and the status command. */
export type LinkEvent =
  | { readonly type: 'connected' }
  /** The site has something to fetch. */
  | { readonly type: 'nudged' }
  | { readonly type: 'disconnected'; readonly cause: unknown }
  | { readonly type: 'checked-in'; readonly reply: ReportReply }
  | { readonly type: 'failed'; readonly what: 'channel' | 'reports' | 'orders'; readonly cause: unknown };

export interface LinkDeps {
  readonly client: SiteClient;
  readonly signer: Signer;
  readonly machineId: string;
  readonly outbox: OutboxPort;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Puts a heartbeat into the outbox; called at the start and then as often as the site asks for. */
  readonly heartbeat: () => Promise<void>;
  /** Gets everything that is open; it may hold orders that were seen before. */
  readonly onOrders: (orders: readonly SignedOrder[]) => Promise<void>;
  readonly onEvent: (event: LinkEvent) => void;
  readonly backOff?: BackOff;
  /** A channel from which nothing came for this long is given up. */
  readonly silenceLimitMs?: number;
  /** The clock of all waits; a process with thousands of links gives them one. */
  readonly after?: After;
}

/** What the loops of one link have in common. */
export interface LinkState extends LinkDeps {
  readonly tokens: TokenSource;
  readonly backOff: BackOff;
  readonly after: After;
  readonly sending: WakeUp;
  readonly asking: WakeUp;
  /** Aborts whenever the channel opens: who waits after a failure tries again at once. */
  reconnected: AbortController;
  /** Of the channel that is open, where the site takes calls over it. */
  calls: Carrier | null;
}
