import { RemoteProblem } from '../../problem.ts';

/** How long to wait before the next try, and how the waits of many agents are spread. */
export interface BackOff {
  /** First wait at most, milliseconds. */
  readonly firstMs: number;
  /** No wait is longer. */
  readonly longestMs: number;
}

export const defaultBackOff: BackOff = { firstMs: 1000, longestMs: 60_000 };

/** What a wait depends on, and by what it is spread. */
export interface Failed {
  readonly failures: number;
  /** Uniform in [0, 1). */
  readonly random: number;
  readonly cause: unknown;
  readonly backOff?: BackOff | undefined;
}

/** As `backOffMs`, but never before the time that the site has named; a fleet comes back spread over half of it more. */
export function waitAfter({ failures, random, cause, backOff }: Failed): number {
  const named = retryAfterOf(cause);
  const own = backOffMs(failures, random, backOff);
  return named === null ? own : Math.max(own, Math.round(named * (1 + random / 2)));
}

export const retryAfterOf = (cause: unknown) => (cause instanceof RemoteProblem ? cause.retryAfterMs : null);

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
