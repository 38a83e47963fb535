import { setImmediate as nextTurn } from 'node:timers/promises';

/** One value, and whoever waits for what comes of it. */
export interface Waiting<T, R> {
  readonly value: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

export interface Gathering<T, R> {
  /** How many of those that wait, oldest first, are taken next; at least one. */
  readonly countThatFits: (waiting: readonly Waiting<T, R>[]) => number;
  /** Resolves or rejects each of them, and never throws. The next ones are taken when it has resolved. */
  readonly take: (group: readonly Waiting<T, R>[]) => Promise<void>;
}

/**
 * Where the requests of many machines come together: what is given in the same turn of the event loop, or while those
 * before are at work, is taken together. Between groups the loop turns, so that nobody else waits for all of them.
 */
export function gather<T, R>({ countThatFits, take }: Gathering<T, R>): (value: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = [];
  let isBusy = false;
  const drain = async () => {
    while (waiting.length > 0) {
      await nextTurn();
      await take(waiting.splice(0, countThatFits(waiting)));
    }
    isBusy = false;
  };
  return (value) =>
    new Promise((resolve, reject) => {
      waiting.push({ value, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      void drain();
    });
}
