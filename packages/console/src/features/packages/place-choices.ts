import type { DistributionPointRow } from '@tenkai/protocol/api/distribution-points.ts';

/**
 * The points that a package is placed on one by one. The site's own is one of them where it does not take every package:
 * whatever is no choice gives up its copy when the choice is saved.
 */
export function placeChoices<Point extends Pick<DistributionPointRow, 'takesAll'>>(
  points: readonly Point[],
): Point[] {
  return points.filter(({ takesAll }) => !takesAll);
}
