import type { Clock } from '../../kernel/clock.ts';

/** A look each quarter of a minute: whoever misses so many was asleep, or held up for good. */
const longestPauseMs = 120_000;

/**
 * How long this server has listened without a pause, ms, asked at each look. What is silent since before that may have
 * spoken to nobody: the server was down, its host was asleep, or somebody has set the clock.
 */
export function createListening(clock: Clock): () => number {
  let since = clock.now();
  let latest = since;
  return () => {
    const now = clock.now();
    if (now < latest || now - latest > longestPauseMs) since = now;
    latest = now;
    return now - since;
  };
}
