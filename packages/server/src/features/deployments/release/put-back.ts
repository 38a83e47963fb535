import { bringReadinessToNow } from '../groups/groups.store.ts';
import { bringDeadlinesBack } from '../runs/run-changes.store.ts';
import type { ReleaseDeps } from './evaluate-run.ts';

/**
 * The clock was put back by so much: a group waits from now on for those who became ready under the wrong clock, and a
 * machine that falls silent holds its slot no longer than it would have.
 * @param byMs 0: nobody knows by how much, for no server ran
 */
export async function forgetTheFuture({ db, clock }: Pick<ReleaseDeps, 'db' | 'clock'>, byMs: number) {
  const now = clock.now();
  await db.transaction(async (tx) => {
    await bringReadinessToNow(tx, now);
    if (byMs > 0) await bringDeadlinesBack(tx, now, byMs);
  });
}
