import { setImmediate as nextTurn } from 'node:timers/promises';

/** Keeps rounds of work apart, so that what comes in a burst gathers and is done together. */
export interface Pace {
  /** Resolves in a later turn of the event loop: the next one where the last round is long enough ago. */
  turn(): Promise<void>;
  /** Until this settles somebody waits for the work to be done, and nothing is gained by letting it gather. */
  hurry(until: Promise<unknown>): void;
}

/**
 * One round each `everyMs` at most. What comes alone is not held up at all: only whoever comes less than that after
 * the round before waits for the rest of it.
 */
export function createPace(everyMs: number, now: () => number = () => performance.now()): Pace {
  let lastAt = Number.NEGATIVE_INFINITY;
  let hurried = 0;
  let wake = () => {};
  const gathering = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    async turn() {
      const restMs = lastAt + everyMs - now();
      await (hurried > 0 || restMs <= 0 ? nextTurn() : gathering(restMs));
      lastAt = now();
    },
    hurry(until) {
      hurried += 1;
      wake();
      const done = () => {
        hurried -= 1;
      };
      until.then(done, done);
    },
  };
}
