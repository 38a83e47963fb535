import type { Kernel } from '../../kernel/kernel.ts';
import { noteEndedRuns } from './ended-runs.ts';
import { follow } from './follow.ts';
import { judgeAll, judgeAllJob, runJudgeAll } from './judge-all.ts';
import { judgeMachines } from './judge-machines.ts';
import { createUpdateLane } from './lane.ts';
import type { Deps } from './needs.ts';
import type { Neighbours } from './neighbours.ts';
import { forgetTheFuture } from './put-back.ts';
import { lookAtRings } from './rings.ts';
import { addUpdateRoutes } from './updates.routes.ts';
import { dueMachines, duePackages, unnotedRuns } from './updates.views.ts';
import { createWorld } from './world.ts';
import './status-messages.ts';

/** What other features may ask of automatic update. */
export interface Updates {
  /** Resolves when no machine waits for being judged. For tests. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** How often it is asked whose wait is over: by an index, not machine by machine. */
const sweepEveryMs = 10_000;
const sweepLimit = 5000;

export function registerUpdates(kernel: Kernel, neighbours: Neighbours): Updates {
  const log = kernel.log.child({ component: 'updates' });
  const lane = createUpdateLane(log, async ({ runIds, machineIds, packageIds }) => {
    await noteEndedRuns(deps, runIds);
    await judgeMachines(deps, machineIds);
    await lookAtRings(deps, packageIds);
  });
  const world = createWorld({ ...kernel, ...neighbours });
  const deps: Deps = { ...kernel, ...neighbours, log, lane, world };
  kernel.jobs.define(judgeAllJob, ({ signal }) => runJudgeAll(deps, signal));
  let sweptAt: number | null = null;
  kernel.jobs.every('updates.sweep', sweepEveryMs, async () => {
    const now = kernel.clock.now();
    if (sweptAt === null) await afterStart(deps);
    // The clock may have been put back while no server ran; all rows are looked through only where that shows.
    if (sweptAt === null ? await kernel.events.lieAhead() : now < sweptAt) await forgetTheFuture(deps);
    sweptAt = now;
    await sweep(deps);
  });
  neighbours.collections.guardRemoval(async (_read, collectionId) => {
    const { policy } = await world.catalogue();
    const isRing = policy.rings.some((ring) => ring.collectionId === collectionId);
    return isRing ? 'a ring of automatic update' : null;
  });
  kernel.live.expose('updates.changed', {
    permission: 'view',
    message: ({ packageId }) => ({ topic: 'updates', ...(packageId === null ? {} : { id: packageId }) }),
  });
  follow(kernel, deps);
  addUpdateRoutes(kernel, deps);
  return { idle: () => lane.idle(), stop: () => lane.stop() };
}

/** What the lane had not done before the server stopped: runs that ended, and whatever changed meanwhile. */
async function afterStart(deps: Deps) {
  const { db, lane } = deps;
  for (const runId of await unnotedRuns(db.read)) lane.ended(runId);
  await db.transaction((tx) => judgeAll(deps, tx));
}

async function sweep({ db, clock, lane }: Deps) {
  const now = clock.now();
  lane.machines(await dueMachines(db.read, now, sweepLimit));
  for (const packageId of await duePackages(db.read, now)) lane.counted(packageId);
}
