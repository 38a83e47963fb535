import { fitted, padded, textWidth } from '@tenkai/domain/text-width.ts';
import { printable, type Style } from './terminal.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Colours the cell after it was measured. */
  readonly paint?: (row: Row, style: Style) => (text: string) => string;
  /** Gives way first where the terminal is narrow. */
  readonly shrinks?: boolean;
}

const gap = '  ';
const narrowest = 8;

/** Rows in aligned columns; on a terminal of known width, shrinking columns are cut rather than wrapped. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { style, width }: { style: Style; width: number | undefined },
): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.value(row))));
  const widths = columns.map(({ title }, index) =>
    Math.max(textWidth(title), ...cells.map((line) => textWidth(line[index] ?? ''))),
  );
  if (width !== undefined) shrink(widths, columns, width);
  const head = columns.map(({ title, align }, index) =>
    style.bold(padded(fitted(title, widths[index] ?? 0), widths[index] ?? 0, align)),
  );
  const body = cells.map((line, at) =>
    columns.map((column, index) => {
      const text = padded(fitted(line[index] ?? '', widths[index] ?? 0), widths[index] ?? 0, column.align);
      return column.paint ? column.paint(rows[at] as Row, style)(text) : text;
    }),
  );
  return [head, ...body].map((line) => line.join(gap).trimEnd()).join('\n');
}

function shrink<Row>(widths: number[], columns: readonly Column<Row>[], available: number) {
  const total = () => widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
  for (let over = total() - available; over > 0; over = total() - available) {
    const candidates = columns.flatMap(({ shrinks }, index) =>
      shrinks && (widths[index] ?? 0) > narrowest ? [index] : [],
    );
    const widest = candidates.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
    if (widest === undefined) return;
    widths[widest] = Math.max(narrowest, (widths[widest] ?? 0) - over);
  }
}

/** Names and values below each other, such as the properties of one object. */
export function renderProperties(pairs: readonly (readonly [string, string])[], style: Style): string {
  const width = Math.max(0, ...pairs.map(([name]) => textWidth(name)));
  return pairs
    .map(([name, value]) => `${style.dim(padded(name, width))}  ${printable(value)}`.trimEnd())
    .join('\n');
}
