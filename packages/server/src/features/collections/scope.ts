import { Failure } from '@tenkai/domain/failure.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import { allMachines } from './rule-book.ts';

/** Whether the caller's scope holds the collection. */
export function isVisible({ collectionScope: scope }: Pick<Caller, 'collectionScope'>, id: string): boolean {
  return scope === null || scope.includes(allMachines.id) || scope.includes(id);
}

/**
 * Whoever is limited to some collections may not decide what is in them: that would be to widen one's own scope.
 * @throws Failure not-allowed
 */
export function requireUnlimited({ collectionScope: scope }: Pick<Caller, 'collectionScope'>) {
  if (scope === null || scope.includes(allMachines.id)) return;
  const detail = 'a user whose scope is limited to collections cannot define collections';
  throw new Failure('not-allowed', { permission: 'manage-collections' }, { detail });
}
