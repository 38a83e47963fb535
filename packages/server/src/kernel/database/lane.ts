/** One after another, in the order in which they came. */
export interface Lane {
  /** @returns lets the next one in */
  enter(): Promise<() => void>;
}

export function createLane(): Lane {
  let last: Promise<void> = Promise.resolve();
  return {
    async enter() {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      await before;
      return resolve;
    },
  };
}
