import type { Deps } from '../needs.ts';
import { openBook, type RunDeps } from '../runs/run-book.ts';
import { loadRunsWhere } from '../runs/runs.store.ts';

/**
 * The machine has started anew: it applies what it kept, in the order delivered, and takes nothing else meanwhile
 * (BSCN-21, BSCN-24). Their orders are fetched again, for a machine that was set up anew may have lost them.
 */
export async function beginStaged(deps: RunDeps & Pick<Deps, 'db'>, machineId: string): Promise<void> {
  const at = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const staged = await loadRunsWhere(tx, 'machine_id = ? AND is_staged = 1 AND is_released = 0', [
      machineId,
    ]);
    if (staged.length > 0) tx.afterCommit(() => deps.lane.machine(machineId));
    const book = openBook(deps, tx);
    for (const run of staged) await book.apply(run, { kind: 'machine-started', at });
    await book.write();
  });
}
