import { type AddressSpan, type Boundary, parseAddressSpan } from './boundary.ts';

/** How a boundary lies to another one. `within`: inside of it; `holds`: around it; `crosses`: each has a part of its own. */
export type OverlapKind = 'same' | 'within' | 'holds' | 'crosses';

export interface Overlap<T extends Boundary = Boundary> {
  readonly boundary: T;
  readonly kind: OverlapKind;
}

/**
 * The boundaries that share addresses with each one, in the order of the list. Nested ones are how a room belongs
 * elsewhere than its building; those that cross are decided by their size, which nobody expects. Source: SITE-16.
 */
export function boundaryOverlaps<T extends Boundary>(
  boundaries: readonly T[],
): ReadonlyMap<T, readonly Overlap<T>[]> {
  const found = new Map<T, Overlap<T>[]>(boundaries.map((boundary) => [boundary, []]));
  const spans = boundaries.flatMap((boundary) => {
    const span = parseAddressSpan(boundary.range);
    return span ? [{ boundary, span }] : [];
  });
  // By their first address: whoever begins after another's last one, and everybody after that, is apart from it.
  const sorted = spans.toSorted((a, b) =>
    a.span.first < b.span.first ? -1 : Number(a.span.first > b.span.first),
  );
  for (const [index, one] of sorted.entries()) {
    for (let at = index + 1; at < sorted.length; at += 1) {
      const other = sorted[at] as (typeof sorted)[number];
      if (other.span.first > one.span.last) break;
      if (other.span.family !== one.span.family) continue;
      found.get(one.boundary)?.push({ boundary: other.boundary, kind: kindOf(one.span, other.span) });
      found.get(other.boundary)?.push({ boundary: one.boundary, kind: kindOf(other.span, one.span) });
    }
  }
  const places = new Map(boundaries.map((boundary, index) => [boundary, index]));
  const placeOf = ({ boundary }: Overlap<T>) => places.get(boundary) ?? 0;
  for (const overlaps of found.values()) overlaps.sort((a, b) => placeOf(a) - placeOf(b));
  return found;
}

function kindOf(one: AddressSpan, other: AddressSpan): OverlapKind {
  const isWithin = one.first >= other.first && one.last <= other.last;
  const isAround = one.first <= other.first && one.last >= other.last;
  if (isWithin && isAround) return 'same';
  if (isWithin) return 'within';
  return isAround ? 'holds' : 'crosses';
}
