import { type Collection, indexCollections, referencesOf } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import type { CollectionDraft } from '@tenkai/protocol/api/collections.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { newId } from '../../kernel/ids.ts';
import {
  deleteCollection,
  findByName,
  findCollection,
  insertCollection,
  listCollections,
  markStale,
  nameKey,
  updateCollection,
} from './collections.store.ts';
import type { Deps } from './needs.ts';
import { toCollection } from './rule-book.ts';
import { requireUnlimited } from './scope.ts';
import type { CollectionRecord } from './tables.ts';
import './events.ts';
import './failures.ts';

/**
 * Makes a collection; its members are judged after the commit.
 * @throws Failure already-exists, collection-cycle, collection-missing, query-syntax, not-allowed
 */
export async function createCollection(deps: Deps, caller: Caller, draft: CollectionDraft): Promise<string> {
  requireUnlimited(caller);
  const now = deps.clock.now();
  const id = newId(now);
  await deps.db.transaction(async (tx) => {
    await requireFreeName(tx, draft.name, null);
    await requireSound(tx, toDraftCollection(id, draft));
    await insertCollection(tx, {
      ...columnsOf(draft),
      id,
      is_built_in: 0,
      revision: 1,
      created_at: now,
      member_count: 0,
      evaluated_at: null,
    });
    await markStale(tx, id, 1);
    await tell(deps, tx, caller, 'collections.created', id, { name: draft.name, rules: draft.rules });
    tx.afterCommit(deps.evaluator.poke);
  });
  return id;
}

/**
 * Replaces name and rules. Everything else refers to the id, so a new name breaks nothing (DIST-25).
 * @param revision of the version that was edited
 * @throws Failure not-found, changed-meanwhile, collection-built-in, and as createCollection
 */
export async function updateCollectionRules(
  deps: Deps,
  caller: Caller,
  id: string,
  { revision, ...draft }: CollectionDraft & { revision: number },
) {
  requireUnlimited(caller);
  await deps.db.transaction(async (tx) => {
    const row = await requireOwn(tx, id);
    if (row.revision !== revision) throw new Failure('changed-meanwhile', { what: 'collection', id });
    await requireFreeName(tx, draft.name, id);
    await requireSound(tx, toDraftCollection(id, draft));
    const columns = columnsOf(draft);
    const isJudgedAnew = columns.rules !== row.rules || columns.limiting_id !== row.limiting_id;
    const next = row.revision + 1;
    await updateCollection(tx, id, {
      ...columns,
      revision: next,
      ...(isJudgedAnew && { evaluated_at: null }),
    });
    if (isJudgedAnew) await markStale(tx, id, next);
    const before = { name: row.name, limitingCollectionId: row.limiting_id, rules: JSON.parse(row.rules) };
    await tell(deps, tx, caller, 'collections.changed', id, { from: before, to: draft });
    tx.afterCommit(deps.evaluator.poke);
  });
}

/** @throws Failure not-found, in-use, collection-built-in, not-allowed */
export async function removeCollection(deps: Deps, caller: Caller, id: string) {
  requireUnlimited(caller);
  await deps.db.transaction(async (tx) => {
    const row = await requireOwn(tx, id);
    await requireUnused(deps, tx, row);
    await deleteCollection(tx, id);
    await deps.events.publish(tx, 'collections.removed', { collectionId: id });
    const details = { name: row.name, rules: JSON.parse(row.rules) };
    await deps.audit.record(tx, {
      actor: caller,
      action: 'collections.removed',
      object: `collection:${id}`,
      details,
    });
  });
}

async function requireOwn(tx: Tx, id: string): Promise<CollectionRecord> {
  const row = await findCollection(tx, id);
  if (!row) throw new Failure('not-found', { what: 'collection', id });
  if (row.is_built_in === 1) throw new Failure('collection-built-in', { name: row.name });
  return row;
}

async function requireFreeName(tx: Tx, name: string, ownId: string | null) {
  const other = await findByName(tx, name);
  if (other && other.id !== ownId) throw new Failure('already-exists', { what: 'collection', id: name });
}

/** That every query can be read, every reference leads somewhere, and none of them in a circle. */
async function requireSound(tx: Tx, draft: Collection) {
  const others = (await listCollections(tx)).filter(({ id }) => id !== draft.id).map(toCollection);
  indexCollections([...others, draft]);
}

async function requireUnused({ removalGuards }: Deps, tx: Tx, { id, name }: CollectionRecord) {
  const others = (await listCollections(tx)).map(toCollection);
  const user = others.find((other) => other.id !== id && referencesOf(other).includes(id));
  if (user) throw new Failure('in-use', { what: 'collection', id: name, by: `collection ${user.name}` });
  for (const guard of removalGuards) {
    const by = await guard(tx, id);
    if (by !== null) throw new Failure('in-use', { what: 'collection', id: name, by });
  }
}

export function toDraftCollection(
  id: string,
  { name, limitingCollectionId, rules }: CollectionDraft,
): Collection {
  return { id, name, limitingCollectionId, rules };
}

function columnsOf(draft: CollectionDraft) {
  return {
    name: draft.name.trim(),
    name_key: nameKey(draft.name),
    description: draft.description ?? '',
    limiting_id: draft.limitingCollectionId,
    rules: JSON.stringify(draft.rules),
  };
}

async function tell(
  { audit, events }: Deps,
  tx: Tx,
  actor: Caller,
  action: string,
  id: string,
  details: Record<string, unknown>,
) {
  await events.publish(tx, 'collections.changed', { collectionId: id });
  await audit.record(tx, { actor, action, object: `collection:${id}`, details });
}
