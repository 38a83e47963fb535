/**
 * Uniform in [0, 1), the same for the same seed and names: everything random about a fleet is asked for by name, so
 * that nothing depends on the order in which machines happen to do things.
 * FNV-1a over the names, then the finalizer of MurmurHash3 (both public domain).
 */
export function draw(seed: number, ...names: readonly (string | number)[]): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const name of names) {
    const text = String(name);
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    // Between two names, so that `1`, `23` is not `12`, `3`.
    hash = Math.imul(hash ^ 0xff, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Smallest and largest value. */
export type Range = readonly [number, number];

/** @param share uniform in [0, 1) */
export function within([least, most]: Range, share: number): number {
  return least + (most - least) * share;
}

/** @param share uniform in [0, 1) */
export function pick<T>(list: readonly T[], share: number): T {
  const found = list[Math.floor(share * list.length)];
  if (found === undefined) throw new Error('there is nothing to pick from');
  return found;
}

/** By the entries' shares, which need not add up to 1. @param share uniform in [0, 1) */
export function pickByShare<T extends { readonly share: number }>(list: readonly T[], share: number): T {
  const total = list.reduce((sum, entry) => sum + entry.share, 0);
  let left = share * total;
  for (const entry of list) {
    left -= entry.share;
    if (left < 0) return entry;
  }
  const last = list.at(-1);
  if (!last) throw new Error('there is nothing to pick from');
  return last;
}
