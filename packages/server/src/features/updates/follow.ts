import { takesPart } from '@tenkai/domain';
import type { Tx } from '../../kernel/database/database.ts';
import type { EventMap } from '../../kernel/events.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { judgeAll } from './judge-all.ts';
import type { Deps } from './needs.ts';
import type { UpdateMachineRow } from './tables.ts';
import {
  beginRevision,
  dropEvidence,
  findPackage,
  forgetMachine,
  forgetPackage,
  loadEvidence,
  loadMachineRows,
  saveMachine,
} from './updates.store.ts';
import { restartOf } from './updates.views.ts';

/** Every event after which automatic update may say something else of a machine; nothing is polled. */
export function follow(kernel: Pick<Kernel, 'events'>, deps: Deps) {
  const { events } = kernel;
  const { lane } = deps;
  events.on('packages.changed', ({ payload, at }) => packageChanged(deps, payload, at));
  events.on('packages.removed', async ({ payload }) => {
    deps.world.forget();
    await deps.db.transaction(async (tx) => {
      await forgetPackage(tx, payload.packageId);
      await judgeAll(deps, tx);
    });
  });
  events.on('machines.inventory-changed', ({ payload }) =>
    inventoryChanged(deps, payload.machineId, payload.attributes),
  );
  events.on('machines.power-changed', ({ payload, at }) => powerChanged(deps, payload, at));
  events.on('collections.members-changed', async ({ payload }) => {
    const { policy, optedCollections } = await deps.world.catalogue();
    const isAsked =
      payload.collectionId === 'all' ||
      optedCollections.has(payload.collectionId) ||
      policy.rings.some(({ collectionId }) => collectionId === payload.collectionId);
    if (isAsked) lane.machines([...payload.added, ...payload.removed]);
  });
  events.on(
    'deployments.run-changed',
    ({ payload }) => lane.ended(payload.runId),
    ({ isFinal }) => isFinal,
  );
  deps.machines.onRemoved((tx, machineId) => forgetMachine(tx, machineId));
}

async function packageChanged(deps: Deps, { packageId, revision }: EventMap['packages.changed'], at: number) {
  deps.world.forget();
  const known = await findPackage(deps.db.read, packageId);
  // Distribution points of the same revision changed: nothing that machines would notice.
  if (known?.revision === revision) return;
  const software = await deps.packages.sealedPackage(packageId);
  await deps.db.transaction(async (tx) => {
    await beginRevision(tx, packageId, revision, at);
    // One that takes no part may still be what others need first, or have taken part before.
    if (known || (software && (takesPart(software.urgency) || (await isNamed(deps, packageId)))))
      await judgeAll(deps, tx);
  });
}

async function isNamed({ world }: Deps, packageId: string): Promise<boolean> {
  const { packages } = await world.catalogue();
  return [...packages.values()].some(({ requires = [] }) =>
    requires.some(({ anyOf }) => anyOf.includes(packageId)),
  );
}

async function inventoryChanged(deps: Deps, machineId: string, attributes: readonly string[] | null) {
  const { packages } = await deps.world.catalogue();
  const isSoftware = attributes === null || attributes.some((name) => name.startsWith('software'));
  const isTold = (id: string) => {
    const { detection = [] } = packages.get(id) ?? {};
    return detection.length > 0 && detection.every(({ kind }) => kind === 'package');
  };
  const known = await loadEvidence(deps.db.read, [machineId]);
  const outdated = known.filter(
    ({ verdict, package_id }) => verdict === 'refused' || (isSoftware && isTold(package_id)),
  );
  // Of packages of which the inventory itself tells, it has the last word. Most inventories outdate nothing.
  if (outdated.length > 0) await deps.db.transaction((tx) => dropEvidence(tx, outdated));
  deps.lane.machine(machineId);
}

const starting = new Set(['off', 'booting', 'restarting']);

/** `at`: when it happened. This may be looked at late, and a package that came meanwhile did not wait for the start. */
async function powerChanged(
  deps: Deps,
  { machineId, from, to }: EventMap['machines.power-changed'],
  at: number,
) {
  if (to === 'on' && starting.has(from)) await noteStart(deps, machineId, at);
  // Its agent has been installed just now, perhaps together with a thousand others.
  if (to === 'on' && from === 'unknown') await noteMachine(deps, machineId, { known_at: at });
  if (to === 'on' || from === 'on') deps.lane.machine(machineId);
}

async function noteStart(deps: Deps, machineId: string, at: number) {
  const [row] = await loadMachineRows(deps.db.read, [machineId]);
  const restartRunId = row?.restart_run_id ?? null;
  const isPending = row !== undefined && (await restartOf(deps.db.read, row)).isRestartPending;
  await noteMachine(deps, machineId, { started_at: at, is_restart_needed: 0 }, async (tx) => {
    // It has restarted by itself: what waited for a window is done.
    if (isPending && restartRunId !== null) await deps.deployments.owned.withdraw(tx, [restartRunId]);
  });
}

/** The event may be older than the removal of its machine, of which nothing is to be remembered then. */
async function noteMachine(
  { db, machines }: Deps,
  machineId: string,
  change: Partial<UpdateMachineRow>,
  more: (tx: Tx) => Promise<void> = async () => {},
) {
  await db.transaction(async (tx) => {
    if (!(await machines.knownAmong([machineId], tx)).has(machineId)) return;
    await saveMachine(tx, machineId, change);
    await more(tx);
  });
}
