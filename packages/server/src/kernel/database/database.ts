import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

export type Engine = 'sqlite' | 'postgres';

/** What may be bound to a `?`. Booleans are stored as 0 and 1 on both engines. */
export type Param = string | number | bigint | boolean | null | Uint8Array;

/** Reads. Outside of a transaction each call sees the latest committed state and never waits behind a write. */
export interface Reader {
  readonly engine: Engine;
  /** The typed query builder over every table. */
  readonly sql: Kysely<Tables>;
  /** All rows of a hand-written statement; `?` placeholders on both engines. */
  all<Row = Record<string, unknown>>(text: string, params?: readonly Param[]): Promise<Row[]>;
  /** The first row, or undefined. */
  one<Row = Record<string, unknown>>(text: string, params?: readonly Param[]): Promise<Row | undefined>;
}

/** A transaction in progress. Only database work belongs inside; the function may run again after a conflict. */
export interface Tx extends Reader {
  /** A hand-written statement that changes rows. `lastId`: the counted key of the last inserted row, on the embedded engine only. */
  run(text: string, params?: readonly Param[]): Promise<{ changes: number; lastId?: number }>;
  /** Called once, in order, after the commit is durable; never when the transaction failed. Must not throw. */
  afterCommit(effect: () => void): void;
}

export interface TransactionOptions {
  /** The work of many machines at once: on the embedded engine short ones that come meanwhile wait for one such at most. */
  readonly isBulk?: boolean;
}

export interface Database {
  readonly engine: Engine;
  readonly read: Reader;
  /**
   * Runs `work` atomically and isolated from every other transaction. Resolves once the commit is on disk;
   * rejects with what `work` threw, in which case nothing of it remains.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Waits for transactions in flight, then closes. */
  close(): Promise<void>;
}
