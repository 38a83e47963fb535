import { randomUUID } from 'node:crypto';
import * as Type from 'typebox';
import { AvailableReply } from '../available.ts';
import { agentPaths } from '../channel.ts';
import type { ProgressBatch } from '../reports.ts';
import { authorizedCall } from './authorized.ts';
import { defaultBackOff } from './back-off.ts';
import { keepChannel } from './channel-loop.ts';
import type { LinkDeps, LinkState } from './link-state.ts';
import { askForOrders } from './order-loop.ts';
import { repeat } from './repeat.ts';
import { createReporter } from './reporter.ts';
import { createTokenSource } from './token.ts';
import { createWakeUp, timerAfter } from './wake-up.ts';

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
  /** What people may ask for on this machine. @throws RemoteProblem, Failure site-unreachable */
  available(signal: AbortSignal): Promise<AvailableReply>;
  /** The server's clock, epoch milliseconds. */
  serverTime(): number;
}

/** Makes the link of one machine; nothing happens before `run`. */
export function createLink(deps: LinkDeps): Link {
  const { after = timerAfter } = deps;
  const state: LinkState = {
    ...deps,
    after,
    tokens: createTokenSource({ ...deps, instance: randomUUID() }),
    backOff: deps.backOff ?? defaultBackOff,
    sending: createWakeUp(after),
    asking: createWakeUp(after),
    reconnected: new AbortController(),
    calls: null,
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
    available: (signal) =>
      authorizedCall(state, { method: 'GET', path: agentPaths.available, reply: AvailableReply, signal }),
    serverTime: state.tokens.serverTime,
  };
}
