import { Failure, type FailureParams } from '../failure.ts';
import type { MachineFacts } from '../machine/machine.ts';
import { defineReasons, reasonSentence } from '../reason.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import type { Collection, CollectionRule, DirectRule, QueryRule } from './collection.ts';
import { type Explanation, evaluate, explanationText } from './evaluate.ts';
import { parseRule } from './parse.ts';
import type { Rule } from './rule.ts';

defineReasons({
  'named-directly': 'It is named in collection {collection}.',
  'query-matches': 'It matches query "{rule}" of collection {collection}.',
  'query-does-not-match': 'It does not match query "{rule}" of collection {collection}.',
  'query-unknown': 'Query "{rule}" of collection {collection} asks for what the machine has not told yet.',
  'query-limited':
    'Query "{rule}" of collection {collection} is limited to collection {by}, where it is not.',
  'included-through': 'Collection {collection} includes collection {by}, where it is.',
  'not-in-included': 'Collection {collection} includes collection {by}, where it is not.',
  'excluded-through': 'Collection {collection} excludes collection {by}, where it is.',
  'not-in-excluded': 'Collection {collection} excludes collection {by}, where it is not.',
  'outside-limit': 'Collection {collection} is limited to collection {by}, where it is not.',
  'not-named': 'It is not named in collection {collection}.',
  'no-rules': 'Collection {collection} has no rules.',
});

/** What a reason does: lets the machine in, keeps it out against every rule, or gives no ground to be in. */
export type ReasonEffect = 'lets-in' | 'keeps-out' | 'none';

export interface MembershipReason extends Reason {
  readonly effect: ReasonEffect;
  /** For a query: its answer, comparison by comparison. */
  readonly because?: Explanation;
  /** For a reference to another collection: why the machine is, or is not, in that one. */
  readonly through?: Membership;
}

export interface Membership {
  readonly collectionId: string;
  readonly isMember: boolean;
  /** All that speaks for or against it; those that decide come first. */
  readonly reasons: readonly MembershipReason[];
}

export type CollectionLookup = (id: string) => Collection | undefined;

/**
 * Whether a machine is in a collection, and why: the one function for the list of members and for *why is this
 * machine (not) in here*. A machine is in when a direct rule, a query or an included collection lets it in, no
 * excluded collection holds it, and the limiting collection does. Source: DIST-21..24.
 * @throws Failure collection-cycle that names the path; collection-missing; query-syntax
 */
export function explainMembership(
  collection: Collection,
  facts: MachineFacts,
  lookup: CollectionLookup,
): Membership {
  return explain({ facts, lookup, path: [], known: new Map() }, collection);
}

/**
 * The same answer for many collections of one machine, without the reasons; what several of them refer to is
 * judged once. By collection id.
 * @throws as explainMembership
 */
export function membershipsOf(
  collections: readonly Collection[],
  facts: MachineFacts,
  lookup: CollectionLookup,
): Map<string, boolean> {
  const question: Question = { facts, lookup, path: [], known: new Map() };
  return new Map(collections.map((collection) => [collection.id, explain(question, collection).isMember]));
}

/** How long a chain of references may be. */
export const referenceDepthLimit = 100;

interface Question {
  readonly facts: MachineFacts;
  readonly lookup: CollectionLookup;
  readonly path: readonly Collection[];
  /** Collections that several others refer to are judged once. */
  readonly known: Map<string, Membership>;
}

function explain(question: Question, collection: Collection): Membership {
  const known = question.known.get(collection.id);
  if (known) return known;
  const inside = { ...question, path: [...question.path, collection] };
  const reasons = [
    ...limitReasons(inside, collection),
    ...collection.rules.map((rule) => ruleReason(inside, collection, rule)),
  ];
  if (collection.rules.length === 0) reasons.push(reason('no-rules', 'none', collection, {}));
  const isMember =
    reasons.some(({ effect }) => effect === 'lets-in') &&
    !reasons.some(({ effect }) => effect === 'keeps-out');
  const membership = { collectionId: collection.id, isMember, reasons: reasons.sort(byWeight) };
  question.known.set(collection.id, membership);
  return membership;
}

const weights: Record<ReasonEffect, number> = { 'keeps-out': 0, 'lets-in': 1, none: 2 };

function byWeight(a: MembershipReason, b: MembershipReason): number {
  return weights[a.effect] - weights[b.effect];
}

function limitReasons(question: Question, collection: Collection): MembershipReason[] {
  if (collection.limitingCollectionId === null) return [];
  const { by, through } = refer(question, collection, collection.limitingCollectionId);
  return through.isMember
    ? []
    : [reason('outside-limit', 'keeps-out', collection, { by: by.name }, { through })];
}

function ruleReason(question: Question, collection: Collection, rule: CollectionRule): MembershipReason {
  if (rule.kind === 'query') return queryReason(question, collection, rule);
  if (rule.kind === 'direct') {
    const isNamed = namedBy(rule).has(question.facts.id);
    return reason(isNamed ? 'named-directly' : 'not-named', isNamed ? 'lets-in' : 'none', collection, {});
  }
  const { by, through } = refer(question, collection, rule.collectionId);
  const params = { by: by.name };
  if (rule.kind === 'include')
    return through.isMember
      ? reason('included-through', 'lets-in', collection, params, { through })
      : reason('not-in-included', 'none', collection, params, { through });
  return through.isMember
    ? reason('excluded-through', 'keeps-out', collection, params, { through })
    : reason('not-in-excluded', 'none', collection, params, { through });
}

function queryReason(question: Question, collection: Collection, rule: QueryRule): MembershipReason {
  const { because } = evaluate(parsedQuery(rule), question.facts);
  const params = { rule: rule.name };
  if (because.truth === 'unknown') return reason('query-unknown', 'none', collection, params, { because });
  if (because.truth === 'no') return reason('query-does-not-match', 'none', collection, params, { because });
  if (rule.limitingCollectionId !== undefined && rule.limitingCollectionId !== null) {
    const { by, through } = refer(question, collection, rule.limitingCollectionId);
    if (!through.isMember)
      return reason('query-limited', 'none', collection, { ...params, by: by.name }, { because, through });
  }
  return reason('query-matches', 'lets-in', collection, params, { because });
}

/** Follows a reference to another collection; a circle ends here. */
function refer(question: Question, from: Collection, id: string): { by: Collection; through: Membership } {
  const start = question.path.findIndex((collection) => collection.id === id);
  const by = question.lookup(id);
  if (!by) throw new Failure('collection-missing', { by: from.name, id });
  if (start >= 0) throw cycleFailure([...question.path.slice(start), by]);
  if (question.path.length >= referenceDepthLimit)
    throw new Failure('collection-too-deep', { limit: referenceDepthLimit });
  return { by, through: explain(question, by) };
}

/** @param path collections that refer to each other, the first one again at the end */
export function cycleFailure(path: readonly Collection[]): Failure {
  return new Failure('collection-cycle', { path: path.map((collection) => collection.name).join(' → ') });
}

function reason(
  code: string,
  effect: ReasonEffect,
  collection: Collection,
  params: FailureParams,
  more: Pick<MembershipReason, 'because' | 'through'> = {},
): MembershipReason {
  return { code, effect, params: { collection: collection.name, ...params }, ...more };
}

/** Parsed once for a rule object, which is asked of every machine. */
const parsedQueries = new WeakMap<QueryRule, { query: string; rule: Rule }>();

export function parsedQuery(rule: QueryRule): Rule {
  const known = parsedQueries.get(rule);
  if (known?.query === rule.query) return known.rule;
  const parsed = parseRule(rule.query);
  parsedQueries.set(rule, { query: rule.query, rule: parsed });
  return parsed;
}

/** Asked of every machine, and a rule may name all of them. */
const namedMachines = new WeakMap<DirectRule, { ids: readonly string[]; set: ReadonlySet<string> }>();

function namedBy(rule: DirectRule): ReadonlySet<string> {
  const known = namedMachines.get(rule);
  if (known?.ids === rule.machineIds) return known.set;
  const set = new Set(rule.machineIds);
  namedMachines.set(rule, { ids: rule.machineIds, set });
  return set;
}

/** A membership as lines of English, references indented by one step each; for CLI, API and logs. */
export function membershipLines(membership: Membership, indent = ''): string[] {
  return membership.reasons
    .filter((each) => each.code !== 'not-in-excluded')
    .flatMap((each) => [
      indent + reasonSentence(each),
      ...(each.because ? [`${indent}  ${explanationText(each.because)}`] : []),
      ...(each.through ? membershipLines(each.through, `${indent}  `) : []),
    ]);
}
