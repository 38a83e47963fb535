import { Failure } from '../failure.ts';
import type { Collection, CollectionRule } from './collection.ts';
import { attributesOf } from './evaluate.ts';
import { cycleFailure, parsedQuery, referenceDepthLimit } from './membership.ts';

/** Collections to which a collection refers, each once: limiting, included, excluded, limiting of a query. */
export function referencesOf(collection: Collection): string[] {
  const limits = collection.limitingCollectionId === null ? [] : [collection.limitingCollectionId];
  return [...new Set([...limits, ...collection.rules.flatMap(ruleReferences)])];
}

function ruleReferences(rule: CollectionRule): string[] {
  if (rule.kind === 'include' || rule.kind === 'exclude') return [rule.collectionId];
  return rule.kind === 'query' && rule.limitingCollectionId ? [rule.limitingCollectionId] : [];
}

/** What is needed to find the collections that a change may concern; made anew when a collection changes. */
export interface CollectionIndex {
  /** Every collection after all to which it refers. */
  readonly order: readonly string[];
  /** Which collections' queries name an attribute; keys as in `changedAttributes`. */
  readonly byAttribute: ReadonlyMap<string, ReadonlySet<string>>;
  /** Which collections refer to a collection. */
  readonly referrers: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @throws Failure collection-cycle, collection-missing, query-syntax */
export function indexCollections(collections: readonly Collection[]): CollectionIndex {
  const byAttribute = new Map<string, Set<string>>();
  const referrers = new Map<string, Set<string>>();
  for (const collection of collections) {
    for (const name of attributesOfCollection(collection)) addTo(byAttribute, name, collection.id);
    for (const id of referencesOf(collection)) addTo(referrers, id, collection.id);
  }
  return { order: dependencyOrder(collections), byAttribute, referrers };
}

function attributesOfCollection(collection: Collection): Set<string> {
  const queries = collection.rules.filter((rule) => rule.kind === 'query');
  return new Set(queries.flatMap((rule) => [...attributesOf(parsedQuery(rule))]));
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}

/**
 * Collections in an order in which each comes after all to which it refers.
 * @throws Failure collection-cycle that names the path; collection-missing
 */
export function dependencyOrder(collections: readonly Collection[]): string[] {
  const byId = new Map(collections.map((collection) => [collection.id, collection]));
  const done = new Set<string>();
  for (const collection of collections) visit({ byId, done }, collection, []);
  return [...done];
}

function visit(
  walk: { byId: Map<string, Collection>; done: Set<string> },
  collection: Collection,
  path: readonly Collection[],
): void {
  if (walk.done.has(collection.id)) return;
  const start = path.indexOf(collection);
  if (start >= 0) throw cycleFailure([...path.slice(start), collection]);
  if (path.length >= referenceDepthLimit)
    throw new Failure('collection-too-deep', { limit: referenceDepthLimit });
  for (const id of referencesOf(collection)) {
    const next = walk.byId.get(id);
    if (!next) throw new Failure('collection-missing', { by: collection.name, id });
    visit(walk, next, [...path, collection]);
  }
  walk.done.add(collection.id);
}

/**
 * Which collections a change on a machine may concern, in the order in which to evaluate them: those whose queries
 * name a changed attribute, and all that refer to those.
 */
export function collectionsToReevaluate(index: CollectionIndex, changed: ReadonlySet<string>): string[] {
  const named = [...changed].flatMap((name) => [...(index.byAttribute.get(name) ?? [])]);
  return withReferrers(index, named);
}

/** The given collections and all that refer to them, in the order in which to evaluate them. */
export function withReferrers(index: CollectionIndex, ids: readonly string[]): string[] {
  const concerned = new Set(ids);
  // A set that grows while it is walked visits what is added to it.
  for (const id of concerned) for (const referrer of index.referrers.get(id) ?? []) concerned.add(referrer);
  return index.order.filter((id) => concerned.has(id));
}
