import { once } from 'node:events';

/** Lets one loop wait until there is something to do. A poke while nobody waits is kept. */
export interface WakeUp {
  poke(): void;
  /** Returns at the next poke, after `limitMs`, or when the signal aborts, whichever is first. */
  wait(limitMs: number, signal: AbortSignal): Promise<void>;
}

/** Longest delay of a timer in Node. */
const longestTimerMs = 2 ** 31 - 1;

export function createWakeUp(): WakeUp {
  const target = new EventTarget();
  let isPoked = false;
  return {
    poke() {
      isPoked = true;
      target.dispatchEvent(new Event('poke'));
    },
    async wait(limitMs, signal) {
      if (!isPoked && !signal.aborted) await firstOf(target, limitMs, signal);
      isPoked = false;
    },
  };
}

async function firstOf(target: EventTarget, limitMs: number, signal: AbortSignal): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), Math.min(Math.max(limitMs, 0), longestTimerMs));
  try {
    await once(target, 'poke', { signal: AbortSignal.any([signal, limit.signal]) });
  } catch {
    // Time is up, or the loop is to end: its caller looks at the signal itself.
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a time; ends early, without an error, when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return createWakeUp().wait(ms, signal);
}
