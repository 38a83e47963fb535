import type { ReportReply } from '../reports.ts';
import { flushOutbox } from './flush.ts';
import type { LinkState } from './link.ts';

/** Where the site did not say when to come back. */
const heartbeatEveryMs = 60_000;

/** Sends reports, and sees to it that there is a heartbeat among them when one is due. */
export function createReporter(state: LinkState) {
  let heartbeatAt = 0;

  const flush = async (signal: AbortSignal): Promise<ReportReply | null> => {
    const reply = await flushOutbox(state, signal);
    if (reply?.hasOrders) state.asking.poke();
    if (reply) state.onEvent({ type: 'checked-in', reply });
    return reply;
  };
  return {
    flush,
    heartbeatIsDue() {
      heartbeatAt = 0;
    },
    /** @returns milliseconds until the next heartbeat. */
    async report(signal: AbortSignal): Promise<number> {
      const isDue = state.now() >= heartbeatAt;
      // It stays due until the site has answered: each new try replaces the heartbeat that still waits.
      if (isDue) await state.heartbeat();
      const reply = await flush(signal);
      const { heartbeatMs, jitterMs } = reply ?? { heartbeatMs: heartbeatEveryMs, jitterMs: 0 };
      if (isDue) heartbeatAt = state.now() + heartbeatMs + state.random() * jitterMs;
      return heartbeatAt - state.now();
    },
  };
}
