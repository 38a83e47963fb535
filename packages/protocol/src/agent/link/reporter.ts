import type { ReportReply } from '../reports.ts';
import { flushOutbox } from './flush.ts';
import type { LinkState } from './link-state.ts';

/** Where the site did not say when to come back. */
const heartbeatEveryMs = 60_000;
/** A heartbeat is on its way. */
const underWay = Number.MAX_SAFE_INTEGER;

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
      if (state.now() < heartbeatAt) {
        await flush(signal);
        return heartbeatAt - state.now();
      }
      heartbeatAt = underWay;
      try {
        await state.heartbeat();
        const { heartbeatMs, jitterMs } = (await flush(signal)) ?? {
          heartbeatMs: heartbeatEveryMs,
          jitterMs: 0,
        };
        // Meanwhile the state of the machine may have changed, and another one is due.
        if (heartbeatAt === underWay) heartbeatAt = state.now() + heartbeatMs + state.random() * jitterMs;
      } catch (error) {
        heartbeatAt = 0;
        throw error;
      }
      return heartbeatAt - state.now();
    },
  };
}
