import type { BoundaryListRow } from '@tenkai/protocol/api/boundaries.ts';
import type { TFunction } from 'i18next';

/** `inside of office`, in the words of the language. */
export function overlapTexts(t: TFunction, { overlaps }: Pick<BoundaryListRow, 'overlaps'>): string[] {
  return overlaps.map(({ kind, name }) => t(`boundaries.kinds.${kind}`, { name }));
}
