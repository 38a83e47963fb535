/** A condition of any room: questions joined by *all*, *any* and *not*. */
export type ConditionTree<L> =
  | L
  | { kind: 'all' | 'any'; of: ConditionTree<L>[] }
  | { kind: 'not'; of: ConditionTree<L> };

/** As an editor shows groups: *none* is *not any*. */
export const groupKinds = ['all', 'any', 'none'] as const;
export type GroupKind = (typeof groupKinds)[number];

export interface ConditionGroup<L> {
  readonly kind: GroupKind;
  readonly parts: readonly ConditionTree<L>[];
}

type Joined<L> = Exclude<ConditionTree<L>, L>;

/** The group that a condition is; undefined for a single question. */
export function asGroup<L extends { kind: string }>(
  condition: ConditionTree<L>,
): ConditionGroup<L> | undefined {
  if (!['all', 'any', 'not'].includes(condition.kind)) return undefined;
  const joined = condition as Joined<L>;
  if (joined.kind !== 'not') return { kind: joined.kind, parts: joined.of };
  const inner = joined.of as ConditionTree<L>;
  const isAny = inner.kind === 'any';
  return { kind: 'none', parts: isAny ? (inner as { of: ConditionTree<L>[] }).of : [inner] };
}

export function withParts<L>(kind: GroupKind, parts: readonly ConditionTree<L>[]): ConditionTree<L> {
  if (kind !== 'none') return { kind, of: [...parts] };
  const [only] = parts;
  return {
    kind: 'not',
    of: parts.length === 1 && only !== undefined ? only : { kind: 'any', of: [...parts] },
  };
}
