export interface PropertyChange {
  readonly name: string;
  readonly state: 'kept' | 'changed' | 'removed' | 'added';
  readonly from: string | null;
  readonly to: string | null;
}

type Values = Readonly<Record<string, string>>;

/** What becomes of an agent's properties, by name; shown before a patch is applied (AGENT-28). */
export function diffProperties(before: Values, after: Values): PropertyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.map((name) => {
    const from = before[name] ?? null;
    const to = after[name] ?? null;
    return { name, state: stateOf(from, to), from, to };
  });
}

/** Two changes, one after the other, as one: a property has its first value before it and its last one after it. */
export function joinChanges(
  first: readonly PropertyChange[],
  then: readonly PropertyChange[],
): PropertyChange[] {
  const joined = new Map(first.map((change) => [change.name, change]));
  for (const change of then) {
    const { from } = joined.get(change.name) ?? change;
    joined.set(change.name, { ...change, from, state: stateOf(from, change.to) });
  }
  return [...joined.values()];
}

function stateOf(from: string | null, to: string | null): PropertyChange['state'] {
  if (from === to) return 'kept';
  return from === null ? 'added' : to === null ? 'removed' : 'changed';
}

/**
 * What the old product left of the properties: those that were named again with the patch, and no other (AGENT-26).
 * Shown only, to those who come from there.
 */
export function asOriginalKept(before: Values, named: readonly string[]): Values {
  return Object.fromEntries(Object.entries(before).filter(([name]) => named.includes(name)));
}
