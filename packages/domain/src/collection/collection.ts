import type { Static } from 'typebox';
import * as Type from 'typebox';

const id = () => Type.String({ minLength: 1, maxLength: 64 });

/** How many characters a query may have. */
export const queryMaxLength = 4096;

/** Named machines (DIST-21). */
export const DirectRule = Type.Object({
  kind: Type.Literal('direct'),
  machineIds: Type.Array(id(), { maxItems: 200_000 }),
});
export type DirectRule = Static<typeof DirectRule>;

/** Machines by what is known about them, in the query language of `parse.ts` (DIST-21). */
export const QueryRule = Type.Object({
  kind: Type.Literal('query'),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  query: Type.String({ minLength: 1, maxLength: queryMaxLength }),
  /** DIST-22: limits this rule alone; null or absent is *do not limit collection*. */
  limitingCollectionId: Type.Optional(Type.Union([id(), Type.Null()])),
});
export type QueryRule = Static<typeof QueryRule>;

export const IncludeRule = Type.Object({ kind: Type.Literal('include'), collectionId: id() });
export type IncludeRule = Static<typeof IncludeRule>;

/** Wins over every other rule. */
export const ExcludeRule = Type.Object({ kind: Type.Literal('exclude'), collectionId: id() });
export type ExcludeRule = Static<typeof ExcludeRule>;

export const CollectionRule = Type.Union([DirectRule, QueryRule, IncludeRule, ExcludeRule]);
export type CollectionRule = Static<typeof CollectionRule>;

/** A set of machines by rule or by name, within another collection where one limits it. */
export const Collection = Type.Object({
  id: id(),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  description: Type.Optional(Type.String({ maxLength: 4000 })),
  limitingCollectionId: Type.Union([id(), Type.Null()]),
  rules: Type.Array(CollectionRule, { maxItems: 200 }),
});
export type Collection = Static<typeof Collection>;
