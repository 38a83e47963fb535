import { setTimeout as delay } from 'node:timers/promises';

/** Where the server's time comes from. Times are epoch milliseconds. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when the signal is aborted: whoever waits looks at the signal itself. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** setTimeout overflows above this and would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) =>
    delay(Math.min(Math.max(ms, 0), longestTimerMs), undefined, signal ? { signal } : {}).catch(() => {}),
};

export interface FakeClock extends Clock {
  /** Moves time forward and wakes everybody whose wait has ended; negative: puts it back, which ends no wait and lengthens none. */
  advance(ms: number): void;
}

/** A clock that stands still until it is told to move. For tests. */
export function createFakeClock(start = Date.UTC(2026, 0, 5, 9)): FakeClock {
  let now = start;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => now,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || ms <= 0) return resolve();
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          resolve();
        });
      }),
    advance(ms) {
      now += ms;
      if (ms < 0) for (const sleeper of sleepers) sleeper.at += ms;
      for (const sleeper of [...sleepers].sort((a, b) => a.at - b.at)) {
        if (sleeper.at > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}
