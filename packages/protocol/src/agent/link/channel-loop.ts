import { longestSpreadMs } from '../channel.ts';
import { waitAfter } from './back-off.ts';
import { type ChannelEnd, holdChannel } from './channel.ts';
import type { Carrier } from './channel-calls.ts';
import type { LinkState } from './link-state.ts';
import { pause } from './wake-up.ts';

const silenceLimitMs = 60_000;

/** Keeps a channel open until the signal aborts: back-off after failures, a spread return after a goodbye. */
export async function keepChannel(state: LinkState, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    const end = await holdOne(state, signal);
    if (signal.aborted) return;
    failures = end.wasOpen ? 1 : failures + 1;
    const { cause } = end;
    state.onEvent(end.wasOpen ? { type: 'disconnected', cause } : { type: 'failed', what: 'channel', cause });
    await pause(waitBefore(state, end, failures), signal, state.after);
  }
}

function waitBefore(state: LinkState, end: ChannelEnd, failures: number): number {
  if (end.reconnectWithinMs !== null) return state.random() * end.reconnectWithinMs;
  return waitAfter({ failures, random: state.random(), cause: end.cause, backOff: state.backOff });
}

async function holdOne(state: LinkState, signal: AbortSignal): Promise<ChannelEnd> {
  let token: string;
  try {
    token = await state.tokens.get(signal);
  } catch (cause) {
    return { wasOpen: false, reconnectWithinMs: null, cause };
  }
  const end = await holdChannel({
    url: state.client.url,
    rootCertificate: state.client.rootCertificate,
    agent: state.client.sharedAgent,
    token,
    signal,
    silenceLimitMs: state.silenceLimitMs ?? silenceLimitMs,
    onOpen: (calls) => opened(state, calls),
    onNudge(withinMs) {
      state.onEvent({ type: 'nudged' });
      if (withinMs === 0) return state.asking.poke();
      // The channel may close meanwhile, the link may not.
      const waitMs = state.random() * Math.min(withinMs, longestSpreadMs);
      void pause(waitMs, signal, state.after).then(() => state.asking.poke());
    },
  });
  state.calls = null;
  if (!end.wasOpen) state.tokens.discard();
  return end;
}

/** What was nudged while there was no connection is asked for, and what could not be sent is sent. */
function opened(state: LinkState, calls: Carrier | null): void {
  state.calls = calls;
  state.onEvent({ type: 'connected' });
  state.asking.poke();
  state.sending.poke();
  state.reconnected.abort();
  state.reconnected = new AbortController();
}
