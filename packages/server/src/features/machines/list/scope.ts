import { Failure } from '@tenkai/domain/failure.ts';
import type { Caller } from '../../../kernel/access/caller.ts';
import type { Param, Reader } from '../../../kernel/database/database.ts';

/** A condition on `m`, a row of `machines`. */
export interface Condition {
  readonly text: string;
  readonly params: readonly Param[];
}

/** Id of the collection of every enrolled machine; it has no rows of members. */
export const allMachines = 'all';

/** Collections to which the caller is limited; null: every machine. */
export function scopeOf({
  collectionScope: scope,
}: Pick<Caller, 'collectionScope'>): readonly string[] | null {
  return scope === null || scope.includes(allMachines) ? null : scope;
}

/**
 * Members of at least one of the collections. `by`: `probing` asks for each machine that is looked at whether it
 * is a member; `listing` begins with the members. Both engines do what is written here: an expression in place of
 * the bare column keeps SQLite from turning one into the other.
 */
export function inAnyOf(collectionIds: readonly string[], by: 'probing' | 'listing'): Condition {
  if (collectionIds.length === 0) return { text: '1 = 0', params: [] };
  const wanted = `c.collection_id IN (${collectionIds.map(() => '?').join(', ')})`;
  const text =
    by === 'probing'
      ? `EXISTS (SELECT 1 FROM collections_members c WHERE c.machine_id = (m.id || '') AND ${wanted})`
      : `m.id IN (SELECT c.machine_id FROM collections_members c WHERE ${wanted})`;
  return { text, params: collectionIds };
}

const chunk = 1000;

/** Those of the ids that exist and that the caller may see. */
export async function visibleIds(read: Reader, caller: Caller, ids: readonly string[]): Promise<Set<string>> {
  const scope = scopeOf(caller);
  const limit = scope === null ? { text: '1 = 1', params: [] } : inAnyOf(scope, 'probing');
  const visible = new Set<string>();
  for (let at = 0; at < ids.length; at += chunk) {
    const part = ids.slice(at, at + chunk);
    const rows = await read.all<{ id: string }>(
      `SELECT m.id FROM machines m WHERE m.id IN (${part.map(() => '?').join(', ')}) AND ${limit.text}`,
      [...part, ...limit.params],
    );
    for (const { id } of rows) visible.add(id);
  }
  return visible;
}

/**
 * What is outside of the caller's scope does not exist for them.
 * @throws Failure not-found
 */
export async function requireVisible(read: Reader, caller: Caller, ids: readonly string[]) {
  const visible = await visibleIds(read, caller, ids);
  const missing = ids.find((id) => !visible.has(id));
  if (missing !== undefined) throw new Failure('not-found', { what: 'machine', id: missing });
}
