export interface RateLimiter {
  /** Accounts for bytes that have arrived; returns how many milliseconds to pause before reading on. */
  debit(bytes: number): number;
}

export interface RateLimit {
  /** Bytes per second over all connections together; a function where it changes with the time of day. */
  readonly bytesPerSecond: number | (() => number | undefined) | undefined;
  /** Monotonic clock, milliseconds. */
  readonly now: () => number;
}

/** How far ahead of the limit the line may run, in seconds of it: smooths, and never lets a burst fill a thin line. */
const BURST_SECONDS = 0.1;

/** A token bucket shared by all connections of one download (DIST-34). */
export function createRateLimiter({ bytesPerSecond, now }: RateLimit): RateLimiter {
  let owedBytes = 0;
  let last = now();
  return {
    debit(bytes) {
      const limit = typeof bytesPerSecond === 'function' ? bytesPerSecond() : bytesPerSecond;
      const elapsed = now() - last;
      last += elapsed;
      if (limit === undefined || limit <= 0) {
        owedBytes = 0;
        return 0;
      }
      owedBytes = Math.max(0, owedBytes - (elapsed / 1000) * limit) + bytes;
      const aheadBytes = owedBytes - limit * BURST_SECONDS;
      return aheadBytes <= 0 ? 0 : (aheadBytes / limit) * 1000;
    },
  };
}
