import { fitted } from '@tenkai/domain/text-width.ts';
import { type Column, renderProperties, renderTable } from './table.ts';
import { hasColor, printable, type Style, styleFor, type Terminal } from './terminal.ts';

/** Results go to standard output, everything else to standard error: a pipe gets results alone. */
export interface Output {
  readonly isJson: boolean;
  /** Somebody looks at standard error: progress may be drawn. */
  readonly isWatched: boolean;
  readonly style: Style;
  /** The one result of the command: as JSON, or as people read it. */
  result(value: unknown, text: () => string): void;
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string): string;
  properties(pairs: readonly (readonly [string, string])[]): string;
  /** A line for people; nothing where JSON is wanted. */
  note(text: string): void;
  warn(text: string): void;
  /** Redraws the last line of a watched terminal; empty: takes it away. */
  line(text: string): void;
}

export function createOutput(terminal: Terminal, { isJson }: { isJson: boolean }): Output {
  const { stdout, stderr, env } = terminal;
  const style = styleFor(!isJson && hasColor(stdout, env));
  const errorStyle = styleFor(!isJson && hasColor(stderr, env));
  const isWatched = stderr.isTTY === true && !isJson && env.TERM !== 'dumb';
  let isLineOpen = false;
  const line = (text: string) => {
    if (!isWatched || (text === '' && !isLineOpen)) return;
    stderr.write(`\r\u001b[2K${fitted(printable(text), (stderr.columns || 80) - 1)}`);
    isLineOpen = text !== '';
  };
  return {
    isJson,
    isWatched,
    style,
    line,
    result(value, text) {
      line('');
      const shown = isJson ? JSON.stringify(value, null, 2) : text();
      if (shown !== '') stdout.write(`${shown}\n`);
    },
    table: (rows, columns, empty) =>
      rows.length === 0
        ? style.dim(empty)
        : renderTable(rows, columns, { style, width: stdout.isTTY ? stdout.columns : undefined }),
    properties: (pairs) => renderProperties(pairs, style),
    note(text) {
      line('');
      if (!isJson) stderr.write(`${printable(text)}\n`);
    },
    warn(text) {
      line('');
      if (!isJson) stderr.write(`${errorStyle.warn('Warning:')} ${printable(text)}\n`);
    },
  };
}
