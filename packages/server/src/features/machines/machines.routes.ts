import { certificateRoutes } from '@tenkai/protocol/api/certificates.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { commandRenewal } from './commands/renew-keys.ts';
import { lostProperties } from './list/lost-properties.views.ts';
import { listMachines } from './list/machines.views.ts';
import type { RunsOfMachines } from './list/runs-of-machines.ts';
import { requireVisible, visibleIds } from './list/scope.ts';
import type { StateCounts } from './list/state-counts.ts';
import { type RemovalListener, removeMachine, setProperties } from './machines.ts';
import { certificateHealth } from './page/certificates.views.ts';
import { type DiagnoseDeps, diagnoseMachine } from './page/diagnose.ts';
import { machineDetail, machineTimeline } from './page/machine-page.views.ts';
import { commandPower, type PowerCommandDeps } from './power/power-commands.ts';

export interface RouteDeps extends PowerCommandDeps, DiagnoseDeps {
  readonly stateCounts: StateCounts;
  readonly removalListeners: readonly RemovalListener[];
  /** Filled in by whoever knows runs. */
  readonly runs: () => RunsOfMachines;
}

export function addMachineRoutes(deps: RouteDeps) {
  const { http, db } = deps;
  http.route(machineRoutes.list, ({ caller, query }) => listMachines(deps, caller, query));
  http.route(machineRoutes.lostProperties, async ({ caller, query }) => ({
    items: await lostProperties(db.read, caller, query.property),
  }));
  http.route(certificateRoutes.health, ({ caller }) => certificateHealth(db.read, caller));
  http.route(machineRoutes.get, async ({ caller, params }) => {
    await requireVisible(db.read, caller, [params.id]);
    const detail = await machineDetail(deps, params.id);
    const runs = deps.runs();
    const [errors, count] = [await runs.errorsOf(params.id), await runs.pendingStartsOf(params.id)];
    return { ...detail, errors, pendingStarts: { count, limit: deps.sites.settings().nextStartLimit } };
  });
  http.route(machineRoutes.timeline, async ({ caller, params, query }) => {
    await requireVisible(db.read, caller, [params.id]);
    return machineTimeline(db.read, params.id, query);
  });
  http.route(machineRoutes.diagnose, async ({ caller, params }) => {
    await requireVisible(db.read, caller, [params.id]);
    return diagnoseMachine(deps, params.id);
  });
  http.route(machineRoutes.setProperties, async ({ caller, params, body }) => {
    await requireVisible(db.read, caller, [params.id]);
    await setProperties(deps, caller, params.id, body.properties);
    return { ok: true as const };
  });
  http.route(machineRoutes.remove, async ({ caller, params }) => {
    await requireVisible(db.read, caller, [params.id]);
    await removeMachine(deps, caller, params.id, deps.removalListeners);
    return { ok: true as const };
  });
  http.route(machineRoutes.power, ({ caller, body }) => commandPower(deps, caller, body));
  http.route(machineRoutes.renewKeys, ({ caller, body }) => commandRenewal(deps, caller, body.machineIds));
  http.route(machineRoutes.clearErrors, async ({ caller, body }) => {
    const visible = await visibleIds(db.read, caller, body.machineIds);
    const known = body.machineIds.filter((id) => visible.has(id));
    const cleared = new Set(
      known.length > 0 ? await deps.runs().clearErrors(caller, known, body.deploymentId) : [],
    );
    const results = body.machineIds.map((machineId) => ({
      machineId,
      accepted: cleared.has(machineId),
      code: cleared.has(machineId) ? null : visible.has(machineId) ? 'no-error' : 'not-found',
    }));
    return { results };
  });
}
