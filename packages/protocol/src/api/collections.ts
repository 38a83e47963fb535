import { CollectionRule, Reason } from '@tenkai/domain';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { MachineRow } from './machines.ts';
import { Done, IdParams, Nullable, Page, pageQuery } from './paging.ts';
import { defineRoute } from './route.ts';

export const CollectionDraft = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 127 }),
  description: Type.Optional(Type.String({ maxLength: 2048 })),
  /** Null: do not limit (DIST-22, コレクションを限定しない). */
  limitingCollectionId: Nullable(Type.String({ maxLength: 64 })),
  rules: Type.Array(CollectionRule, { maxItems: 100 }),
});
export type CollectionDraft = Static<typeof CollectionDraft>;

export const CollectionRow = Type.Object({
  id: Type.String(),
  ...CollectionDraft.properties,
  isBuiltIn: Type.Boolean(),
  memberCount: Type.Integer(),
  evaluatedAt: Nullable(Type.Integer()),
  revision: Type.Integer(),
});
export type CollectionRow = Static<typeof CollectionRow>;

/** Why a machine is, or is not, a member: from the same function that decides it. */
export const MembershipExplanation = Type.Object({
  isMember: Type.Boolean(),
  reasons: Type.Array(Type.Object({ ...Reason.properties, sentence: Type.String() })),
});
export type MembershipExplanation = Static<typeof MembershipExplanation>;

export const collectionRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/collections',
    permission: 'view',
    summary: 'All collections with their member counts.',
    reply: Type.Object({ items: Type.Array(CollectionRow) }),
  }),
  get: defineRoute({
    method: 'GET',
    path: '/api/v1/collections/:id',
    permission: 'view',
    summary: 'One collection with its rules.',
    params: IdParams,
    reply: CollectionRow,
  }),
  create: defineRoute({
    method: 'POST',
    path: '/api/v1/collections',
    permission: 'manage-collections',
    summary: 'Makes a collection and evaluates it.',
    body: CollectionDraft,
    reply: CollectionRow,
  }),
  update: defineRoute({
    method: 'PUT',
    path: '/api/v1/collections/:id',
    permission: 'manage-collections',
    summary: 'Replaces name and rules; `revision` is that of the version that was edited.',
    params: IdParams,
    body: Type.Object({ ...CollectionDraft.properties, revision: Type.Integer() }),
    reply: CollectionRow,
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: '/api/v1/collections/:id',
    permission: 'manage-collections',
    summary: 'Deletes a collection that nothing uses.',
    params: IdParams,
    reply: Done,
  }),
  members: defineRoute({
    method: 'GET',
    path: '/api/v1/collections/:id/members',
    permission: 'view',
    summary: 'Members, a page at a time.',
    params: IdParams,
    query: Type.Object({ ...pageQuery, search: Type.Optional(Type.String({ maxLength: 255 })) }),
    reply: Page(MachineRow),
  }),
  preview: defineRoute({
    method: 'POST',
    path: '/api/v1/collections/preview',
    permission: 'view',
    summary: 'Members that a draft would have, and what it would change for an existing collection.',
    body: Type.Object({ draft: CollectionDraft, id: Type.Optional(Type.String({ maxLength: 64 })) }),
    reply: Type.Object({
      memberCount: Type.Integer(),
      added: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
      removed: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
      sample: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
    }),
  }),
  explain: defineRoute({
    method: 'GET',
    path: '/api/v1/collections/:id/explain/:machineId',
    permission: 'view',
    summary: 'Why a machine is, or is not, in the collection.',
    params: Type.Object({ id: Type.String({ maxLength: 64 }), machineId: Type.String({ maxLength: 64 }) }),
    reply: MembershipExplanation,
  }),
};
