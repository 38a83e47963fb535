import type { Param, Reader, Tx } from './database.ts';

/** PostgreSQL counts the parameters of a statement in 16 bits. */
const maxParams = 30_000;

/**
 * Inserts rows in order. In process a prepared statement is run for each; PostgreSQL gets as many as fit in one
 * statement, for the sake of the round trips.
 * @param insert `INSERT INTO table (columns)`
 * @param rest what follows the values: `ON CONFLICT …`; two rows may not meet in one conflict
 */
export async function insertRows(
  tx: Tx,
  insert: string,
  rows: readonly (readonly Param[])[],
  rest = '',
): Promise<void> {
  for (const { text, params } of insertsOf(tx, insert, rows)) await tx.run(`${text} ${rest}`, params);
}

/**
 * Inserts rows whose key counts up. In process the key is asked of the connection: `RETURNING` builds a table for its
 * answer, which costs more than the row.
 * @returns the keys, in the order of the rows
 */
export async function insertCounted(
  tx: Tx,
  { insert, key }: { insert: string; key: string },
  rows: readonly (readonly Param[])[],
): Promise<number[]> {
  const keys: number[] = [];
  for (const { text, params } of insertsOf(tx, insert, rows)) {
    if (tx.engine === 'sqlite') keys.push((await tx.run(text, params)).lastId ?? Number.NaN);
    else {
      const returned = await tx.all<{ key: number }>(`${text} RETURNING ${key} AS key`, params);
      keys.push(...returned.map((row) => row.key).sort((a, b) => a - b));
    }
  }
  return keys;
}

/** One statement for each row in process; for PostgreSQL as few as its parameters allow. */
function insertsOf(tx: Tx, insert: string, rows: readonly (readonly Param[])[]) {
  const [first] = rows;
  if (!first) return [];
  const one = `(${first.map(() => '?').join(', ')})`;
  const atOnce = tx.engine === 'sqlite' ? 1 : Math.max(1, Math.floor(maxParams / first.length));
  const textOf = (count: number) => `${insert} VALUES ${Array(count).fill(one).join(', ')}`;
  const inserts: { text: string; params: readonly Param[] }[] = [];
  for (let from = 0; from < rows.length; from += atOnce) {
    const part = rows.slice(from, from + atOnce);
    inserts.push({ text: textOf(part.length), params: part.flat() });
  }
  return inserts;
}

export interface ManyUpdates<Row> {
  /** `UPDATE table` */
  readonly update: string;
  /** The columns by which a row is found, then those that are set, with their types in PostgreSQL. */
  readonly keys: Partial<Record<keyof Row & string, 'text' | 'bigint'>>;
  readonly columns: Partial<Record<keyof Row & string, 'text' | 'bigint'>>;
}

/** Gives many rows new values, all columns of each; one statement on PostgreSQL. No two rows may have one key. */
export async function updateRows<Row>(
  tx: Tx,
  { update, keys, columns }: ManyUpdates<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const keyNames = Object.keys(keys) as (keyof Row)[];
  const names = Object.keys(columns) as (keyof Row)[];
  if (tx.engine === 'sqlite') {
    const where = keyNames.map((name) => `${String(name)} = ?`).join(' AND ');
    const text = `${update} SET ${names.map((name) => `${String(name)} = ?`).join(', ')} WHERE ${where}`;
    for (const row of rows)
      await tx.run(
        text,
        [...names, ...keyNames].map((name) => row[name] as Param),
      );
    return;
  }
  const types = Object.entries({ ...keys, ...columns }).map(([name, type]) => `${name} ${type}`);
  const set = names.map((name) => `${String(name)} = new.${String(name)}`).join(', ');
  const where = keyNames.map((name) => `old.${String(name)} = new.${String(name)}`).join(' AND ');
  await tx.run(
    `${update} AS old SET ${set} FROM json_to_recordset(?) AS new(${types.join(', ')}) WHERE ${where}`,
    [JSON.stringify(rows.map((row) => pick(row, [...keyNames, ...names])))],
  );
}

function pick<Row>(row: Row, names: readonly (keyof Row)[]) {
  return Object.fromEntries(
    names.map((name) => [name, typeof row[name] === 'boolean' ? Number(row[name]) : row[name]]),
  );
}

const idsAtOnce = 512;

/**
 * The rows that belong to any of many ids.
 * @param select ends in `… IN`; what follows the list is `rest`
 * @param before values of what `select` asks before the list
 */
export async function rowsOf<Row>(
  read: Reader,
  select: string,
  ids: Iterable<string>,
  rest = '',
  before: readonly Param[] = [],
): Promise<Row[]> {
  const all = [...new Set(ids)];
  const rows: Row[] = [];
  for (let from = 0; from < all.length; from += idsAtOnce) {
    const part = all.slice(from, from + idsAtOnce);
    // Lengths are powers of two, the last id repeated, so that few texts are prepared.
    const length = 2 ** Math.ceil(Math.log2(part.length));
    const params = Array.from({ length }, (_, index) => part[index] ?? (part.at(-1) as string));
    const list = params.map(() => '?').join(', ');
    rows.push(...(await read.all<Row>(`${select} (${list}) ${rest}`, [...before, ...params])));
  }
  return rows;
}
