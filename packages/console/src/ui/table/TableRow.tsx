import { flexRender, type Row } from '@tanstack/react-table';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';

export interface TableRowProps {
  // biome-ignore lint/suspicious/noExplicitAny: memo takes no type parameter; the table above has it
  readonly row: Row<any> | undefined;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly isActive: boolean;
  /** Undefined: rows of this table cannot be selected. */
  readonly isSelected: boolean | undefined;
  readonly name: string;
  /** Changes with the visible columns and the language. */
  readonly layout: string;
  readonly onToggle: (index: number, isRange: boolean) => void;
  readonly onActivate: (index: number, isOpening: boolean) => void;
}

/** One row. It is drawn again only when its own facts change, so that scrolling stays light. */
export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { t } = useTranslation();
  const { row, index, isSelected, isActive } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it handles every key of its rows
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      data-index={index}
      className="tk-table-row"
      style={{ transform: `translateY(${props.top}px)`, height: props.height }}
      onClick={(event) => props.onActivate(index, !isControl(event.target))}
    >
      {isSelected === undefined ? null : (
        <div className="tk-cell tk-cell-check" role="gridcell">
          <input
            type="checkbox"
            className="tk-row-check"
            tabIndex={-1}
            aria-label={t('table.select', { name: props.name })}
            checked={isSelected}
            disabled={!row}
            onClick={(event) => {
              event.stopPropagation();
              props.onToggle(index, event.shiftKey);
            }}
            readOnly
          />
        </div>
      )}
      {row ? (
        row.getVisibleCells().map((cell) => (
          <div
            key={cell.id}
            role="gridcell"
            className={cell.column.columnDef.meta?.isNumber ? 'tk-cell tk-number' : 'tk-cell'}
          >
            {flexRender(cell.column.columnDef.cell, cell.getContext())}
          </div>
        ))
      ) : (
        <div className="tk-cell tk-cell-pending" role="gridcell">
          <span className="tk-visually-hidden">{t('table.loadingRow')}</span>
        </div>
      )}
    </div>
  );
}, isSameRow);

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, [role="menuitem"]') !== null;
}

function isSameRow(before: TableRowProps, after: TableRowProps): boolean {
  return (
    before.row?.original === after.row?.original &&
    before.index === after.index &&
    before.top === after.top &&
    before.isActive === after.isActive &&
    before.isSelected === after.isSelected &&
    before.layout === after.layout &&
    before.onToggle === after.onToggle &&
    before.onActivate === after.onActivate
  );
}
