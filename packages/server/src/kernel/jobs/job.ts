import type { Tx } from '../database/database.ts';

/** Work that must happen although the process may die: its row is written with the data that asks for it. */
export interface JobRequest {
  readonly kind: string;
  /** While a job of this kind and key waits, asking again replaces its payload and keeps the earlier time. */
  readonly key?: string;
  readonly payload?: unknown;
  /** Epoch milliseconds; default: now. */
  readonly runAt?: number;
  readonly maxAttempts?: number;
}

export interface JobRun<P = unknown> {
  readonly payload: P;
  /** 1 for the first. */
  readonly attempt: number;
  /** Aborted when the server stops: leave, the job will run again. */
  readonly signal: AbortSignal;
}

export interface Jobs {
  /** One handler for each kind, set before start. A handler may run again after a crash and must bear that. */
  define<P>(kind: string, handler: (run: JobRun<P>) => Promise<void>): void;
  /** Runs the handler again and again; the first time soon after the start. Survives restarts. */
  every(kind: string, intervalMs: number, handler: (run: JobRun) => Promise<void>): void;
  enqueue(tx: Tx, request: JobRequest): Promise<void>;
  /** Called for a job whose last attempt has failed. */
  onGivenUp(handler: (kind: string, error: string) => Promise<void>): void;
  start(): Promise<void>;
  /** Resolves when nothing that is due at this moment waits or runs. For tests. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}
