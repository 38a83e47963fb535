import type { ColumnDef, RowData, VisibilityState } from '@tanstack/react-table';
import { useState } from 'react';

declare module '@tanstack/react-table' {
  interface ColumnMeta<TData extends RowData, TValue> {
    /** Pixels that it needs; the list scrolls sideways rather than give it less. */
    readonly min: number;
    /** Its share of the room that is left; 0 keeps it as it is. */
    readonly grow: number;
    readonly isNumber?: boolean;
    /** The site's name of this order; absent: the list cannot be sorted by it. */
    readonly sort?: string;
    /** Shown only when the user asks for it. */
    readonly isExtra?: boolean;
    /** The list makes no sense without it. */
    readonly isFixed?: boolean;
  }
}

/** A column: its id, its head in the language on the screen, and its cell. */
export type Column<T> = ColumnDef<T, unknown> & {
  readonly id: string;
  readonly header: string;
  readonly meta: NonNullable<ColumnDef<T, unknown>['meta']>;
};

/** Which columns are shown: the user's choice for this list, kept in the browser. */
export function useColumnVisibility<T>(
  storageKey: string,
  columns: readonly Column<T>[],
): [VisibilityState, (next: VisibilityState) => void] {
  const key = `tenkai.columns.${storageKey}`;
  const [chosen, setChosen] = useState<VisibilityState>(() => read(key));
  const visibility = Object.fromEntries(
    columns.map(({ id, meta }) => [id, meta.isFixed || (chosen[id] ?? !meta.isExtra)]),
  );
  const change = (next: VisibilityState) => {
    setChosen(next);
    write(key, next);
  };
  return [visibility, change];
}

function read(key: string): VisibilityState {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as VisibilityState;
  } catch {
    return {};
  }
}

function write(key: string, value: VisibilityState): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage the choice holds for this page.
  }
}
