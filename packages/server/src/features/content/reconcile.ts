import type { ChunkStore } from '@tenkai/transfer';
import type { Kernel } from '../../kernel/kernel.ts';
import { type CopyRow, deleteCopy, listCopies, type PointRow, saveCopy } from './content.store.ts';
import { type ContentUse, planCopies, wantedViews } from './copy-plan.ts';
import { reconcileFileView } from './file-view.ts';
import { copyToFolder, removeFromFolder } from './folder-copy.ts';
import { listPoints } from './points.store.ts';
import { probeContent, probeManifest } from './probe.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'content.copied': { contentId: string; pointId: string; state: string };
  }
}

export interface ReconcileDeps extends Pick<Kernel, 'db' | 'clock' | 'events' | 'log'> {
  readonly store: ChunkStore;
  /** Everything that features need, at this moment. */
  readonly uses: () => Promise<ContentUse[]>;
}

/** The kind of the job; several requests while one waits are one. */
export const reconcileJob = { kind: 'content.reconcile', key: 'all' } as const;

/** A copy that was withdrawn may still be read by agents that were told of it. */
const withdrawnGraceMs = 3_600_000;

/**
 * Brings every distribution point in line with what features need: publishes what is wanted and not there, takes
 * back what nobody needs, renews file views. Whatever fails is noted on the copy and tried again next time.
 */
export async function reconcile(deps: ReconcileDeps, signal: AbortSignal): Promise<void> {
  const uses = await deps.uses();
  const points = await listPoints(deps.db.read);
  const plan = planCopies(uses, points, await listCopies(deps.db.read));
  await withdraw(deps, plan.withdraw, points);
  for (const { contentId, point } of plan.publish) {
    signal.throwIfAborted();
    await publish(deps, contentId, point, signal);
  }
  for (const point of points) await renewFileView(deps, uses, point, signal);
}

async function publish(deps: ReconcileDeps, contentId: string, point: PointRow, signal: AbortSignal) {
  const copy = { content_id: contentId, point_id: point.id, published_at: null };
  await note(deps, { ...copy, state: 'publishing', error: null });
  try {
    const { manifest } = await deps.store.readManifest(contentId);
    if (point.folder !== null) {
      await copyToFolder({ source: deps.store, folder: point.folder, signal }, contentId);
      await probeManifest({ baseUrl: point.base_url, signal }, contentId);
    } else {
      await probeContent({ baseUrl: point.base_url, signal }, manifest);
    }
    await note(deps, { ...copy, state: 'current', error: null, published_at: deps.clock.now() });
  } catch (error) {
    signal.throwIfAborted();
    const text = error instanceof Error ? error.message : String(error);
    deps.log.warn({ err: error, contentId, point: point.name }, 'content was not published');
    await note(deps, { ...copy, state: 'failed', error: text.slice(0, 500) });
  }
}

/** Nothing is written for a point that was removed in the meantime. */
async function note({ db, events }: ReconcileDeps, copy: CopyRow) {
  await db.transaction(async (tx) => {
    const point = await tx.one('SELECT id FROM content_points WHERE id = ?', [copy.point_id]);
    const content = await tx.one('SELECT content_id FROM content_manifests WHERE content_id = ?', [
      copy.content_id,
    ]);
    if (!point || !content) return;
    await saveCopy(tx, copy);
    const { content_id: contentId, point_id: pointId, state } = copy;
    await events.publish(tx, 'content.copied', { contentId, pointId, state });
  });
}

async function withdraw(deps: ReconcileDeps, copies: readonly CopyRow[], points: readonly PointRow[]) {
  for (const point of points) {
    const leaving = copies.filter((copy) => copy.point_id === point.id).map((copy) => copy.content_id);
    if (leaving.length === 0) continue;
    // Rows first: from here on nobody is sent there.
    await deps.db.transaction(async (tx) => {
      for (const contentId of leaving) await deleteCopy(tx, contentId, point.id);
    });
    if (point.folder === null) continue;
    await removeFromFolder(point.folder, leaving, withdrawnGraceMs).catch((error: unknown) =>
      deps.log.warn({ err: error, point: point.name }, 'withdrawn content was not deleted'),
    );
  }
}

async function renewFileView(
  deps: ReconcileDeps,
  uses: readonly ContentUse[],
  point: PointRow,
  signal: AbortSignal,
) {
  if (point.folder === null || point.is_enabled === 0) return;
  const wanted = wantedViews(uses, point);
  await reconcileFileView({ source: deps.store, folder: point.folder, wanted, signal }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      deps.log.warn({ err: error, point: point.name }, 'the file view was not renewed');
    },
  );
}
