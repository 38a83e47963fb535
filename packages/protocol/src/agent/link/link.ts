import { Type } from 'typebox';
import { agentPaths } from '../channel.ts';
import type { SignedOrder } from '../orders.ts';
import type { ProgressBatch, ReportReply } from '../reports.ts';
import { authorizedCall } from './authorized.ts';
import { type BackOff, defaultBackOff } from './back-off.ts';
import { keepChannel } from './channel-loop.ts';
import type { Signer } from './enroll.ts';
import { askForOrders } from './order-loop.ts';
import type { OutboxPort } from './outbox-port.ts';
import { repeat } from './repeat.ts';
import { createReporter } from './reporter.ts';
import type { SiteClient } from './site-client.ts';
import { createTokenSource, type TokenSource } from './token.ts';
import { createWakeUp, type WakeUp } from './wake-up.ts';

/** What became of the connection, for logs and the status command. */
export type LinkEvent =
  | { readonly type: 'connected' }
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
}

/** What the loops of one link have in common. */
export interface LinkState extends LinkDeps {
  readonly tokens: TokenSource;
  readonly backOff: BackOff;
  readonly sending: WakeUp;
  readonly asking: WakeUp;
  /** Aborts whenever the channel opens: who waits after a failure tries again at once. */
  reconnected: AbortController;
}

/** The client half of the agent protocol: shared by agent and simulator. */
export interface Link {
  /** Keeps the machine in touch until the signal aborts; never throws. */
  run(signal: AbortSignal): Promise<void>;
  /** There is something new in the outbox. */
  sendSoon(): void;
  /** The machine's state has changed: a heartbeat now. */
  heartbeatSoon(): void;
  /** Heartbeat, reports and orders now. */
  checkInSoon(): void;
  /** Sends what lies in the outbox, once. @throws RemoteProblem, Failure site-unreachable */
  flush(signal: AbortSignal): Promise<void>;
  /** @throws RemoteProblem, Failure site-unreachable: progress that cannot be told is lost, by design. */
  sendProgress(batch: ProgressBatch, signal: AbortSignal): Promise<void>;
  /** The server's clock, epoch milliseconds. */
  serverTime(): number;
}

/** Makes the link of one machine; nothing happens before `run`. */
export function createLink(deps: LinkDeps): Link {
  const state: LinkState = {
    ...deps,
    tokens: createTokenSource(deps),
    backOff: deps.backOff ?? defaultBackOff,
    sending: createWakeUp(),
    asking: createWakeUp(),
    reconnected: new AbortController(),
  };
  const reporter = createReporter(state);
  const heartbeatSoon = () => {
    reporter.heartbeatIsDue();
    state.sending.poke();
  };
  return {
    async run(signal) {
      await Promise.all([
        keepChannel(state, signal),
        repeat(state, { what: 'reports', wakeUp: state.sending, act: reporter.report }, signal),
        repeat(state, { what: 'orders', wakeUp: state.asking, act: (s) => askForOrders(state, s) }, signal),
      ]);
    },
    sendSoon: () => state.sending.poke(),
    heartbeatSoon,
    checkInSoon() {
      heartbeatSoon();
      state.asking.poke();
    },
    async flush(signal) {
      await reporter.flush(signal);
    },
    async sendProgress(body, signal) {
      const request = {
        method: 'POST',
        path: agentPaths.progress,
        body,
        reply: Type.Unknown(),
        signal,
      } as const;
      await authorizedCall(state, request);
    },
    serverTime: state.tokens.serverTime,
  };
}
