/** Lets one loop wait until there is something to do. A poke while nobody waits is kept. */
export interface WakeUp {
  poke(): void;
  /** Returns at the next poke, after `limitMs`, or when the signal aborts, whichever is first. */
  wait(limitMs: number, signal: AbortSignal): Promise<void>;
}

/** Calls `act` once after a time, unless what it returns is called before. */
export type After = (ms: number, act: () => void) => () => void;

/** A timer of its own for each wait; who holds many links gives them one clock for all. */
export const timerAfter: After = (ms, act) => {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
};

/** Longest delay of a timer in Node. */
const longestTimerMs = 2 ** 31 - 1;

export function createWakeUp(after: After = timerAfter): WakeUp {
  const waiting = new Set<() => void>();
  let isPoked = false;
  return {
    poke() {
      isPoked = true;
      for (const end of [...waiting]) end();
    },
    async wait(limitMs, signal) {
      if (!isPoked && !signal.aborted)
        await new Promise<void>((resolve) => {
          const end = () => {
            cancel();
            signal.removeEventListener('abort', end);
            waiting.delete(end);
            resolve();
          };
          const cancel = after(Math.min(Math.max(limitMs, 0), longestTimerMs), end);
          signal.addEventListener('abort', end);
          waiting.add(end);
        });
      isPoked = false;
    },
  };
}

/** Waits for a time; ends early, without an error, when the signal aborts. */
export function pause(ms: number, signal: AbortSignal, after: After = timerAfter): Promise<void> {
  return createWakeUp(after).wait(ms, signal);
}
