import {
  asksForSoftware,
  type Collection,
  type CollectionIndex,
  indexCollections,
  parsedQuery,
  referencesOf,
} from '@tenkai/domain';
import type { Reader } from '../../kernel/database/database.ts';
import { listRevisions } from './collections.store.ts';
import type { CollectionRecord } from './tables.ts';

/** All collections with everything that follows from their rules. */
export interface Rules {
  readonly collections: ReadonlyMap<string, Collection>;
  readonly revisions: ReadonlyMap<string, number>;
  readonly index: CollectionIndex;
  /** Collections whose answer hangs on installed software, also through others. */
  readonly needSoftware: ReadonlySet<string>;
}

export interface RuleBook {
  /** Brought up to date where the database has other revisions; only what changed is read and parsed. */
  refresh(read: Reader): Promise<Rules>;
  /** As of the last refresh. */
  current(): Rules;
}

/** The collection of all enrolled machines; its rule never changes its answer. */
export const allMachines: Collection = {
  id: 'all',
  name: 'All machines',
  limitingCollectionId: null,
  rules: [{ kind: 'query', name: 'every machine', query: 'id exists' }],
};

export function createRuleBook(): RuleBook {
  let rules = rulesOf([[allMachines, 1]]);
  return {
    async refresh(read) {
      const wanted = await listRevisions(read);
      if (!isSame(wanted, rules.revisions)) rules = await load(read, wanted, rules);
      return rules;
    },
    current: () => rules,
  };
}

function isSame(
  wanted: readonly { id: string; revision: number }[],
  known: ReadonlyMap<string, number>,
): boolean {
  return wanted.length === known.size && wanted.every(({ id, revision }) => known.get(id) === revision);
}

const chunk = 500;

async function load(
  read: Reader,
  wanted: readonly { id: string; revision: number }[],
  known: Rules,
): Promise<Rules> {
  const changed = wanted.filter(({ id, revision }) => known.revisions.get(id) !== revision);
  const fresh = new Map<string, [Collection, number]>();
  for (let at = 0; at < changed.length; at += chunk) {
    const ids = changed.slice(at, at + chunk).map(({ id }) => id);
    const rows = await read.all<CollectionRecord>(
      `SELECT * FROM collections WHERE id IN (${ids.map(() => '?').join(', ')})`,
      ids,
    );
    for (const row of rows) fresh.set(row.id, [toCollection(row), row.revision]);
  }
  const entries = wanted.map(({ id, revision }) => fresh.get(id) ?? [known.collections.get(id), revision]);
  // What was deleted between the two reads is missing in both.
  return rulesOf(entries.filter((entry): entry is [Collection, number] => entry[0] !== undefined));
}

export function toCollection(row: CollectionRecord): Collection {
  if (row.id === allMachines.id) return { ...allMachines, name: row.name };
  return { id: row.id, name: row.name, limitingCollectionId: row.limiting_id, rules: JSON.parse(row.rules) };
}

function rulesOf(entries: readonly (readonly [Collection, number])[]): Rules {
  const collections = entries.map(([collection]) => collection);
  const index = indexCollections(collections);
  const byId = new Map(collections.map((collection) => [collection.id, collection]));
  return {
    collections: byId,
    revisions: new Map(entries.map(([collection, revision]) => [collection.id, revision])),
    index,
    needSoftware: softwareUsers(byId, index.order),
  };
}

/** @param order each collection after all to which it refers */
function softwareUsers(collections: ReadonlyMap<string, Collection>, order: readonly string[]): Set<string> {
  const users = new Set<string>();
  for (const id of order) {
    const collection = collections.get(id);
    if (!collection) continue;
    if (needsSoftware(collection) || referencesOf(collection).some((other) => users.has(other)))
      users.add(id);
  }
  return users;
}

export function needsSoftware(collection: Collection): boolean {
  return collection.rules.some((rule) => rule.kind === 'query' && asksForSoftware(parsedQuery(rule)));
}
