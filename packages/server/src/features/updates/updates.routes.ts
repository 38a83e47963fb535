import { judgeUpdates, takesPart } from '@tenkai/domain';
import { type MachineUpdates, type UpdateMachineRow, updateRoutes } from '@tenkai/protocol/api/updates.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import * as decide from './decide.ts';
import type { Deps } from './needs.ts';
import { previewUpdates } from './preview.ts';
import { loadPackages, loadPolicy } from './updates.store.ts';
import {
  countsByPackage,
  listMachines,
  noCounts,
  optOuts,
  pairsOfMachine,
  restartOf,
} from './updates.views.ts';
import { createUpdateWhatIf } from './what-if.ts';

export function addUpdateRoutes({ http }: Pick<Kernel, 'http'>, deps: Deps) {
  const { read } = deps.db;
  const done = { ok: true as const };
  http.route(updateRoutes.policy, () => loadPolicy(read));
  http.route(updateRoutes.setPolicy, ({ caller, body }) => decide.changePolicy(deps, caller, body));
  http.route(updateRoutes.packages, () => listPackages(deps));
  http.route(updateRoutes.machines, async ({ caller, params, query }) => {
    const page = await listMachines(read, params.id, query);
    return { ...page, items: await visible(deps, caller, page.items) };
  });
  http.route(updateRoutes.ofMachine, async ({ caller, params }) => {
    await deps.machines.requireVisible(caller, [params.id]);
    return ofMachine(deps, params.id);
  });
  http.route(updateRoutes.preview, ({ caller, body }) => previewUpdates(deps, caller, body.policy));
  const whatIf = createUpdateWhatIf(deps);
  http.route(updateRoutes.whatIf, ({ caller, body }) => whatIf(caller, body));
  http.route(updateRoutes.hold, async ({ caller, body }) => {
    await decide.hold(deps, caller, body);
    return done;
  });
  http.route(updateRoutes.release, async ({ caller, body }) => {
    await decide.release(deps, caller, body);
    return done;
  });
  http.route(updateRoutes.optOuts, async ({ caller }) => {
    const all = await optOuts(read);
    const ids = await deps.machines.visibleIds(
      caller,
      all.machines.map(({ id }) => id),
    );
    return { ...all, machines: all.machines.filter(({ id }) => ids.has(id)) };
  });
  http.route(updateRoutes.setOptOut, async ({ caller, body }) => {
    await decide.setOptOut(deps, caller, body);
    return done;
  });
}

async function visible({ machines }: Deps, caller: Caller, items: UpdateMachineRow[]) {
  const ids = await machines.visibleIds(
    caller,
    items.map(({ machineId }) => machineId),
  );
  return items.filter(({ machineId }) => ids.has(machineId));
}

async function listPackages({ db, world }: Deps) {
  const { packages, policy } = await world.catalogue();
  const rows = new Map((await loadPackages(db.read)).map((row) => [row.package_id, row]));
  const counts = await countsByPackage(db.read);
  const items = [...packages.values()]
    .filter(({ urgency }) => takesPart(urgency))
    .map(({ id, name, version, revision, urgency }) => {
      const row = rows.get(id);
      return {
        packageId: id,
        name,
        version,
        revision,
        urgency,
        openRing: Math.min(row?.open_ring ?? 0, policy.rings.length),
        ringCount: policy.rings.length + 1,
        nextRingAt: row?.next_at ?? null,
        held: row?.held ? JSON.parse(row.held) : null,
        counts: counts.get(id) ?? noCounts(),
      };
    });
  return { items };
}

/** What is stored, and for everything else the judgement of this moment: why a package does not concern it. */
async function ofMachine({ db, world }: Deps, machineId: string): Promise<MachineUpdates> {
  const stored = new Map((await pairsOfMachine(db.read, machineId)).map((row) => [row.packageId, row]));
  const [question] = await world.questions([machineId]);
  const noRestart = { isRestartPending: false, isRestartNeeded: false };
  if (!question) return { machineId, isOptedOut: false, ring: 0, ...noRestart, items: [] };
  const { machine } = question.input;
  const none = { runId: null, goalId: null, attempts: 0, lastError: null, ring: machine.ring };
  const shared = { machineId, machineName: question.facts.name };
  const items = judgeUpdates(question.input).packages.map(
    ({ packageId, state, reason, until }) =>
      stored.get(packageId) ?? { ...none, ...shared, packageId, state, reason, until },
  );
  const restart = question.row ? await restartOf(db.read, question.row) : noRestart;
  return { machineId, isOptedOut: machine.isOptedOut, ring: machine.ring, ...restart, items };
}
