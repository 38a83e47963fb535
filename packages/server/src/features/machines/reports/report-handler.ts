import type { Report } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../../kernel/database/database.ts';
import type { Events } from '../../../kernel/events.ts';
import type { Status } from '../../status/index.ts';

/**
 * Takes one kind of report, inside the transaction that also counts its number.
 * @returns null when taken; a code when it can never be taken and nothing was written. A Failure that is thrown
 * means the same, and what was written is undone.
 */
export type ReportHandler<K extends Report['kind']> = (
  tx: Tx,
  machineId: string,
  report: Extract<Report, { kind: K }>,
) => Promise<string | null>;

/** Where a handler tells what happened: gathered for all machines of a transaction, and written at its end. */
export interface Told {
  readonly status: Pick<Status, 'append'>;
  readonly events: Pick<Events, 'publish' | 'publishAll'>;
}

export interface ReportToTake<R extends Report = Report> {
  readonly machineId: string;
  readonly report: R;
}

/** Reports of many machines, in the hands of one transaction. */
export interface ReportSet<R extends Report = Report> {
  /** As a `ReportHandler`, but free to write later. */
  take(machineId: string, report: R): Promise<string | null>;
  /** The machine has started anew: after the reports that were taken before, and before those that follow. */
  machineStarted?(machineId: string): Promise<void>;
  /** Called once, after the last of them. */
  write(): Promise<void>;
}

/**
 * Begins to take reports of several kinds, inside the transaction that also counts their numbers.
 * @param reports all that may come, for looking up together what they need; those that came before are not taken
 */
export type SetHandler<K extends Report['kind']> = (
  tx: Tx,
  told: Told,
  reports: readonly ReportToTake<Extract<Report, { kind: K }>>[],
) => Promise<ReportSet<Extract<Report, { kind: K }>>>;
