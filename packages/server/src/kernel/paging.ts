import { Failure } from '@tenkai/domain/failure.ts';

export const defaultPageSize = 100;

/** Keyset paging: the cursor holds the sort key of the last row seen, base64url of JSON. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * @param shape types that the key must have, such as ['string', 'number']
 * @throws Failure invalid-request for anything that encodeCursor did not make
 */
export function decodeCursor<K extends (string | number)[]>(
  cursor: string | undefined,
  shape: readonly ('string' | 'number')[],
): K | undefined {
  if (cursor === undefined) return undefined;
  const key = parse(cursor);
  const fits =
    Array.isArray(key) && key.length === shape.length && key.every((part, at) => isOf(part, shape[at]));
  if (!fits) throw new Failure('invalid-request', {}, { detail: 'query/cursor: not a cursor of this list' });
  return key as K;
}

/** From rows read with one more than the limit: the page, and the cursor of the next one. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { item, key }: { item: (row: Row) => Item; key: (row: Row) => readonly (string | number)[] },
) {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(item),
    nextCursor: last === undefined ? null : encodeCursor(key(last)),
  };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function isOf(part: unknown, type: string | undefined): boolean {
  return typeof part === type && (type !== 'number' || Number.isSafeInteger(part));
}
