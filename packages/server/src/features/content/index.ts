import { join } from 'node:path';
import type { ContentPlace, PlaceVerification } from '@tenkai/protocol/api/packages.ts';
import { type ChunkStore, type Manifest, openChunkStore } from '@tenkai/transfer';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { addContentFiles } from './content.files.ts';
import { addContentRoutes } from './content.routes.ts';
import { findManifest, loadFileTimes } from './content.store.ts';
import { holdContent, registerManifest } from './content.ts';
import { contentPlaces, contentSources, type PlacesQuestion, unplacedContents } from './content.views.ts';
import type { ContentUse } from './copy-plan.ts';
import { collectGarbage } from './garbage.ts';
import { findPoint } from './points.store.ts';
import { ensureSitePoint } from './points.ts';
import { reconcile, reconcileJob } from './reconcile.ts';
import { verifyContent } from './verify.ts';

export { admitReader } from './content.files.ts';
export type { ContentUse } from './copy-plan.ts';
export { sitePointId } from './copy-plan.ts';
export { type OpenFile, sendFile } from './send-file.ts';

/** What other features may ask of content. */
export interface Content {
  /** Says what a feature needs: it is kept, and goes to distribution points. Called before the server starts. */
  registerUser(uses: () => Promise<ContentUse[]>): void;
  /** As registerUser, for what is only kept where it lies: it decides no place, and orders need not ask for it. */
  registerKeeper(uses: () => Promise<ContentUse[]>): void;
  /**
   * Protects a content for the time that a feature needs to begin its use, and tells what is in it.
   * @throws Failure not-found
   */
  hold(contentId: string): Promise<Manifest>;
  /** @throws Failure not-found */
  manifest(contentId: string): Promise<Manifest>;
  /** When the sources of its files were changed last, epoch milliseconds by path; what nobody told is absent. */
  fileTimes(contentId: string): Promise<ReadonlyMap<string, number>>;
  /** Whether it is here, whole, and will stay for the grace time. */
  holdIfHere(contentId: string): Promise<boolean>;
  /** Those chunks that are not here; the others are kept for the grace time. */
  missing(hashes: Iterable<string>): Promise<string[]>;
  /** @throws Failure content-chunk-corrupt, disk-full */
  putChunk(sha256: string, bytes: Uint8Array): Promise<void>;
  /** Registers content whose chunks are all here; the site signs its manifest. @throws Failure content-* */
  register(actor: Actor, manifest: Manifest): Promise<void>;
  /** The bytes of one chunk. */
  pathOfChunk(sha256: string): string;
  /** @throws Failure content-chunk-missing */
  openChunk: ChunkStore['open'];
  /** Part of the caller's transaction: afterwards distribution points are brought in line. */
  requestPublish(tx: Tx): Promise<void>;
  /** Base URLs for an order that needs all of these contents, best first; `/content` is the site itself. */
  sources(contentIds: readonly string[]): Promise<string[]>;
  /** Those of the contents that machines can get nowhere (DIST-07). */
  unplaced(contentIds: readonly string[]): Promise<string[]>;
  places(question: PlacesQuestion): Promise<ContentPlace[]>;
  hasPoint(id: string): Promise<boolean>;
  verify(question: { contentId: string; repair: boolean; signal: AbortSignal }): Promise<PlaceVerification[]>;
}

const reconcileEveryMs = 5 * 60_000;
const garbageEveryMs = 6 * 3_600_000;

export async function registerContent(kernel: Kernel): Promise<Content> {
  const { db, jobs, live } = kernel;
  const store = await openChunkStore({ root: join(kernel.dataDir, 'content') });
  const users: (() => Promise<ContentUse[]>)[] = [];
  const keepers: (() => Promise<ContentUse[]>)[] = [];
  const askAll = async (asked: typeof users) => (await Promise.all(asked.map((ask) => ask()))).flat();
  const uses = () => askAll([...users, ...keepers]);
  const deps = { ...kernel, log: kernel.log.child({ component: 'content' }), store, uses };
  await ensureSitePoint(kernel);

  // One at a time: a second request waits for the first rather than copying the same files.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (signal: AbortSignal) => {
    last = last.then(
      () => reconcile(deps, signal),
      () => reconcile(deps, signal),
    );
    return last as Promise<void>;
  };
  jobs.define(reconcileJob.kind, ({ signal }) => inTurn(signal));
  jobs.every('content.reconcile-all', reconcileEveryMs, ({ signal }) => inTurn(signal));
  jobs.every('content.garbage', garbageEveryMs, ({ signal }) => collectGarbage(deps, signal));
  live.expose('content.points-changed', {
    permission: 'view',
    message: ({ pointId }) => ({ topic: 'distribution-points', id: pointId }),
  });
  live.expose('content.copied', {
    permission: 'view',
    message: ({ contentId, pointId, state }) => ({
      topic: 'content',
      id: contentId,
      facts: { pointId, state },
    }),
  });
  addContentRoutes(deps);
  addContentFiles(deps);

  return {
    registerUser: (ask) => void users.push(ask),
    registerKeeper: (ask) => void keepers.push(ask),
    hold: (contentId) => holdContent(deps, contentId),
    manifest: async (contentId) => (await store.readManifest(contentId)).manifest,
    fileTimes: (contentId) => loadFileTimes(db.read, contentId),
    async holdIfHere(contentId) {
      if (!(await findManifest(db.read, contentId))) return false;
      return holdContent(deps, contentId).then(
        () => true,
        () => false,
      );
    },
    missing: store.missing,
    putChunk: async (sha256, bytes) => void (await store.put(sha256, bytes)),
    register: async (actor, manifest) => void (await registerManifest(deps, actor, manifest)),
    pathOfChunk: store.pathOf,
    openChunk: store.open,
    requestPublish: (tx) => jobs.enqueue(tx, reconcileJob),
    sources: async (contentIds) =>
      contentIds.length === 0 ? [] : contentSources(db.read, await askAll(users), contentIds),
    unplaced: async (contentIds) => unplacedContents(db.read, await askAll(users), contentIds),
    places: (question) => contentPlaces(db.read, question),
    hasPoint: async (id) => (await findPoint(db.read, id)) !== undefined,
    verify: (question) => verifyContent(deps, question),
  };
}
