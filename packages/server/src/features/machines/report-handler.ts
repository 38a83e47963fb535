import type { Report } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../kernel/database/database.ts';

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
