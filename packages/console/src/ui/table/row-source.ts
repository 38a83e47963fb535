import type { UseQueryResult } from '@tanstack/react-query';
import type { ListOnScreen } from '../../api/use-keyset-list.ts';

/** Where a table's rows come from: a list behind paging, or all of them at once. */
export interface RowSource<T> {
  readonly status: 'loading' | 'ready' | 'error';
  readonly error: unknown;
  readonly count: number;
  readonly isExact: boolean;
  /** What is shown belongs to the filter before. */
  readonly isPrevious: boolean;
  rowAt(index: number): T | undefined;
  want(first: number, last: number): void;
  retry(): void;
}

export function listSource<T>({ list, snapshot, isPrevious }: ListOnScreen<T>): RowSource<T> {
  return { ...snapshot, isPrevious, rowAt: list.rowAt, want: list.want, retry: list.retry };
}

/** The rows of a query that brings all of them at once. */
export function querySource<T>(query: UseQueryResult<unknown>, rows: readonly T[]): RowSource<T> {
  const status = query.data !== undefined ? 'ready' : query.error ? 'error' : 'loading';
  return { ...rowsSource(rows), status, error: query.error, retry: () => void query.refetch() };
}

/** Rows that are all in the browser already. */
export function rowsSource<T>(rows: readonly T[]): RowSource<T> {
  return {
    status: 'ready',
    error: undefined,
    count: rows.length,
    isExact: true,
    isPrevious: false,
    rowAt: (index) => rows[index],
    want: () => {},
    retry: () => {},
  };
}
