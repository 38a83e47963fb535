/** So many at once, and as many again in each period. */
export interface RateLimit {
  readonly burst: number;
  readonly periodMs: number;
}

/** Names that are remembered; who has not come for a period is forgotten first. */
const mostNames = 1000;

/** Counts what each name does; `take` says whether one more is allowed. */
export function createRateLimit({ burst, periodMs }: RateLimit, nowMs: () => number) {
  const buckets = new Map<string, { left: number; at: number }>();
  return (name: string): boolean => {
    const at = nowMs();
    const before = buckets.get(name) ?? { left: burst, at };
    const left = Math.min(burst, before.left + (Math.max(0, at - before.at) * burst) / periodMs);
    buckets.delete(name);
    if (buckets.size >= mostNames) buckets.delete(buckets.keys().next().value as string);
    buckets.set(name, { left: left >= 1 ? left - 1 : left, at });
    return left >= 1;
  };
}
