import type { Deps } from './needs.ts';
import { applyToRun, type RunDeps } from './run-events.ts';
import { loadRunsWhere } from './runs.store.ts';

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
    for (const run of staged) await applyToRun(deps, tx, run, { kind: 'machine-started', at });
  });
}
