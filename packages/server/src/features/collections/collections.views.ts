import { Failure } from '@tenkai/domain/failure.ts';
import type { CollectionRow } from '@tenkai/protocol/api/collections.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import { findCollection, listCollections } from './collections.store.ts';
import type { Deps } from './needs.ts';
import { allMachines } from './rule-book.ts';
import { isVisible } from './scope.ts';
import type { CollectionRecord } from './tables.ts';

type ViewDeps = Pick<Deps, 'db' | 'machines' | 'clock'>;

/** Collections of the caller's scope, the built-in one first, then by name. */
export async function listRows(deps: ViewDeps, caller: Caller): Promise<CollectionRow[]> {
  const rows = await listCollections(deps.db.read);
  return Promise.all(rows.filter(({ id }) => isVisible(caller, id)).map((row) => toRow(deps, row)));
}

/** @throws Failure not-found, also for what is outside of the caller's scope */
export async function getRow(deps: ViewDeps, caller: Caller, id: string): Promise<CollectionRow> {
  const row = isVisible(caller, id) ? await findCollection(deps.db.read, id) : undefined;
  if (!row) throw new Failure('not-found', { what: 'collection', id });
  return toRow(deps, row);
}

async function toRow({ machines, clock }: ViewDeps, row: CollectionRecord): Promise<CollectionRow> {
  const isAll = row.id === allMachines.id;
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    limitingCollectionId: row.limiting_id,
    rules: JSON.parse(row.rules),
    isBuiltIn: row.is_built_in === 1,
    memberCount: isAll ? await machines.countEnrolled() : row.member_count,
    // Every enrolled machine is in it at every moment.
    evaluatedAt: isAll ? clock.now() : row.evaluated_at,
    revision: row.revision,
  };
}
