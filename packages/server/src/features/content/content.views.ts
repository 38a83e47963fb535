import { Failure } from '@tenkai/domain/failure.ts';
import type { DistributionPointRow } from '@tenkai/protocol/api/distribution-points.ts';
import type { ContentPlace } from '@tenkai/protocol/api/packages.ts';
import type { Reader } from '../../kernel/database/database.ts';
import {
  type CopyRow,
  findManifest,
  listCopiesOf,
  listManifestRows,
  type PointRow,
} from './content.store.ts';
import { type ContentUse, isMeantFor, isWantedAt, sitePointId } from './copy-plan.ts';
import { listPoints } from './points.store.ts';
import { toDraft } from './points.ts';

/** Distribution points with what lies there. */
export async function pointRows(read: Reader): Promise<DistributionPointRow[]> {
  const counts = await read.all<{ point_id: string; state: string; copies: number }>(
    'SELECT point_id, state, count(*) AS copies FROM content_copies GROUP BY point_id, state',
  );
  const atSite = (await listManifestRows(read)).length;
  const countOf = (point: PointRow, state: string) =>
    Number(counts.find((row) => row.point_id === point.id && row.state === state)?.copies ?? 0);
  return (await listPoints(read)).map((point) => ({
    id: point.id,
    ...toDraft(point),
    isBuiltIn: point.is_built_in === 1,
    publishedCount: point.is_built_in === 1 ? atSite : countOf(point, 'current'),
    pendingCount: countOf(point, 'publishing'),
    failedCount: countOf(point, 'failed'),
    revision: point.revision,
  }));
}

export async function pointRow(read: Reader, id: string): Promise<DistributionPointRow> {
  const row = (await pointRows(read)).find((candidate) => candidate.id === id);
  if (!row) throw new Failure('not-found', { what: 'distribution point', id });
  return row;
}

/**
 * Where one content lies or should lie. `stale`: only an older content of the same package is there (DIST-30).
 * `off`: meant for a point that is switched off, and goes on when that is switched on again.
 * `pointIds`: points chosen for it beside those that take everything.
 */
export async function contentPlaces(
  read: Reader,
  { contentId, olderIds, pointIds }: PlacesQuestion,
): Promise<ContentPlace[]> {
  if (!(await findManifest(read, contentId))) return [];
  const copies = await listCopiesOf(read, [contentId, ...olderIds]);
  const points = (await listPoints(read)).filter((point) => isMeantFor(point, pointIds));
  return points.map((point) =>
    placeOf(
      point,
      contentId,
      copies.filter((copy) => copy.point_id === point.id),
    ),
  );
}

export interface PlacesQuestion {
  readonly contentId: string;
  readonly olderIds: readonly string[];
  readonly pointIds: readonly string[];
}

function placeOf(point: PointRow, contentId: string, copies: readonly CopyRow[]): ContentPlace {
  const place = { pointId: point.id, name: point.name };
  if (point.is_enabled === 0) return { ...place, state: 'off', error: null, publishedAt: null };
  if (point.id === sitePointId) return { ...place, state: 'current', error: null, publishedAt: null };
  const copy = copies.find((candidate) => candidate.content_id === contentId);
  const hasOlder = copies.some((candidate) => candidate !== copy && candidate.state === 'current');
  const rest = { error: copy?.error ?? null, publishedAt: copy?.published_at ?? null };
  if (copy?.state === 'current' || copy?.state === 'failed') return { ...place, state: copy.state, ...rest };
  return { ...place, state: hasOlder ? 'stale' : 'publishing', ...rest };
}

/**
 * Base URLs for an order, best first: points that hold all of the contents, then those that hold a part. The site
 * itself is among them where it serves machines.
 */
export async function contentSources(
  read: Reader,
  uses: readonly ContentUse[],
  contentIds: readonly string[],
): Promise<string[]> {
  const places = await placesByContent(read, uses, contentIds);
  const held = (point: PointRow) => contentIds.filter((id) => places.get(id)?.includes(point.id)).length;
  const points = (await listPoints(read)).filter((point) => held(point) > 0);
  const whole = points.filter((point) => held(point) === contentIds.length);
  const partial = points.filter((point) => held(point) < contentIds.length);
  return [...whole, ...partial].map((point) => point.base_url);
}

/** Those of the contents that machines can get nowhere (DIST-07). */
export async function unplacedContents(
  read: Reader,
  uses: readonly ContentUse[],
  contentIds: readonly string[],
): Promise<string[]> {
  const places = await placesByContent(read, uses, contentIds);
  return contentIds.filter((id) => (places.get(id)?.length ?? 0) === 0);
}

/** Ids of the points that are in use and hold each content completely. */
async function placesByContent(read: Reader, uses: readonly ContentUse[], contentIds: readonly string[]) {
  const copies = (await listCopiesOf(read, contentIds)).filter((copy) => copy.state === 'current');
  const points = (await listPoints(read)).filter((point) => point.is_enabled === 1);
  const site = points.find((point) => point.id === sitePointId);
  const chosen = (id: string) => uses.filter((use) => use.contentId === id).flatMap((use) => use.pointIds);
  const holds = (point: PointRow, id: string) =>
    point === site
      ? isWantedAt(site, chosen(id))
      : copies.some((copy) => copy.point_id === point.id && copy.content_id === id);
  return new Map(
    contentIds.map((id) => [id, points.filter((point) => holds(point, id)).map((point) => point.id)]),
  );
}
