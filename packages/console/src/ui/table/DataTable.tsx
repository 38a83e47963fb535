import { getCoreRowModel, useReactTable } from '@tanstack/react-table';
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ProblemView } from '../ProblemView.tsx';
import { ColumnMenu } from './ColumnMenu.tsx';
import { type Column, useColumnVisibility } from './columns.ts';
import './DataTable.css';
import { moveFor } from './keys.ts';
import type { RowSource } from './row-source.ts';
import type { Selection } from './selection.ts';
import { TableHead } from './TableHead.tsx';
import { TableRow } from './TableRow.tsx';

interface Props<T> {
  readonly label: string;
  /** Under which the choice of columns is kept. */
  readonly storageKey: string;
  readonly source: RowSource<T>;
  readonly columns: readonly Column<T>[];
  readonly rowId: (row: T) => string;
  readonly rowName: (row: T) => string;
  readonly empty: ReactNode;
  readonly filters?: ReactNode;
  readonly sort?: string | undefined;
  readonly onSort?: (sort: string) => void;
  readonly selection?: Selection<T>;
  readonly onSelectAll?: () => void;
  readonly onOpen?: (row: T) => void;
}

const rowHeightPx = 34;
const checkWidthPx = 36;
const overscanRows = 6;

/** The list of everything: rows of any number, of which only those in the window exist. */
export function DataTable<T>(props: Props<T>) {
  const { source, columns, selection, rowId, onOpen } = props;
  const { t, i18n } = useTranslation();
  const [visibility, setVisibility] = useColumnVisibility(props.storageKey, columns);
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const lastToggled = useRef(0);
  const virtualizer = useVirtualizer({
    count: source.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: overscanRows,
    // The row that has the focus stays in the page wherever the window is.
    rangeExtractor: (range) => withActive(range, active, source.count),
  });
  const items = virtualizer.getVirtualItems();
  const present = items.flatMap((item) => {
    const row = source.rowAt(item.index);
    return row === undefined ? [] : [{ index: item.index, row }];
  });
  const table = useReactTable({
    data: present.map(({ row }) => row),
    columns: columns as Column<T>[],
    state: { columnVisibility: visibility },
    getCoreRowModel: getCoreRowModel(),
    getRowId: rowId,
    manualSorting: true,
    // The rows are new with every step of the window: resetting a page would draw for ever.
    manualPagination: true,
    autoResetAll: false,
  });
  const rowsByIndex = new Map(table.getRowModel().rows.map((row, at) => [present[at]?.index ?? -1, row]));

  const { want, rowAt } = source;
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => want(first, last), [want, first, last]);

  const toggle = useCallback(
    (index: number, isRange: boolean) => {
      const row = rowAt(index);
      if (!selection || !row) return;
      if (isRange) selection.add(rowsBetween(rowAt, rowId, lastToggled.current, index));
      else selection.toggle(rowId(row), row);
      lastToggled.current = index;
      setActive(index);
    },
    [selection, rowAt, rowId],
  );
  const activate = useCallback(
    (index: number, isOpening: boolean) => {
      setActive(index);
      const row = rowAt(index);
      if (isOpening && row && window.getSelection()?.isCollapsed !== false) onOpen?.(row);
    },
    [rowAt, onOpen],
  );
  const focusRow = (index: number) => {
    setActive(index);
    virtualizer.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true });
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.getAttribute('role') !== 'row') return;
    const visible = Math.floor((scroller.current?.clientHeight ?? 0) / rowHeightPx) - 2;
    const move = moveFor(event.key, { active, count: source.count, page: Math.max(1, visible) });
    if (move === undefined) return;
    event.preventDefault();
    if (move === 'open') activate(active, true);
    else if (move === 'toggle') toggle(active, event.shiftKey);
    else focusRow(move);
  };

  const metas = table.getVisibleLeafColumns().map((column) => column.columnDef.meta ?? { min: 100, grow: 1 });
  const tracks = metas.map(({ min, grow }) => (grow > 0 ? `minmax(${min}px, ${grow}fr)` : `${min}px`));
  const template = [...(selection ? [`${checkWidthPx}px`] : []), ...tracks].join(' ');
  const minWidthPx = metas.reduce((sum, { min }) => sum + min, selection ? checkWidthPx : 0);
  const layout = `${template} ${i18n.language}`;
  const isEmpty = source.status === 'ready' && source.count === 0;

  return (
    <section className="tk-table" aria-label={props.label}>
      <div className="tk-table-tools">
        <div className="tk-table-filters">{props.filters}</div>
        <RowCount source={source} selection={selection} />
        <ColumnMenu columns={columns} visibility={visibility} onChange={setVisibility} />
      </div>
      {source.status === 'error' ? <ProblemView error={source.error} onRetry={source.retry} /> : null}
      <div
        ref={scroller}
        className={source.isPrevious ? 'tk-table-scroller tk-table-previous' : 'tk-table-scroller'}
        role="grid"
        // Without rows nothing in it takes the focus, but it can still be scrolled sideways.
        tabIndex={source.count === 0 ? 0 : -1}
        aria-label={props.label}
        aria-rowcount={source.isExact ? source.count + 1 : -1}
        aria-multiselectable={selection ? true : undefined}
        aria-busy={source.status === 'loading'}
        onKeyDown={onKeyDown}
        onPointerOver={sayWhole}
        style={{ '--tk-tracks': template, '--tk-min-width': `${minWidthPx}px` } as never}
      >
        <TableHead
          table={table}
          sort={props.sort}
          onSort={props.onSort}
          selection={selection}
          onSelectAll={props.onSelectAll}
          count={source.count}
        />
        <div className="tk-table-body" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rowsByIndex.get(item.index);
            return (
              <TableRow
                key={item.key}
                row={row}
                index={item.index}
                top={item.start}
                height={rowHeightPx}
                isActive={item.index === Math.min(active, source.count - 1)}
                isSelected={selection ? row !== undefined && selection.rows.has(row.id) : undefined}
                name={row ? props.rowName(row.original) : ''}
                layout={layout}
                onToggle={toggle}
                onActivate={activate}
              />
            );
          })}
        </div>
        {source.status === 'loading' ? <p className="tk-table-note">{t('common.loading')}</p> : null}
      </div>
      {isEmpty ? <div className="tk-table-empty">{props.empty}</div> : null}
    </section>
  );
}

function RowCount<T>({ source, selection }: { source: RowSource<T>; selection: Selection<T> | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (source.status !== 'ready') return null;
  const total = source.isExact ? formats.number(source.count) : `${formats.number(source.count - 1)}+`;
  const selected = selection?.rows.size ?? 0;
  return (
    <span className="tk-table-count" role="status">
      {selected > 0
        ? t('table.selectedOf', { selected: formats.number(selected), total })
        : t('table.rows', { total, count: source.count })}
    </span>
  );
}

/** What a cell cuts off is shown in full when the mouse rests on it. */
function sayWhole({ target }: PointerEvent): void {
  const cell = target instanceof Element ? target.closest<HTMLElement>('.tk-cell') : null;
  if (!cell || cell.classList.contains('tk-cell-check')) return;
  const isCut = [cell, ...cell.querySelectorAll('*')].some(
    (part) => part.clientWidth > 1 && part.scrollWidth > part.clientWidth,
  );
  cell.title = isCut ? (cell.textContent ?? '') : '';
}

function withActive(range: Range, active: number, count: number): number[] {
  const indexes = defaultRangeExtractor(range);
  if (active < 0 || active >= count || indexes.includes(active)) return indexes;
  return active < (indexes[0] ?? 0) ? [active, ...indexes] : [...indexes, active];
}

function rowsBetween<T>(
  rowAt: RowSource<T>['rowAt'],
  rowId: (row: T) => string,
  from: number,
  to: number,
): [string, T][] {
  const rows: [string, T][] = [];
  for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) {
    const row = rowAt(index);
    if (row !== undefined) rows.push([rowId(row), row]);
  }
  return rows;
}
