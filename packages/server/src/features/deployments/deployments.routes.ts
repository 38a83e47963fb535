import { Failure } from '@tenkai/domain';
import { deploymentRoutes } from '@tenkai/protocol/api/deployments.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { createDeployment } from './create-deployment.ts';
import { getDeployment, listDeployments } from './deployments.views.ts';
import { listWaves } from './groups/groups.views.ts';
import { changeDelivery, goUnicast, leaveGroup, runsGoUnicast, startGroup } from './groups/operate-groups.ts';
import type { ReleaseDeps } from './release/evaluate-run.ts';
import { noteReviewed } from './reviews/reviews.ts';
import { cancelDeployment, cancelRuns, requestRuns, retryRuns } from './runs/operate.ts';
import type { ProgressBoard } from './runs/progress-board.ts';
import { getRun, listMachineRuns, listRuns } from './runs/runs.views.ts';
import { previewDeployment } from './what-if/preview-deployment.ts';
import { createWhatIf } from './what-if/what-if.ts';

export function addDeploymentRoutes({ http }: Pick<Kernel, 'http'>, deps: ReleaseDeps, board: ProgressBoard) {
  const { read } = deps.db;
  const siteLimit = () => deps.sites.settings().concurrency;
  const found = async (id: string, scope: readonly string[] | null) => {
    const row = await getDeployment(read, id, scope, siteLimit());
    if (!row) throw new Failure('not-found', { what: 'deployment', id });
    return row;
  };

  http.route(deploymentRoutes.list, ({ caller, query }) =>
    listDeployments(read, query, caller.collectionScope, siteLimit()),
  );
  http.route(deploymentRoutes.get, ({ caller, params }) => found(params.id, caller.collectionScope));
  http.route(deploymentRoutes.preview, ({ caller, body }) => previewDeployment(deps, caller, body));
  const whatIf = createWhatIf(deps);
  http.route(deploymentRoutes.whatIf, ({ caller, body }) => whatIf(caller, body));
  http.route(deploymentRoutes.create, async ({ caller, body }) => {
    const id = await createDeployment(deps, caller, body);
    return found(id, caller.collectionScope);
  });
  http.route(deploymentRoutes.cancel, async ({ caller, params, query }) => {
    await cancelDeployment(deps, caller, params.id, query.override ?? false);
    return { ok: true as const };
  });
  http.route(deploymentRoutes.reviewed, async ({ caller, params }) => {
    await noteReviewed(deps, caller, params.id);
    return found(params.id, caller.collectionScope);
  });
  http.route(deploymentRoutes.waves, async ({ caller, params }) => {
    await found(params.id, caller.collectionScope);
    return { items: await listWaves(read, params.id) };
  });
  http.route(deploymentRoutes.startGroup, async ({ caller, params }) => ({
    waves: await startGroup(deps, caller, params.id),
  }));
  http.route(deploymentRoutes.changeDelivery, async ({ caller, params, body }) => {
    await changeDelivery(deps, caller, params.id, body);
    return found(params.id, caller.collectionScope);
  });
  http.route(deploymentRoutes.goUnicast, async ({ caller, params }) => {
    await goUnicast(deps, caller, params.id);
    return found(params.id, caller.collectionScope);
  });
  http.route(deploymentRoutes.runs, async ({ caller, params, query }) => {
    await found(params.id, caller.collectionScope);
    return listRuns(read, board, params.id, query);
  });
  http.route(deploymentRoutes.run, async ({ caller, params }) => {
    const run = await getRun(read, board, params.id);
    if (!run) throw new Failure('not-found', { what: 'run', id: params.id });
    await deps.machines.requireVisible(caller, [run.machineId]);
    return run;
  });
  http.route(deploymentRoutes.machineRuns, async ({ caller, params, query }) => {
    await deps.machines.requireVisible(caller, [params.id]);
    return listMachineRuns(read, board, params.id, query);
  });
  http.route(deploymentRoutes.cancelRuns, async ({ caller, body }) => ({
    results: await cancelRuns(deps, caller, body.runIds),
  }));
  http.route(deploymentRoutes.retryRuns, async ({ caller, body }) => ({
    results: await retryRuns(deps, caller, body.runIds),
  }));
  http.route(deploymentRoutes.leaveGroup, async ({ caller, body }) => ({
    results: await leaveGroup(deps, caller, body.runIds),
  }));
  http.route(deploymentRoutes.runsGoUnicast, async ({ caller, body }) => ({
    results: await runsGoUnicast(deps, caller, body.runIds),
  }));
  http.route(deploymentRoutes.requestRuns, async ({ caller, body }) => ({
    results: await requestRuns(deps, caller, body.runIds),
  }));
}
