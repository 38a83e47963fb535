import { Failure } from '@tenkai/domain/failure.ts';
import type { Clock } from '../clock.ts';

/** Slows down guessing: after some free failures each further one doubles the wait for its key. */
export interface Attempts {
  /** @throws Failure too-many-attempts while one of the keys has to wait. */
  check(keys: readonly string[]): void;
  failed(keys: readonly string[]): void;
  succeeded(keys: readonly string[]): void;
}

const freeFailures = 5;
const firstWaitMs = 1000;
const longestWaitMs = 15 * 60_000;
/** Bounds memory under attack from many addresses: the oldest keys are forgotten first. */
const maxKeys = 50_000;

interface Entry {
  readonly failures: number;
  readonly until: number;
}

/** Keys are such as `address:192.0.2.7` and `name:admin`: both are counted, either may make wait. */
export function createAttempts(clock: Clock): Attempts {
  const entries = new Map<string, Entry>();
  const remember = (key: string, entry: Entry) => {
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size > maxKeys) entries.delete(entries.keys().next().value as string);
  };
  return {
    check(keys) {
      const until = Math.max(...keys.map((key) => entries.get(key)?.until ?? 0));
      // Under a clock that was put back, too, nobody waits longer than anybody may.
      const remainingMs = Math.min(until - clock.now(), longestWaitMs);
      if (remainingMs <= 0) return;
      throw new Failure('too-many-attempts', { seconds: Math.ceil(remainingMs / 1000) });
    },
    failed(keys) {
      for (const key of keys) remember(key, next(entries.get(key), clock.now()));
    },
    succeeded(keys) {
      for (const key of keys) entries.delete(key);
    },
  };
}

function next(entry: Entry | undefined, now: number): Entry {
  const isForgiven = entry !== undefined && now - entry.until > longestWaitMs;
  const failures = isForgiven ? 1 : (entry?.failures ?? 0) + 1;
  const extra = failures - freeFailures;
  const waitMs = extra <= 0 ? 0 : Math.min(firstWaitMs * 2 ** (extra - 1), longestWaitMs);
  return { failures, until: now + waitMs };
}
