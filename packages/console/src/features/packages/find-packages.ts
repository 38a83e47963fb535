import type { PackageRow } from '@tenkai/protocol/api/packages.ts';

export type FoundBy = Pick<PackageRow, 'id' | 'displayName' | 'type' | 'operatingSystems'>;

/**
 * Whether every word is in what people know of a package: ID, name, type (as it is shown, and as it is stored) or
 * operating systems (BSCN-03). Full-width letters are the same as others.
 */
export function isFound(row: FoundBy, search: string, typeText: string): boolean {
  const { id, displayName, type, operatingSystems } = row;
  const text = fold([id, displayName, type, typeText, ...operatingSystems].join(' '));
  return fold(search)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** The systems that packages of the list suit, each once, for a filter. */
export function systemsOf(rows: readonly FoundBy[]): string[] {
  return [...new Set(rows.flatMap(({ operatingSystems }) => operatingSystems))].sort((a, b) =>
    a.localeCompare(b),
  );
}
