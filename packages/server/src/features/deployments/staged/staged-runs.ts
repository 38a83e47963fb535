import type { Tx } from '../../../kernel/database/database.ts';
import type { RunBook, RunDeps } from '../runs/run-book.ts';
import { loadRunsWhere } from '../runs/runs.store.ts';

/**
 * The machine has started anew: it applies what it kept, in the order delivered, and takes nothing else meanwhile
 * (BSCN-21, BSCN-24). Their orders are fetched again, for a machine that was set up anew may have lost them.
 *
 * Part of the transaction that takes the machine's reports, and in their order: what it kept after it had started
 * waits for the next start, however late the site hears of both.
 */
export async function beginStaged(
  { clock, lane }: Pick<RunDeps, 'clock' | 'lane'>,
  tx: Tx,
  book: RunBook,
  machineId: string,
): Promise<void> {
  const written = await loadRunsWhere(tx, 'machine_id = ? AND is_staged = 1 AND is_released = 0', [
    machineId,
  ]);
  for (const run of written) if (!book.find(run.row.id)) book.put(run);
  const at = clock.now();
  for (const run of book.ofMachine(machineId)) await book.apply(run, { kind: 'machine-started', at });
  tx.afterCommit(() => lane.machine(machineId));
}
