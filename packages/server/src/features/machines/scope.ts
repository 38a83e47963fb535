import { Failure } from '@tenkai/domain/failure.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Param, Reader } from '../../kernel/database/database.ts';

/** A condition on `m`, a row of `machines`. */
export interface Condition {
  readonly text: string;
  readonly params: readonly Param[];
}

/** Id of the collection of every enrolled machine; it has no rows of members. */
export const allMachines = 'all';

/** Machines of a collection. */
export function inCollection(collectionId: string): Condition {
  if (collectionId === allMachines) return { text: "m.enrollment = 'enrolled'", params: [] };
  const members = 'SELECT machine_id FROM collections_members WHERE collection_id = ?';
  return { text: `m.id IN (${members})`, params: [collectionId] };
}

/** Machines that the caller may see and act on; undefined: every one. */
export function inScopeOf({
  collectionScope: scope,
}: Pick<Caller, 'collectionScope'>): Condition | undefined {
  if (scope === null || scope.includes(allMachines)) return undefined;
  if (scope.length === 0) return { text: '1 = 0', params: [] };
  const members = `SELECT machine_id FROM collections_members WHERE collection_id IN (${scope.map(() => '?').join(', ')})`;
  return { text: `m.id IN (${members})`, params: scope };
}

const chunk = 1000;

/** Those of the ids that exist and that the caller may see. */
export async function visibleIds(read: Reader, caller: Caller, ids: readonly string[]): Promise<Set<string>> {
  const scope = inScopeOf(caller) ?? { text: '1 = 1', params: [] };
  const visible = new Set<string>();
  for (let at = 0; at < ids.length; at += chunk) {
    const part = ids.slice(at, at + chunk);
    const rows = await read.all<{ id: string }>(
      `SELECT m.id FROM machines m WHERE m.id IN (${part.map(() => '?').join(', ')}) AND ${scope.text}`,
      [...part, ...scope.params],
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
