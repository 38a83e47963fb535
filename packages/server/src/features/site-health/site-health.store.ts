import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    site_health_states: { item: Item; state: string; detail: string; since: number };
  }
}

export type Item = 'firewall' | 'contact';

/** What was told last of an item, and since when it is so. */
export interface ToldState {
  readonly state: string;
  /** What of it would be worth telling again. */
  readonly detail: string;
  readonly since: number;
}

export const findState = (read: Reader, item: Item) =>
  read.one<ToldState>('SELECT state, detail, since FROM site_health_states WHERE item = ?', [item]);

export async function saveState(tx: Tx, item: Item, { state, detail, since }: ToldState) {
  await tx.run(
    `INSERT INTO site_health_states (item, state, detail, since) VALUES (?, ?, ?, ?)
     ON CONFLICT (item) DO UPDATE SET state = excluded.state, detail = excluded.detail, since = excluded.since`,
    [item, state, detail, since],
  );
}
