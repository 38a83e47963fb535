import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as Value from 'typebox/value';
import { Failure } from '../failure.ts';
import type { MachineFacts } from '../machine/machine.ts';
import { reasonSentence } from '../reason.ts';
import { Collection, type CollectionRule } from './collection.ts';
import { explainMembership, membershipLines } from './membership.ts';
import { collectionsToReevaluate, dependencyOrder, indexCollections, withReferrers } from './order.ts';

const machine = (id: string, properties: Record<string, string> = {}): MachineFacts => ({
  id,
  name: id,
  inventory: null,
  powerState: 'on',
  isOnline: true,
  lastSeenAt: null,
  properties,
});
const collection = (
  id: string,
  rules: CollectionRule[],
  limitingCollectionId: string | null = null,
): Collection => ({
  id,
  name: id.toUpperCase(),
  limitingCollectionId,
  rules,
});
const direct = (...machineIds: string[]): CollectionRule => ({ kind: 'direct', machineIds });
const query = (text: string, limit?: string | null): CollectionRule => ({
  kind: 'query',
  name: 'q',
  query: text,
  ...(limit === undefined ? {} : { limitingCollectionId: limit }),
});
const include = (collectionId: string): CollectionRule => ({ kind: 'include', collectionId });
const exclude = (collectionId: string): CollectionRule => ({ kind: 'exclude', collectionId });

function ask(collections: Collection[], id: string, facts: MachineFacts) {
  const byId = new Map(collections.map((each) => [each.id, each]));
  const asked = byId.get(id);
  assert.ok(asked);
  return explainMembership(asked, facts, (other) => byId.get(other));
}
const codes = (collections: Collection[], id: string, facts: MachineFacts) => {
  const { isMember, reasons } = ask(collections, id, facts);
  return [isMember, ...reasons.map((reason) => reason.code)];
};

test('DIST-21: direct rules and query rules let machines in', () => {
  const both = [collection('a', [direct('m1'), query('property.room = A')])];
  assert.deepEqual(codes(both, 'a', machine('m1')), [true, 'named-directly', 'query-does-not-match']);
  assert.deepEqual(codes(both, 'a', machine('m2', { room: 'A' })), [true, 'query-matches', 'not-named']);
  assert.deepEqual(codes(both, 'a', machine('m2')), [false, 'not-named', 'query-does-not-match']);
  assert.deepEqual(codes([collection('a', [])], 'a', machine('m1')), [false, 'no-rules']);
});

test('DIST-22: a query rule is limited to a collection, or not limited', () => {
  const room = machine('m2', { room: 'A' });
  const limited = [
    collection('pilot', [direct('m1')]),
    collection('a', [query('property.room = A', 'pilot')]),
  ];
  assert.deepEqual(codes(limited, 'a', room), [false, 'query-limited']);
  assert.deepEqual(codes(limited, 'a', machine('m1', { room: 'A' })), [true, 'query-matches']);
  assert.deepEqual(codes([collection('a', [query('property.room = A', null)])], 'a', room), [
    true,
    'query-matches',
  ]);
});

test('DIST-23: a pre-production collection contains only the named test computer', () => {
  const preProduction = [collection('pre', [direct('m1')])];
  const members = ['m1', 'm2', 'm3'].filter((id) => ask(preProduction, 'pre', machine(id)).isMember);
  assert.deepEqual(members, ['m1']);
});

test('DIST-24: taking the limit away widens a collection', () => {
  const pilot = collection('pilot', [direct('m1')]);
  const members = (limit: string | null) =>
    ['m1', 'm2'].filter(
      (id) => ask([pilot, collection('a', [query('isOnline = true')], limit)], 'a', machine(id)).isMember,
    );
  assert.deepEqual(members('pilot'), ['m1']);
  assert.deepEqual(members(null), ['m1', 'm2']);
});

test('an excluded collection wins over every rule that lets in', () => {
  const all = [
    collection('vip', [direct('m1')]),
    collection('other', [direct('m1', 'm2')]),
    collection('a', [direct('m1', 'm2'), query('isOnline = true'), include('other'), exclude('vip')]),
  ];
  assert.deepEqual(codes(all, 'a', machine('m1')).slice(0, 2), [false, 'excluded-through']);
  assert.equal(codes(all, 'a', machine('m2'))[0], true);
});

test('an included collection lets in, within the limit', () => {
  const all = [
    collection('site', [direct('m1')]),
    collection('other', [direct('m1', 'm2')]),
    collection('a', [include('other')], 'site'),
  ];
  assert.deepEqual(codes(all, 'a', machine('m1')), [true, 'included-through']);
  assert.deepEqual(codes(all, 'a', machine('m2')), [false, 'outside-limit', 'included-through']);
  assert.deepEqual(codes(all, 'a', machine('m3')), [false, 'outside-limit', 'not-in-included']);
});

test('a query about what is not known keeps a machine out and says so', () => {
  assert.deepEqual(codes([collection('a', [query('not os.id = debian')])], 'a', machine('m1')), [
    false,
    'query-unknown',
  ]);
});

test('why a machine is not in is told down to the comparison', () => {
  const all = [collection('room a', [query('property.room = A')]), collection('a', [include('room a')])];
  assert.deepEqual(membershipLines(ask(all, 'a', machine('m1', { room: 'B' }))), [
    'Collection A includes collection ROOM A, where it is not.',
    '  It does not match query "q" of collection ROOM A.',
    '    property.room = "A" is no (B)',
  ]);
});

test('every reason has a sentence', () => {
  const all = [
    collection('in', [direct('m1')]),
    collection('out', [direct('m9')]),
    collection('none', []),
    collection('a', [direct('m1'), direct('m2'), query('id = m1'), query('id = m2'), query('os.id = x')]),
    collection(
      'b',
      [include('in'), include('out'), exclude('in'), exclude('out'), query('id = m1', 'out')],
      'out',
    ),
  ];
  const reasons = ['a', 'b', 'none'].flatMap((id) => ask(all, id, machine('m1')).reasons);
  assert.equal(new Set(reasons.map((reason) => reason.code)).size, 12);
  for (const reason of reasons) {
    const sentence = reasonSentence(reason);
    assert.ok(sentence !== reason.code && !sentence.includes('{'), sentence);
  }
});

function failure(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof Failure
      ? `${error.code} ${error.params.path ?? error.params.id ?? ''}`
      : String(error);
  }
  return 'no failure';
}

test('circles are refused and name the path', () => {
  const all = [
    collection('a', [include('b')]),
    collection('b', [direct('m1')], 'c'),
    collection('c', [exclude('b')]),
    collection('d', [query('id = m1', 'd')]),
  ];
  assert.equal(
    failure(() => ask(all, 'a', machine('m1'))),
    'collection-cycle B → C → B',
  );
  assert.equal(
    failure(() => dependencyOrder(all)),
    'collection-cycle B → C → B',
  );
  assert.equal(
    failure(() => ask(all, 'd', machine('m1'))),
    'collection-cycle D → D',
  );
  const missing = [collection('a', [include('gone')])];
  assert.equal(
    failure(() => ask(missing, 'a', machine('m1'))),
    'collection-missing gone',
  );
  assert.equal(
    failure(() => indexCollections(missing)),
    'collection-missing gone',
  );
});

test('a chain of references that is too long is refused', () => {
  const chain = (length: number) =>
    Array.from({ length }, (_, index) =>
      collection(`c${index}`, index === 0 ? [direct('m1')] : [include(`c${index - 1}`)]),
    );
  assert.equal(ask(chain(100), 'c99', machine('m1')).isMember, true);
  assert.match(
    failure(() => ask(chain(102), 'c101', machine('m1'))),
    /collection-too-deep/,
  );
  assert.match(
    failure(() => dependencyOrder(chain(102).reverse())),
    /collection-too-deep/,
  );
});

test('collections are evaluated after all to which they refer, and only those that a change concerns', () => {
  const all = [
    collection('top', [include('mid')]),
    collection('mid', [query('os.id = debian')], 'all'),
    collection('all', [query('isOnline = true')]),
    collection('rooms', [query('property.room = A', 'top')]),
    collection('names', [direct('m1')]),
  ];
  const index = indexCollections(all);
  assert.deepEqual(index.order, ['all', 'mid', 'top', 'rooms', 'names']);
  const concerned = (...changed: string[]) => collectionsToReevaluate(index, new Set(changed));
  assert.deepEqual(concerned('os.id'), ['mid', 'top', 'rooms']);
  assert.deepEqual(concerned('isOnline'), ['all', 'mid', 'top', 'rooms']);
  assert.deepEqual(concerned('property["room"]'), ['rooms']);
  assert.deepEqual(concerned('os.name'), []);
  assert.deepEqual(concerned('inventory'), ['mid', 'top', 'rooms']);
  assert.deepEqual(withReferrers(index, ['names']), ['names']);
});

/** Collections that refer only to earlier ones: never a circle. */
const anyCollections: fc.Arbitrary<Collection[]> = fc
  .array(
    fc.record({
      limit: fc.option(fc.nat(9)),
      rules: fc.array(
        fc.oneof(
          fc.subarray(['m0', 'm1', 'm2']).map((ids) => direct(...ids)),
          fc.constantFrom(query('property.room = A'), query('not property.room = A')),
          fc.nat(9).map((index) => include(String(index))),
          fc.nat(9).map((index) => exclude(String(index))),
        ),
        { maxLength: 4 },
      ),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((drafts) =>
    drafts.map(({ limit, rules }, position) =>
      collection(
        String(position),
        rules.filter((rule) => !('collectionId' in rule) || Number(rule.collectionId) < position),
        limit !== null && limit < position ? String(limit) : null,
      ),
    ),
  );

test('membership is (direct or query or included) and not excluded and within the limit', () => {
  const facts = fc.tuple(fc.constantFrom('m0', 'm1', 'm2'), fc.constantFrom('A', 'B'));
  fc.assert(
    fc.property(anyCollections, facts, (collections, [id, room]) => {
      const members = new Set<string>();
      for (const { id: collectionId, rules, limitingCollectionId } of collections) {
        const lets = rules.some(
          (rule) =>
            (rule.kind === 'direct' && rule.machineIds.includes(id)) ||
            (rule.kind === 'query' && rule.query.startsWith('not') === (room !== 'A')) ||
            (rule.kind === 'include' && members.has(rule.collectionId)),
        );
        const keeps = rules.some((rule) => rule.kind === 'exclude' && members.has(rule.collectionId));
        const limited = limitingCollectionId !== null && !members.has(limitingCollectionId);
        if (lets && !keeps && !limited) members.add(collectionId);
      }
      for (const { id: collectionId } of collections) {
        const { isMember } = ask(collections, collectionId, machine(id, { room }));
        assert.equal(isMember, members.has(collectionId), collectionId);
      }
    }),
    { numRuns: 500 },
  );
});

test('the schema takes collections and refuses others', () => {
  assert.equal(
    Value.Check(Collection, collection('a', [direct('m1'), query('isOnline = true', null), include('b')])),
    true,
  );
  assert.equal(Value.Check(Collection, collection('a', [query('')])), false);
  assert.equal(Value.Check(Collection, { ...collection('a', []), limitingCollectionId: undefined }), false);
});
