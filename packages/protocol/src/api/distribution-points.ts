import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Done, IdParams, Nullable } from './paging.ts';
import { defineRoute } from './route.ts';

/** A static web server that holds content, or the site's own server (id `site`). */
export const DistributionPointDraft = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 127 }),
  /** Where agents find `objects/` and `manifests/`; without a slash at the end. */
  baseUrl: Type.String({ minLength: 1, maxLength: 1024 }),
  /** Absolute folder of the server that the web server publishes; null: files come there by other ways (rsync). */
  folder: Nullable(Type.String({ minLength: 1, maxLength: 1024 })),
  isEnabled: Type.Boolean(),
  /** DIST-28: every package goes there, without being placed one by one. */
  takesAll: Type.Boolean(),
  /** DIST-27: also keep the plain files of each package in `packages/<package ID>/` of the folder. */
  hasFileView: Type.Boolean(),
  /** Lower ones are tried first. */
  preference: Type.Integer({ minimum: 0, maximum: 1000 }),
});
export type DistributionPointDraft = Static<typeof DistributionPointDraft>;

export const DistributionPointRow = Type.Object({
  id: Type.String(),
  ...DistributionPointDraft.properties,
  isBuiltIn: Type.Boolean(),
  /** Contents that lie there completely, and those that should but do not yet. */
  publishedCount: Type.Integer(),
  pendingCount: Type.Integer(),
  failedCount: Type.Integer(),
  revision: Type.Integer(),
});
export type DistributionPointRow = Static<typeof DistributionPointRow>;

export const distributionPointRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/distribution-points',
    permission: 'view',
    summary: 'Distribution points, the first choice of agents first.',
    reply: Type.Object({ items: Type.Array(DistributionPointRow) }),
  }),
  create: defineRoute({
    method: 'POST',
    path: '/api/v1/distribution-points',
    permission: 'manage-site',
    summary: 'Adds a distribution point and publishes to it what belongs there.',
    body: DistributionPointDraft,
    reply: DistributionPointRow,
  }),
  update: defineRoute({
    method: 'PUT',
    path: '/api/v1/distribution-points/:id',
    permission: 'manage-site',
    summary: 'Changes a distribution point; `revision` is that of the version that was edited.',
    params: IdParams,
    body: Type.Object({ ...DistributionPointDraft.properties, revision: Type.Integer() }),
    reply: DistributionPointRow,
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: '/api/v1/distribution-points/:id',
    permission: 'manage-site',
    summary: 'Forgets a distribution point; the files that lie there stay.',
    params: IdParams,
    reply: Done,
  }),
};
