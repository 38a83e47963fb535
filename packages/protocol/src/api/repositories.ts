import { PackageDraft } from '@tenkai/domain';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Done, IdParams, Nullable } from './paging.ts';
import { defineRoute } from './route.ts';

/** When a site looks for something new (BAUT-22). */
export const PullSchedule = Type.Union([
  Type.Object({ kind: Type.Literal('manual') }),
  Type.Object({
    kind: Type.Literal('interval'),
    minutes: Type.Integer({ minimum: 1, maximum: 7 * 24 * 60 }),
  }),
  Type.Object({
    kind: Type.Literal('daily'),
    at: Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }),
    /** IANA name, `Asia/Tokyo`. */
    timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  }),
]);
export type PullSchedule = Static<typeof PullSchedule>;

/** What happens to a package that was pulled (BAUT-24): registered at once, held, or registered as less urgent. */
export const Gate = Type.Union([
  Type.Object({ kind: Type.Literal('automatic') }),
  Type.Object({ kind: Type.Literal('hold') }),
  Type.Object({
    kind: Type.Literal('lower'),
    /** No package is more urgent than this afterwards; `normal` and `low` take no part in automatic update. */
    to: Type.Union([Type.Literal('high'), Type.Literal('normal'), Type.Literal('low')]),
  }),
]);
export type Gate = Static<typeof Gate>;

const settings = {
  /** `https://…`, `http://…`, or `file:///…`: a folder on the server, such as a disk that came over an air gap. */
  url: Type.String({ minLength: 1, maxLength: 1024 }),
  /** SHA-256 of the publisher's key, 64 hexadecimal digits: the only key that is believed. */
  fingerprint: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  /** PEM certificates to trust instead of the system's; null: the system's. */
  ca: Nullable(Type.String({ maxLength: 65_536 })),
  schedule: PullSchedule,
  gate: Gate,
  isEnabled: Type.Boolean(),
};
export const RepositorySettings = Type.Object(settings);
export type RepositorySettings = Static<typeof RepositorySettings>;

/** A refusal as it was when it happened. */
export const PullError = Type.Object({
  code: Type.String(),
  message: Type.String(),
  remedy: Type.String(),
  detail: Type.String(),
  params: Type.Record(Type.String(), Type.Unknown()),
});
export type PullError = Static<typeof PullError>;

export const RepositoryRow = Type.Object({
  id: Type.String(),
  /** Fixed: packages carry it as their origin, `repository:<name>`. */
  name: Type.String(),
  ...settings,
  revision: Type.Integer(),
  /** Of the last index that was believed; null: none yet. */
  indexVersion: Nullable(Type.Integer()),
  expiresAt: Nullable(Type.Integer()),
  isPulling: Type.Boolean(),
  /** Last pull that was carried out whole, and last one at all. */
  pulledAt: Nullable(Type.Integer()),
  triedAt: Nullable(Type.Integer()),
  nextPullAt: Nullable(Type.Integer()),
  /** Why the last pull did not come to its end; null: it did. */
  error: Nullable(PullError),
  packageCount: Type.Integer(),
  /** Packages that wait for a decision, and those that cannot be taken. */
  waitingCount: Type.Integer(),
  refusedCount: Type.Integer(),
});
export type RepositoryRow = Static<typeof RepositoryRow>;

/** `refused`: the site cannot take it, see `error`; the next pull looks again. */
export const PulledState = Type.Union([
  Type.Literal('fetching'),
  Type.Literal('waiting'),
  Type.Literal('registered'),
  Type.Literal('rejected'),
  Type.Literal('refused'),
]);
export type PulledState = Static<typeof PulledState>;

export const PulledPackage = Type.Object({
  packageId: Type.String(),
  /** The publisher's number for this state of the package. */
  offered: Type.Integer(),
  state: PulledState,
  /** Fields as the publisher wrote them; null: not read yet. */
  draft: Nullable(PackageDraft),
  contentBytes: Type.Integer(),
  /** Why it waits: the site's gate, or because it was changed here since. */
  waitsFor: Nullable(Type.Union([Type.Literal('gate'), Type.Literal('changed-here')])),
  error: Nullable(PullError),
  /** The site's own revision that came of it; null: none. */
  registeredRevision: Nullable(Type.Integer()),
  /** The repository does not offer it any more. */
  isWithdrawn: Type.Boolean(),
  decidedBy: Nullable(Type.String()),
  decidedAt: Nullable(Type.Integer()),
  updatedAt: Type.Integer(),
});
export type PulledPackage = Static<typeof PulledPackage>;

/** What became of a package by a decision. */
const Decided = Type.Object({
  packageId: Type.String(),
  state: PulledState,
  registeredRevision: Nullable(Type.Integer()),
});

export const RepositoryDetail = Type.Object({
  ...RepositoryRow.properties,
  packages: Type.Array(PulledPackage),
});
export type RepositoryDetail = Static<typeof RepositoryDetail>;

const PackageParams = Type.Object({
  ...IdParams.properties,
  packageId: Type.String({ pattern: '^[A-Za-z0-9_-]{1,63}$' }),
});
const Decision = Type.Object({
  /** What was looked at: a decision about something else would be a blind one. */
  offered: Type.Integer(),
});

export const repositoryRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/repositories',
    permission: 'view',
    summary: 'Package repositories that the site pulls from.',
    reply: Type.Object({ items: Type.Array(RepositoryRow) }),
  }),
  get: defineRoute({
    method: 'GET',
    path: '/api/v1/repositories/:id',
    permission: 'view',
    summary: 'One repository with every package that it offers and what became of it.',
    params: IdParams,
    reply: RepositoryDetail,
  }),
  create: defineRoute({
    method: 'POST',
    path: '/api/v1/repositories',
    permission: 'manage-site',
    summary: 'Adds a repository; the site pulls from it on the schedule.',
    body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 63 }), ...settings }),
    reply: RepositoryRow,
  }),
  update: defineRoute({
    method: 'PUT',
    path: '/api/v1/repositories/:id',
    permission: 'manage-site',
    summary: 'Changes a repository; another key or address forgets which index was seen.',
    params: IdParams,
    body: Type.Object({ ...settings, revision: Type.Integer() }),
    reply: RepositoryRow,
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: '/api/v1/repositories/:id',
    permission: 'manage-site',
    summary: 'Forgets a repository; packages that came from it stay.',
    params: IdParams,
    reply: Done,
  }),
  pull: defineRoute({
    method: 'POST',
    path: '/api/v1/repositories/:id/pull',
    permission: 'manage-packages',
    summary: 'Pulls now; answers at once, the row tells how it goes.',
    params: IdParams,
    reply: RepositoryRow,
  }),
  approve: defineRoute({
    method: 'POST',
    path: '/api/v1/repositories/:id/packages/:packageId/approve',
    permission: 'manage-packages',
    summary: 'Registers a package that waits, or that was rejected.',
    params: PackageParams,
    body: Type.Object({
      ...Decision.properties,
      /** Register it with this urgency instead of the publisher's. */
      urgency: Type.Optional(PackageDraft.properties.urgency),
    }),
    reply: Decided,
  }),
  reject: defineRoute({
    method: 'POST',
    path: '/api/v1/repositories/:id/packages/:packageId/reject',
    permission: 'manage-packages',
    summary: 'Refuses this state of a package; a later one is asked about again.',
    params: PackageParams,
    body: Decision,
    reply: Decided,
  }),
};
