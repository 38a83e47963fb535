import type { Report } from '../reports.ts';

/** A report under the number that it keeps until it is acknowledged. */
export interface NumberedReport {
  readonly number: number;
  readonly report: Report;
}

/**
 * Where reports wait. The agent's outbox is on disk, the simulator's in memory. A number, once given by `take`,
 * stays with its report over restarts; otherwise the server could mistake one report for another.
 */
export interface OutboxPort {
  /** Random name, made with the outbox; another one once its numbers were used by somebody else, too. */
  readonly name: string;
  /** The oldest reports that are not acknowledged, at most `count` and about `bytes` of JSON, but at least one. */
  take(limit: { count: number; bytes: number }): Promise<NumberedReport[]>;
  /**
   * Forgets everything up to and with this number, and the rejected ones; nothing where it never gave that number.
   * @param takenBefore where the site stood before the batch; a number that this outbox could not have told it by then
   * is somebody else's, and nothing is forgotten
   */
  acknowledge(
    acknowledged: number,
    rejected: readonly { number: number; code: string }[],
    takenBefore?: number,
  ): Promise<void>;
}
