import { Failure } from '../failure.ts';
import type { PackageDraft } from '../software/software-package.ts';

export type Related = Pick<PackageDraft, 'id' | 'requires' | 'supersedes'>;

/** What a package says of others, by its id. */
export type RelatedById = ReadonlyMap<string, Related>;

/**
 * Refuses a package that would close a circle with those that are registered.
 * @throws Failure package-relation-cycle with the path, `SP3 → SP2 → SP3`
 */
export function refuseRelationCycle(draft: Related, registered: RelatedById): void {
  const all = new Map(registered).set(draft.id, draft);
  for (const relation of ['require', 'supersede'] as const) {
    const path = cycleThrough(draft.id, (id) => targetsOf(all.get(id), relation));
    if (path) throw new Failure('package-relation-cycle', { relation, path: path.join(' → ') });
  }
}

function targetsOf(one: Related | undefined, relation: 'require' | 'supersede'): readonly string[] {
  if (!one) return [];
  return relation === 'supersede'
    ? (one.supersedes ?? [])
    : (one.requires ?? []).flatMap(({ anyOf }) => anyOf);
}

/** A path from `start` back to itself; depth first without recursion, each package once. */
function cycleThrough(start: string, next: (id: string) => readonly string[]): string[] | null {
  const seen = new Set<string>();
  const open: string[][] = [[start]];
  for (let path = open.pop(); path; path = open.pop()) {
    for (const id of next(path.at(-1) as string)) {
      if (id === start) return [...path, start];
      if (seen.has(id)) continue;
      seen.add(id);
      open.push([...path, id]);
    }
  }
  return null;
}

/** Asked for many machines of the same packages: worked out once for each map, which nobody changes. */
const closures = new WeakMap<RelatedById, Map<string, ReadonlySet<string>>>();

/** Every package that this one supersedes, also through others; itself never. Bears circles. */
export function supersededBy(id: string, packages: RelatedById): ReadonlySet<string> {
  const known = closures.get(packages) ?? new Map<string, ReadonlySet<string>>();
  closures.set(packages, known);
  const found = known.get(id) ?? closureOf(id, packages);
  known.set(id, found);
  return found;
}

function closureOf(id: string, packages: RelatedById): Set<string> {
  const found = new Set<string>();
  const open = [...(packages.get(id)?.supersedes ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === id || found.has(next)) continue;
    found.add(next);
    open.push(...(packages.get(next)?.supersedes ?? []));
  }
  return found;
}
