import { judgeAll } from './judge-all.ts';
import type { Deps } from './needs.ts';
import { bringTimesToNow } from './updates.store.ts';

/**
 * The clock was put back: what happened under the wrong one lies ahead of now, and whatever counts from it would wait
 * until that time comes. It counts from now on, every machine is judged again, and so are the rings.
 */
export async function forgetTheFuture(deps: Pick<Deps, 'db' | 'clock' | 'world' | 'jobs'>): Promise<void> {
  const now = deps.clock.now();
  const { policy } = await deps.world.catalogue();
  await deps.db.transaction(async (tx) => {
    await bringTimesToNow(tx, now, now + policy.retryMinutes * 60_000);
    await judgeAll(deps, tx);
  });
}
