import { PackageDraft } from '@tenkai/domain';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { DraftProblemReply } from '../problem.ts';
import { Done, Nullable } from './paging.ts';
import { defineRoute } from './route.ts';

/** A package's id is chosen by its maker (BPKG-05), so paths carry it as it is. */
const PackageParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 63, pattern: '^[A-Za-z0-9_-]+$' }),
});

/** ECMA-262, 21.4.1.1: no later time has a date. */
const latestTime = 8_640_000_000_000_000;

export const PackageRow = Type.Object({
  id: Type.String(),
  displayName: Type.String(),
  name: Type.String(),
  publisher: Type.String(),
  version: Type.String(),
  type: Type.String(),
  urgency: Type.String(),
  /** Names of the operating systems that it suits, as people write them; empty: every one (BSCN-03). */
  operatingSystems: Type.Array(Type.String()),
  /** The newest sealed revision; 0: none yet, it cannot be deployed. */
  revision: Type.Integer(),
  contentBytes: Type.Integer(),
  contentId: Nullable(Type.String()),
  createdAt: Type.Integer(),
  updatedAt: Type.Integer(),
  /** `api`, `installer`, ...: who made it (DIST-06). */
  origin: Type.String(),
});
export type PackageRow = Static<typeof PackageRow>;

export const PackageFile = Type.Object({
  path: Type.String(),
  sizeBytes: Type.Integer(),
  sha256: Nullable(Type.String()),
  /** When its source was changed last, as whoever brought it said; null: nobody did. */
  modifiedAt: Nullable(Type.Integer()),
});
export type PackageFile = Static<typeof PackageFile>;

/** Where the content of a package's newest revision lies (DIST-07, DIST-30). */
export const ContentPlace = Type.Object({
  /** Id of a distribution point; `site`: the server itself. */
  pointId: Type.String(),
  name: Type.String(),
  /**
   * `stale`: it holds an older revision; `failed`: see `error`; the server tries again by itself; `off`: chosen, but the
   * point is switched off.
   */
  state: Type.Union([
    Type.Literal('current'),
    Type.Literal('publishing'),
    Type.Literal('stale'),
    Type.Literal('failed'),
    Type.Literal('off'),
  ]),
  error: Nullable(Type.String()),
  publishedAt: Nullable(Type.Integer()),
});
export type ContentPlace = Static<typeof ContentPlace>;

/** What reading every part at one place has shown. */
export const PlaceVerification = Type.Object({
  place: Type.String(),
  checked: Type.Integer(),
  /** Hashes of parts whose bytes are not what they should be. */
  damaged: Type.Array(Type.String()),
  missing: Type.Array(Type.String()),
  /** Of those, the ones that were replaced by good copies. */
  repaired: Type.Array(Type.String()),
  /** Why the place could not be read at all; else null. */
  error: Nullable(Type.String()),
});
export type PlaceVerification = Static<typeof PlaceVerification>;

export const PackageDetail = Type.Object({
  ...PackageRow.properties,
  draft: PackageDraft,
  /** Top folders of the content (BPKG-22). */
  folders: Type.Array(Type.String()),
  files: Type.Array(PackageFile),
  changes: Type.Array(
    Type.Object({ revision: Type.Integer(), at: Type.Integer(), by: Type.String(), summary: Type.String() }),
  ),
  /** Scenarios that name it. */
  usedBy: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  /** Empty, or all of them off: machines have nowhere to get it from (DIST-07). */
  places: Type.Array(ContentPlace),
});
export type PackageDetail = Static<typeof PackageDetail>;

/** Things worth saying that do not forbid saving, such as BPKG-15 and BPKG-24. */
export const PackageSaved = Type.Object({ package: PackageRow, warnings: Type.Array(DraftProblemReply) });

const save = {
  draft: PackageDraft,
  /** Content that was uploaded before; null: a package without files. */
  contentId: Nullable(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  /** BPKG-09: correct the release date instead of refusing it. */
  fix: Type.Optional(Type.Boolean()),
};

export const packageRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/packages',
    permission: 'view',
    summary: 'All packages.',
    query: Type.Object({
      search: Type.Optional(Type.String({ maxLength: 255 })),
      type: Type.Optional(Type.String({ maxLength: 32 })),
    }),
    reply: Type.Object({ items: Type.Array(PackageRow) }),
  }),
  get: defineRoute({
    method: 'GET',
    path: '/api/v1/packages/:id',
    permission: 'view',
    summary: 'One package with its fields, files and history.',
    params: PackageParams,
    reply: PackageDetail,
  }),
  create: defineRoute({
    method: 'POST',
    path: '/api/v1/packages',
    permission: 'manage-packages',
    summary: 'Makes a package; refused where the ID is taken (BPKG-06).',
    body: Type.Object(save),
    reply: PackageSaved,
  }),
  update: defineRoute({
    method: 'PUT',
    path: '/api/v1/packages/:id',
    permission: 'manage-packages',
    summary: 'Seals a new revision; `revision` is that of the version that was edited.',
    params: PackageParams,
    body: Type.Object({ ...save, revision: Type.Integer() }),
    reply: PackageSaved,
  }),
  check: defineRoute({
    method: 'POST',
    path: '/api/v1/packages/check',
    permission: 'view',
    summary: 'What is wrong with a draft, without saving it.',
    body: Type.Object({ draft: PackageDraft, contentId: Nullable(Type.String({ maxLength: 64 })) }),
    reply: Type.Object({ problems: Type.Array(DraftProblemReply), warnings: Type.Array(DraftProblemReply) }),
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: '/api/v1/packages/:id',
    permission: 'manage-packages',
    summary: 'Deletes a package that no scenario names and no run needs.',
    params: PackageParams,
    reply: Done,
  }),
  verify: defineRoute({
    method: 'POST',
    path: '/api/v1/packages/:id/verify',
    permission: 'manage-packages',
    summary: 'Reads every chunk at the source and at each distribution point and compares hashes (DIST-33).',
    params: PackageParams,
    query: Type.Object({
      /** Replaces damaged and missing parts, from the source or from a place that still has them. */
      repair: Type.Optional(Type.Boolean()),
    }),
    reply: Type.Object({ places: Type.Array(PlaceVerification) }),
  }),
  place: defineRoute({
    method: 'PUT',
    path: '/api/v1/packages/:id/places',
    permission: 'manage-packages',
    summary:
      'Chooses the distribution points that hold a package, beside those that take every package (DIST-07).',
    params: PackageParams,
    body: Type.Object({ pointIds: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1000 }) }),
    reply: Type.Object({ places: Type.Array(ContentPlace) }),
  }),
  netfw: defineRoute({
    method: 'POST',
    path: '/api/v1/packages/netfw',
    permission: 'manage-packages',
    summary:
      'The netfw.inf of Windows XP SP2 with what opens the machine; broken lines are refused (BPKG-40, BPKG-41).',
    body: Type.Object({
      /** The whole file; bytes that are no ASCII as characters up to U+00FF come back as they were. */
      text: Type.String({ minLength: 1, maxLength: 1_048_576 }),
      /** BFWL-23: turns the firewall off instead; only with `isConfirmed`. */
      disablesFirewall: Type.Optional(Type.Boolean()),
      isConfirmed: Type.Optional(Type.Boolean()),
    }),
    reply: Type.Object({ text: Type.String() }),
  }),
  operatingSystems: defineRoute({
    method: 'GET',
    path: '/api/v1/packages/operating-systems',
    permission: 'view',
    summary: 'The list of operating systems and languages that packages may name (BSRV-28).',
    reply: Type.Object({
      operatingSystems: Type.Array(
        Type.Object({
          id: Type.String(),
          name: Type.String(),
          family: Type.String(),
          versions: Type.Array(Type.String()),
          architectures: Type.Array(Type.String()),
        }),
      ),
      languages: Type.Array(Type.String()),
    }),
  }),
};

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** Upload: ask what is missing, send only that, then the manifest. Bodies of chunks are raw bytes. */
export const contentRoutes = {
  missing: defineRoute({
    method: 'POST',
    path: '/api/v1/content/missing',
    permission: 'manage-packages',
    summary: 'Which of these chunks the site does not have yet.',
    body: Type.Object({ chunks: Type.Array(Sha256, { maxItems: 100_000 }) }),
    reply: Type.Object({ missing: Type.Array(Sha256) }),
    bodyLimit: 8 * 1024 * 1024,
  }),
  manifest: defineRoute({
    method: 'POST',
    path: '/api/v1/content/manifests',
    permission: 'manage-packages',
    summary: 'Registers content whose chunks are all there; the site signs its manifest.',
    body: Type.Object({
      manifest: Type.Unknown(),
      /** By path, epoch milliseconds; shown beside the files, and no part of the content (DIST-03). */
      fileTimes: Type.Optional(Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: latestTime }))),
    }),
    reply: Type.Object({ contentId: Type.String(), totalBytes: Type.Integer() }),
    bodyLimit: 64 * 1024 * 1024,
  }),
};

/** Raw body, so not of the route table's JSON kind: `PUT` with the chunk's bytes. */
export const contentChunkPath = '/api/v1/content/chunks/:sha256';
