import type { DeploymentDraft } from '@tenkai/domain';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { createDeployment, startJob } from './create-deployment.ts';
import { addDeploymentRoutes } from './deployments.routes.ts';
import { groupJob } from './groups/groups.ts';
import { contentInUse, deploymentOfCollection, deploymentsOfScenario } from './in-use.ts';
import type { Neighbours } from './needs.ts';
import { ordersFor } from './orders/run-orders.ts';
import { createOwnedDeployments, type OwnedDeployments } from './owned-deployments.ts';
import type { ReleaseDeps } from './release/evaluate-run.ts';
import { evaluateRuns } from './release/release.ts';
import { createReleaseLane, type ReleaseLane } from './release/release-lane.ts';
import { askForReviews, forgetReviews } from './reviews/reviews.ts';
import { errorsOf } from './runs/activity.ts';
import { clearErrors, endRunsOf } from './runs/operate.ts';
import { createProgressBoard } from './runs/progress-board.ts';
import { beginRunReports } from './runs/runs.agent.ts';
import { countStaged } from './runs/runs.store.ts';
import { runsInWaves } from './runs/runs-in-waves.ts';
import { listAvailable } from './self-service/available.views.ts';
import { recordRunRequest } from './self-service/self-service.ts';
import { extendToNewMembers, startDeployment } from './start-deployment.ts';

export type { Neighbours } from './needs.ts';
export type { OwnedDeployments, RunOutcome } from './owned-deployments.ts';

/** What other features may ask of deployments. */
export interface Deployments {
  /** For features that deliver by themselves. */
  readonly owned: OwnedDeployments;
  /** As the route does it; returns the id. @throws Failure as `createDeployment` */
  create(caller: Caller, draft: DeploymentDraft): Promise<string>;
  /** Resolves when no run waits for being looked at. For tests. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** How often waiting runs are looked at for what no event tells: a window that opens, a machine that is silent. */
const extendJob = 'deployments.extend';
const sweepEveryMs = 10_000;

export function registerDeployments(kernel: Kernel, neighbours: Neighbours): Deployments {
  const log = kernel.log.child({ component: 'deployments' });
  const board = createProgressBoard();
  const lane = createReleaseLane(log, (work) => evaluateRuns(deps, work));
  const deps: ReleaseDeps = { ...kernel, ...neighbours, log, lane };

  kernel.jobs.define<{ deploymentId: string }>(startJob, ({ payload }) =>
    startDeployment(deps, payload.deploymentId),
  );
  kernel.jobs.define(groupJob, async () => lane.sweep());
  sweepAgainAndAgain(kernel, lane);
  neighbours.content.registerKeeper(() => contentInUse(kernel.db.read));
  neighbours.scenarios.registerUser((scenarioId) => deploymentsOfScenario(kernel.db.read, scenarioId));
  connectMachines(deps);
  neighbours.multicast.setRuns(runsInWaves(deps));
  neighbours.collections.guardRemoval(deploymentOfCollection);
  neighbours.machines.onRemoved((tx, machineId) => endRunsOf(deps, tx, machineId));
  neighbours.machines.onRefused((tx, machineId) => endRunsOf(deps, tx, machineId));
  followMembers(kernel, deps);
  followPackages(kernel, deps);
  listen(kernel, lane, board);
  expose(kernel);
  addDeploymentRoutes(kernel, deps, board);
  kernel.http.agentRoute({ method: 'GET', path: agentPaths.available }, async ({ agent }) => ({
    items: await listAvailable(kernel.db.read, agent.machineId),
  }));
  return {
    owned: createOwnedDeployments(deps),
    create: (caller, draft) => createDeployment(deps, caller, draft),
    idle: () => lane.idle(),
    stop: () => lane.stop(),
  };
}

/** Looks at those that came; where that fails, a job that is tried again looks at all members. */
function followMembers({ events, jobs, db, log }: Kernel, deps: ReleaseDeps) {
  jobs.define<{ collectionId: string }>(extendJob, async ({ payload: { collectionId } }) =>
    extendToNewMembers(deps, collectionId, await deps.collections.membersOf(collectionId)),
  );
  events.on('collections.members-changed', async ({ payload: { collectionId, added } }) => {
    if (added.length === 0) return;
    await extendToNewMembers(deps, collectionId, added).catch(async (error: unknown) => {
      log.warn({ err: error, collectionId }, 'deployments were not given to new members; tried again');
      await db.transaction((tx) =>
        jobs.enqueue(tx, { kind: extendJob, key: collectionId, payload: { collectionId } }),
      );
    });
  });
}

function followPackages({ events }: Kernel, deps: ReleaseDeps) {
  events.on('packages.changed', ({ payload, at }) => askForReviews(deps, payload, at));
  events.on('packages.removed', ({ payload }) => forgetReviews(deps, payload.packageId));
}

function sweepAgainAndAgain({ jobs, clock }: Kernel, lane: ReleaseLane) {
  let sweptAt = clock.now();
  let isFirst = true;
  jobs.every('deployments.sweep', sweepEveryMs, async () => {
    const now = clock.now();
    if (isFirst || now < sweptAt) lane.turnedBack(Math.max(0, sweptAt - now));
    sweptAt = now;
    if (isFirst) {
      // Changes of windows and limits that nobody had looked at when the server ended.
      lane.windows();
      lane.pending();
    }
    isFirst = false;
    lane.sweep();
  });
}

/** Reports come up, orders go down, and the machines' pages ask about runs. */
function connectMachines(deps: ReleaseDeps) {
  const { machines } = deps;
  machines.reports.registerTogether(['run', 'step-started', 'step-finished'], (tx, told, reports) =>
    beginRunReports(deps, tx, told, reports),
  );
  machines.reports.register('run-request', (tx, machineId, report) =>
    recordRunRequest(deps, tx, machineId, report),
  );
  machines.orders.register((machineIds) => ordersFor(deps, machineIds));
  machines.setRuns({
    errorsOf: (machineId) => errorsOf(deps.db.read, machineId),
    pendingStartsOf: async (machineId) => (await countStaged(deps.db.read, [machineId])).get(machineId) ?? 0,
    clearErrors: (caller, machineIds, deploymentId) => clearErrors(deps, caller, machineIds, deploymentId),
  });
}

/** Everything that can open a gate. After a start the lane looks at all that waits, so nothing need be kept for it. */
function listen({ events }: Kernel, lane: ReleaseLane, board: ReturnType<typeof createProgressBoard>) {
  events.watch('machines.presence', ({ payload }) => lane.machine(payload.machineId));
  events.watch('machines.power-changed', ({ payload }) => lane.machine(payload.machineId));
  events.watch('machines.inventory-changed', ({ payload }) => lane.machine(payload.machineId));
  events.watch('sites.changed', () => {
    lane.slots();
    lane.pending();
  });
  events.watch('collections.windows-changed', () => lane.windows());
  events.watch('machines.progress', ({ payload }) => {
    for (const run of payload.runs) {
      const { bytesDone, bytesTotal, bytesPerSecond } = run;
      board.set(run.runId, run.attempt, { bytesDone, bytesTotal, bytesPerSecond });
    }
  });
  events.watch('deployments.run-changed', ({ payload }) => {
    if (payload.isFinal) board.forget(payload.runId);
  });
}

function expose({ live }: Kernel) {
  live.expose('deployments.changed', {
    permission: 'view',
    message: ({ deploymentId }) => ({ topic: 'deployments', id: deploymentId }),
  });
  live.expose('deployments.run-changed', {
    permission: 'view',
    message: ({ runId, deploymentId, machineId, status }) => ({
      topic: 'runs',
      id: runId,
      facts: { deploymentId, machineId, status },
    }),
    machineId: ({ machineId }) => machineId,
  });
}
