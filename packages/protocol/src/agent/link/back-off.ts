/** How long to wait before the next try, and how the waits of many agents are spread. */
export interface BackOff {
  /** First wait at most, milliseconds. */
  readonly firstMs: number;
  /** No wait is longer. */
  readonly longestMs: number;
}

export const defaultBackOff: BackOff = { firstMs: 1000, longestMs: 60_000 };

/**
 * Full jitter: a random part of a limit that doubles with each failure, and never less than a tenth of it, so that
 * a fleet whose site was down comes back spread evenly.
 * @param failures how many tries in a row have failed, from 1
 * @param random uniform in [0, 1)
 */
export function backOffMs(
  failures: number,
  random: number,
  { firstMs, longestMs }: BackOff = defaultBackOff,
) {
  const limit = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(limit * (0.1 + 0.9 * random));
}
