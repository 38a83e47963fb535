import { Failure } from '@tenkai/domain';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Deps } from './needs.ts';

/** The collection that holds every machine: a scope with it has no limit. */
const allMachines = 'all';

/**
 * What is outside of the caller's scope does not exist for them.
 * @throws Failure not-found
 */
export async function requireCollection(
  { collections }: Pick<Deps, 'collections'>,
  { collectionScope: scope }: Pick<Caller, 'collectionScope'>,
  id: string,
): Promise<void> {
  const isAllowed = scope === null || scope.includes(allMachines) || scope.includes(id);
  if (isAllowed && (await collections.nameOf(id)) !== undefined) return;
  throw new Failure('not-found', { what: 'collection', id });
}
