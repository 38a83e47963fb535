/** Parts of Windows Installer's databases as they lie in a compound file: names, strings, rows of transforms, summaries. */
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._';

/** Names of streams: two characters in one code unit; a table's begins with a mark of its own. */
export function streamName(name: string, isTable: boolean): string {
  let out = isTable ? '\u4840' : '';
  for (let at = 0; at < name.length; at += 1) {
    const [one, two] = [alphabet.indexOf(name.charAt(at)), alphabet.indexOf(name.charAt(at + 1) || '-')];
    if (one < 0) out += name.charAt(at);
    else if (two < 0) out += String.fromCharCode(0x4800 + one);
    else {
      out += String.fromCharCode(0x3800 + one + (two << 6));
      at += 1;
    }
  }
  return out;
}

const codePage = 1252;

/** The strings of a database; rows name them by number, from 1 on. Latin letters only, fewer than 65,536. */
export class Strings {
  /** How often each is named. */
  readonly #uses = new Map<string, number>();

  numberOf(text: string): number {
    if (text === '') return 0;
    this.#uses.set(text, (this.#uses.get(text) ?? 0) + 1);
    return [...this.#uses.keys()].indexOf(text) + 1;
  }

  streams(): Record<string, Buffer> {
    const pool = Buffer.alloc(4 + 4 * this.#uses.size);
    pool.writeUInt32LE(codePage, 0);
    for (const [at, [text, uses]] of [...this.#uses].entries()) {
      pool.writeUInt16LE(text.length, 4 + 4 * at);
      pool.writeUInt16LE(uses, 6 + 4 * at);
    }
    const data = Buffer.from([...this.#uses.keys()].join(''), 'latin1');
    return { [streamName('_StringPool', true)]: pool, [streamName('_StringData', true)]: data };
  }
}

/** A value of a row: text, or a number of two or four bytes. */
export type Cell = string | { readonly short: number } | { readonly long: number };

/** A row that a transform adds, or the columns of one that it changes, its key among the cells. */
export interface TransformRow {
  /** Numbers of the columns that change, from 0 on; absent: the row is new. */
  readonly changes?: readonly number[];
  readonly cells: readonly Cell[];
}

export function transformRows(strings: Strings, rows: readonly TransformRow[]): Buffer {
  return Buffer.concat(
    rows.flatMap(({ changes, cells }) => {
      const mask = changes
        ? changes.reduce((bits, column) => bits | (1 << column), 0)
        : (cells.length << 8) | 1;
      return [word(mask), ...cells.map((cell) => cellBytes(strings, cell))];
    }),
  );
}

/** A table of a database of its own: its columns with the bits of their types, its rows in the order of their keys. */
export interface Table {
  readonly columns: Readonly<Record<string, number>>;
  readonly rows: readonly (readonly Cell[])[];
}

/** The streams of a database's tables; a table lies there column by column. */
export function databaseTables(
  strings: Strings,
  tables: Readonly<Record<string, Table>>,
): Record<string, Buffer> {
  const columns = Object.entries(tables).flatMap(([table, { columns }]) =>
    Object.entries(columns).map(([name, type], at): Cell[] => [
      table,
      { short: at + 1 },
      name,
      { short: type },
    ]),
  );
  const all = {
    _Tables: Object.keys(tables).map((name): Cell[] => [name]),
    _Columns: columns,
    ...Object.fromEntries(Object.entries(tables).map(([name, { rows }]) => [name, rows])),
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, rows]) => {
      const places = (rows[0] ?? []).map((_, at) => at);
      const cells = places.flatMap((at) => rows.map((row) => cellBytes(strings, row[at] ?? '')));
      return [streamName(name, true), Buffer.concat(cells)];
    }),
  );
}

function cellBytes(strings: Strings, cell: Cell): Buffer {
  if (typeof cell === 'string') return word(strings.numberOf(cell));
  if ('short' in cell) return word(cell.short ^ 0x8000);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE((cell.long ^ 0x8000_0000) >>> 0);
  return bytes;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value & 0xffff);
  return bytes;
}

/** The stream SummaryInformation ([MS-OLEPS]): properties by number. */
export const summaryName = '\u0005SummaryInformation';

export function summary(properties: Readonly<Record<number, string | number>>): Buffer {
  const entries = Object.entries({ 1: codePage, ...properties }).map(
    ([id, value]) => [Number(id), propertyBytes(Number(id), value)] as const,
  );
  const table = Buffer.alloc(8 + 8 * entries.length);
  let at = table.length;
  for (const [index, [id, bytes]] of entries.entries()) {
    table.writeUInt32LE(id, 8 + 8 * index);
    table.writeUInt32LE(at, 12 + 8 * index);
    at += bytes.length;
  }
  table.writeUInt32LE(at, 0);
  table.writeUInt32LE(entries.length, 4);
  const header = Buffer.alloc(48);
  header.writeUInt16LE(0xfffe, 0);
  header.writeUInt32LE(0x0002_0006, 4);
  header.writeUInt32LE(1, 24);
  header.write('e0859ff2f94f6810ab9108002b27b3d9', 28, 'hex');
  header.writeUInt32LE(48, 44);
  return Buffer.concat([header, table, ...entries.map(([, bytes]) => bytes)]);
}

/** VT_I2 for the code page, VT_I4 and VT_LPSTR. */
function propertyBytes(id: number, value: string | number): Buffer {
  const text = typeof value === 'string' ? Buffer.from(`${value}\0`, 'latin1') : Buffer.alloc(0);
  const bytes = Buffer.alloc(8 + Math.ceil(text.length / 4) * 4);
  bytes.writeUInt32LE(typeof value === 'string' ? 30 : id === 1 ? 2 : 3, 0);
  if (typeof value === 'number') bytes.writeInt32LE(value, 4);
  else bytes.writeUInt32LE(text.length, 4);
  text.copy(bytes, 8);
  return bytes;
}
