import type { CopyRow, PointRow } from './content.store.ts';

/** One content that a feature needs. */
export interface ContentUse {
  readonly contentId: string;
  /** True: distribution points should hold it; false: it is only kept, where it is. */
  readonly isWanted: boolean;
  /** Points that hold it beside those that take everything. */
  readonly pointIds: readonly string[];
  /** Its folder in file views (DIST-27); null: none. */
  readonly viewName: string | null;
}

export interface CopyPlan {
  readonly publish: readonly { readonly contentId: string; readonly point: PointRow }[];
  readonly withdraw: readonly CopyRow[];
}

type MergedUse = Omit<ContentUse, 'viewName'>;

/** The id of the point that is this server itself: content is there from the moment it is registered. */
export const sitePointId = 'site';

/** Whether a content was chosen for a point, be that switched on or off (DIST-07, DIST-28). */
export function isMeantFor(point: Pick<PointRow, 'id' | 'takes_all'>, pointIds: readonly string[]) {
  return point.takes_all === 1 || pointIds.includes(point.id);
}

/** Whether a point should hold a content now. */
export function isWantedAt(
  point: Pick<PointRow, 'id' | 'takes_all' | 'is_enabled'>,
  pointIds: readonly string[],
) {
  return point.is_enabled === 1 && isMeantFor(point, pointIds);
}

/** What must be copied where, and which copies nobody needs any more. The site itself needs no copies. */
export function planCopies(
  uses: readonly ContentUse[],
  points: readonly PointRow[],
  copies: readonly CopyRow[],
): CopyPlan {
  const merged = mergeUses(uses);
  const current = new Set(copies.filter(({ state }) => state === 'current').map(keyOf));
  const remote = points.filter((point) => point.is_built_in === 0);
  const publish = remote.flatMap((point) =>
    [...merged.values()]
      .filter((use) => use.isWanted && isWantedAt(point, use.pointIds))
      .filter((use) => !current.has(keyOf({ content_id: use.contentId, point_id: point.id })))
      .map(({ contentId }) => ({ contentId, point })),
  );
  return { publish, withdraw: copies.filter((copy) => isUnwanted(copy, merged, remote)) };
}

/** A point that is switched off keeps what it has: it may come back. */
function isUnwanted(
  copy: CopyRow,
  uses: ReadonlyMap<string, MergedUse>,
  points: readonly PointRow[],
): boolean {
  const point = points.find(({ id }) => id === copy.point_id);
  if (!point || point.is_enabled === 0) return false;
  const use = uses.get(copy.content_id);
  if (!use) return true;
  return use.isWanted && !isWantedAt(point, use.pointIds);
}

/** The plain files that a point should show: content by folder name. */
export function wantedViews(uses: readonly ContentUse[], point: PointRow): Map<string, string> {
  if (point.has_file_view === 0) return new Map();
  const shown = uses.filter((use) => use.isWanted && isWantedAt(point, use.pointIds));
  return new Map(shown.flatMap((use) => (use.viewName === null ? [] : [[use.viewName, use.contentId]])));
}

/** Two packages may have the same content: it goes wherever one of them wants it. */
function mergeUses(uses: readonly ContentUse[]): Map<string, MergedUse> {
  const merged = new Map<string, MergedUse>();
  for (const use of uses) {
    const before = merged.get(use.contentId);
    merged.set(use.contentId, {
      contentId: use.contentId,
      isWanted: use.isWanted || (before?.isWanted ?? false),
      pointIds: [...new Set([...(before?.pointIds ?? []), ...use.pointIds])],
    });
  }
  return merged;
}

export function keyOf({ content_id, point_id }: Pick<CopyRow, 'content_id' | 'point_id'>): string {
  return `${content_id} ${point_id}`;
}
