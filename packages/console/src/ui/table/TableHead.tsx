import { Checkbox } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { flexRender, type Table } from '@tanstack/react-table';
import { useTranslation } from 'react-i18next';
import type { Selection } from './selection.ts';

interface Props<T> {
  readonly table: Table<T>;
  readonly sort: string | undefined;
  readonly onSort: ((sort: string) => void) | undefined;
  readonly selection: Selection<T> | undefined;
  readonly onSelectAll: (() => void) | undefined;
  readonly count: number;
}

/** The heads of the columns; those that the site can sort by are buttons. */
export function TableHead<T>({ table, sort, onSort, selection, onSelectAll, count }: Props<T>) {
  const { t } = useTranslation();
  const selected = selection?.rows.size ?? 0;
  return (
    <div className="tk-table-head" role="row" aria-rowindex={1}>
      {selection ? (
        <div className="tk-cell tk-cell-check" role="columnheader">
          <Checkbox
            size="xs"
            aria-label={t('table.selectAll')}
            checked={selected > 0 && selected >= count}
            indeterminate={selected > 0 && selected < count}
            disabled={count === 0}
            onChange={() => (selected > 0 ? selection.clear() : onSelectAll?.())}
          />
        </div>
      ) : null}
      {table.getFlatHeaders().map((header) => {
        const { meta } = header.column.columnDef;
        const direction = directionOf(sort, meta?.sort);
        const text = flexRender(header.column.columnDef.header, header.getContext());
        return (
          <div
            key={header.id}
            role="columnheader"
            aria-sort={direction}
            className={meta?.isNumber ? 'tk-cell tk-number' : 'tk-cell'}
          >
            {meta?.sort && onSort ? (
              <button
                type="button"
                className="tk-sort"
                onClick={() => onSort(direction === 'ascending' ? `-${meta.sort}` : (meta.sort ?? ''))}
              >
                {text}
                {direction === 'ascending' ? <IconArrowUp size={13} aria-hidden="true" /> : null}
                {direction === 'descending' ? <IconArrowDown size={13} aria-hidden="true" /> : null}
              </button>
            ) : (
              text
            )}
          </div>
        );
      })}
    </div>
  );
}

function directionOf(sort: string | undefined, key: string | undefined): 'ascending' | 'descending' | 'none' {
  if (key === undefined || sort === undefined) return 'none';
  if (sort === key) return 'ascending';
  return sort === `-${key}` ? 'descending' : 'none';
}
