import type { Tx } from '../../kernel/database/database.ts';
import type { Deps } from './needs.ts';
import { withdrawForbidden } from './rings.ts';
import { loadPackages, markJudged } from './updates.store.ts';

export const judgeAllJob = 'updates.judge-all';

const pageSize = 500;

/** Every machine is looked at, soon and once however often it is asked; also after a crash. */
export async function judgeAll({ jobs }: Pick<Deps, 'jobs'>, tx: Tx): Promise<void> {
  await jobs.enqueue(tx, { kind: judgeAllJob, key: 'all' });
}

/** The job: page by page through the lane, then the packages' rings can be counted. */
export async function runJudgeAll(deps: Deps, signal: AbortSignal): Promise<void> {
  const { machines, lane, db, clock } = deps;
  const begunAt = clock.now();
  deps.world.forget();
  for (let after = ''; !signal.aborted; ) {
    const ids = await machines.enrolledAfter(after, pageSize);
    if (ids.length === 0) break;
    lane.machines(ids);
    await lane.idle();
    after = ids.at(-1) as string;
  }
  if (signal.aborted) throw new Error('the server stops; every machine is judged after the start');
  // What was judged by the old policy while it was changed, and what a server left that stopped in between.
  await withdrawForbidden(deps);
  await db.transaction((tx) => markJudged(tx, begunAt));
  for (const { package_id } of await loadPackages(db.read)) lane.counted(package_id);
  await lane.idle();
}
