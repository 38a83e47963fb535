import type { Reader, Tx } from '../../../kernel/database/database.ts';
import '../tables.ts';

/** Parameters of one statement. */
const chunk = 500;

/** One software as it is stored. */
export interface EntryRow {
  readonly id: number;
  readonly entry: string;
}

/** Numbers of the entries; those that are new get one. */
export async function ensureEntries(tx: Tx, entries: readonly string[]): Promise<EntryRow[]> {
  const found = await findEntries<string>(tx, 'entry', entries);
  const known = new Set(found.map(({ entry }) => entry));
  const missing = entries.filter((entry) => !known.has(entry));
  for (let at = 0; at < missing.length; at += chunk) {
    const part = missing.slice(at, at + chunk);
    const added = await tx.all<EntryRow>(
      `INSERT INTO machines_software (entry) VALUES ${part.map(() => '(?)').join(', ')}
       ON CONFLICT (entry) DO UPDATE SET entry = excluded.entry RETURNING id, entry`,
      part,
    );
    found.push(...added);
  }
  return found;
}

export async function findEntries<T extends string | number>(
  read: Reader,
  column: 'id' | 'entry',
  values: readonly T[],
): Promise<EntryRow[]> {
  const rows: EntryRow[] = [];
  for (let at = 0; at < values.length; at += chunk) {
    const part = values.slice(at, at + chunk);
    const marks = part.map(() => '?').join(', ');
    rows.push(
      ...(await read.all<EntryRow>(
        `SELECT id, entry FROM machines_software WHERE ${column} IN (${marks})`,
        part,
      )),
    );
  }
  return rows;
}
