import { retryAfterOf, waitAfter } from './back-off.ts';
import type { LinkState } from './link-state.ts';
import { pause, type WakeUp } from './wake-up.ts';

interface Repeated {
  readonly what: 'reports' | 'orders';
  readonly wakeUp: WakeUp;
  /** @returns after how many milliseconds to act again if nobody pokes. */
  readonly act: (signal: AbortSignal) => Promise<number>;
}

/** Does an act each time it is woken; after a failure again with growing waits, until the signal aborts. */
export async function repeat(
  state: LinkState,
  { what, wakeUp, act }: Repeated,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      const waitMs = await act(signal);
      failures = 0;
      await wakeUp.wait(waitMs, signal);
    } catch (cause) {
      if (signal.aborted) return;
      failures += 1;
      state.onEvent({ type: 'failed', what, cause });
      const { backOff } = state;
      const waitMs = waitAfter({ failures, random: state.random(), cause, backOff });
      // A new channel says that the site is back, not that it has time before it said so.
      const until =
        retryAfterOf(cause) === null ? AbortSignal.any([signal, state.reconnected.signal]) : signal;
      await pause(waitMs, until, state.after);
    }
  }
}
