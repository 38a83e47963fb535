import type { ChunkStore } from '@tenkai/transfer';
import type { Kernel } from '../../kernel/kernel.ts';
import { deleteLeaving, listManifestRows, markLeaving } from './content.store.ts';
import type { ContentUse } from './copy-plan.ts';

export interface GarbageDeps extends Pick<Kernel, 'db' | 'clock' | 'log'> {
  readonly store: ChunkStore;
  readonly uses: () => Promise<ContentUse[]>;
}

/** Uploads under way, and drafts that are being written, are younger than this. */
export const graceMs = 24 * 3_600_000;

/**
 * Deletes content that no feature needs and that nobody has touched for the grace time, then chunks of no manifest.
 * Where a feature cannot say what it needs, nothing is deleted.
 */
export async function collectGarbage(deps: GarbageDeps, signal: AbortSignal): Promise<void> {
  const { db, clock, store, log } = deps;
  const needed = new Set((await deps.uses()).map((use) => use.contentId));
  const untouchedSince = clock.now() - graceMs;
  for (const row of await listManifestRows(db.read)) {
    signal.throwIfAborted();
    if (needed.has(row.content_id)) continue;
    if (row.touched_at >= untouchedSince) continue;
    if (await removeContent(deps, row.content_id, untouchedSince)) {
      log.info({ contentId: row.content_id, bytes: row.total_bytes }, 'unused content was deleted');
    }
  }
  const report = await store.collectGarbage({ graceMs, now: clock.now, signal });
  if (report.deletedChunks > 0) log.info(report, 'unused chunks were deleted');
}

async function removeContent({ db, store }: GarbageDeps, contentId: string, untouchedSince: number) {
  if (!(await db.transaction((tx) => markLeaving(tx, contentId, untouchedSince)))) return false;
  const published = await store.readManifest(contentId).catch(() => undefined);
  await store.removeManifest(contentId);
  const hasLeft = await db.transaction((tx) => deleteLeaving(tx, contentId));
  // Somebody registered it again between the two: its manifest comes back, its chunks never went.
  if (!hasLeft && published) await store.putManifest(published.manifest, published.signed);
  return hasLeft;
}
