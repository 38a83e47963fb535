import { type Figure, isReached, ratioOf } from '../../bench/result.ts';

const head = ['what', 'value', 'baseline', 'ratio', 'target', ''] as const;

/** The figures as lines of a table: texts to the left, numbers to the right. */
export function tableLines(figures: readonly Figure[]): string[] {
  const rows = [[...head], ...figures.map(cells)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, column))
      .join('  ')
      .trimEnd();
  return [
    line(rows[0] as string[]),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows.slice(1).map(line),
  ];
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 || column === head.length - 1 ? cell.padEnd(width) : cell.padStart(width);
}

function cells(figure: Figure): string[] {
  const { what, value, unit, baseline, target } = figure;
  const ratio = ratioOf(figure);
  const reached = isReached(figure);
  return [
    what,
    `${short(value)} ${unit}`,
    baseline === undefined ? '' : `${short(baseline)} ${unit}`,
    ratio === null ? '' : ratio.toFixed(2),
    target ? targetText(figure) : '',
    reached === null ? '' : reached ? 'ok' : 'BELOW TARGET',
  ];
}

function targetText({ target, unit }: Figure): string {
  const suffix = target?.of === 'ratio' ? 'x' : ` ${unit}`;
  const bounds = [
    target?.atLeast === undefined ? '' : `>= ${target.atLeast}${suffix}`,
    target?.atMost === undefined ? '' : `<= ${target.atMost}${suffix}`,
  ];
  return bounds.filter((bound) => bound !== '').join(' ');
}

/** Three significant digits below a thousand, whole numbers with separators above. */
function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
