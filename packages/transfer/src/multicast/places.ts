import { type Assembly, openAssembly, PLACE_BYTES } from './assembly.ts';
import type { Segment } from './segments.ts';
import { openShardMemory } from './shard-memory.ts';

/** The memory in which segments are put together: so many places and no more, whatever arrives. */
export interface Places {
  readonly open: ReadonlyMap<number, Assembly | 'delivering'>;
  /** A place for a segment, where there is one. `live`: segments that the sender has under way. */
  take(segment: Segment, live: ReadonlySet<number>, isLossy: boolean): Assembly | undefined;
  startDelivery(segment: number, now: number): void;
  /** For how many milliseconds there has been no place, because all of them wait for the disk. */
  waitedMs(now: number): number;
  /** Frees the place; returns for how many milliseconds there was no other. */
  endDelivery(segment: number, now: number): number;
  /** Frees the place of a segment that will not come this way, and takes it no more. */
  giveUp(segment: number): void;
}

export function createPlaces(count: number): Places {
  const memory = openShardMemory(count * PLACE_BYTES);
  const free = Array.from({ length: count }, (_, place) => place * PLACE_BYTES);
  const open = new Map<number, Assembly | 'delivering'>();
  const delivering = new Map<number, number>();
  const givenUp = new Set<number>();
  let fullSince: number | undefined;
  const waitedMs = (now: number) => (fullSince === undefined ? 0 : now - fullSince);
  const release = (segment: number) => {
    const assembly = open.get(segment);
    const at = assembly === 'delivering' ? delivering.get(segment) : assembly?.at;
    open.delete(segment);
    delivering.delete(segment);
    if (at !== undefined) free.push(at);
  };
  return {
    open,
    take(segment, live, isLossy) {
      if (givenUp.has(segment.index)) return undefined;
      if (free.length === 0) {
        const stale = stalest(open, live);
        if (stale !== undefined) release(stale);
      }
      const at = free.pop();
      if (at === undefined) return undefined;
      const assembly = openAssembly(segment, memory, at, isLossy);
      open.set(segment.index, assembly);
      return assembly;
    },
    startDelivery(segment, now) {
      const assembly = open.get(segment);
      if (assembly === undefined || assembly === 'delivering') return;
      delivering.set(segment, assembly.at);
      open.set(segment, 'delivering');
      if (delivering.size === count) fullSince ??= now;
    },
    waitedMs,
    endDelivery(segment, now) {
      release(segment);
      const waited = waitedMs(now);
      fullSince = undefined;
      return waited;
    },
    giveUp(segment) {
      release(segment);
      givenUp.add(segment);
    },
  };
}

/** The open segment that was touched longest ago and that the sender has no longer under way. */
function stalest(open: Map<number, Assembly | 'delivering'>, live: ReadonlySet<number>): number | undefined {
  let found: Assembly | undefined;
  for (const assembly of open.values()) {
    if (assembly === 'delivering' || live.has(assembly.segment.index)) continue;
    if (!found || assembly.touchedAt < found.touchedAt) found = assembly;
  }
  return found?.segment.index;
}
