import { useCallback, useMemo, useState } from 'react';

/**
 * Rows that bulk acts will be done on, with what was known of them when they were chosen: it outlives scrolling,
 * paging and refreshes.
 */
export interface Selection<T> {
  readonly rows: ReadonlyMap<string, T>;
  toggle(id: string, row: T): void;
  add(rows: readonly (readonly [string, T])[]): void;
  clear(): void;
}

export function useSelection<T>(): Selection<T> {
  const [rows, setRows] = useState<ReadonlyMap<string, T>>(new Map<string, T>());
  const toggle = useCallback((id: string, row: T) => {
    setRows((before) => {
      const after = new Map(before);
      if (!after.delete(id)) after.set(id, row);
      return after;
    });
  }, []);
  const add = useCallback((more: readonly (readonly [string, T])[]) => {
    setRows((before) => new Map([...before, ...more]));
  }, []);
  const clear = useCallback(() => setRows(new Map<string, T>()), []);
  return useMemo(() => ({ rows, toggle, add, clear }), [rows, toggle, add, clear]);
}
