import { judgeRing, type RingCounts, type RingVerdict } from '@tenkai/domain';
import type { Deps } from './needs.ts';
import type { UpdatePackageRow } from './tables.ts';
import { findPackage, updatePackage, updatePair } from './updates.store.ts';
import { machinesOfPackage, type RunsOf, ringCounts, waitingRuns } from './updates.views.ts';

/** Looks at how a package does in its open ring: it goes on, soaks, or is stopped (BAUT-25). */
export async function lookAtRings(deps: Deps, packageIds: readonly string[]): Promise<void> {
  for (const packageId of packageIds) {
    const row = await findPackage(deps.db.read, packageId);
    if (row && row.held === null) await lookAtRing(deps, row);
  }
}

async function lookAtRing(deps: Deps, row: UpdatePackageRow): Promise<void> {
  const { policy } = await deps.world.catalogue();
  const counts = await ringCounts(deps.db.read, row.package_id, row.open_ring);
  const question = {
    openRing: row.open_ring,
    counts,
    enoughSince: row.enough_since,
    nowMs: deps.clock.now(),
  };
  const verdict = judgeRing(question, policy);
  // Before every machine was judged nobody knows how many there are: failures count, success does not.
  if (verdict.kind !== 'halt' && row.is_judged === 0) return;
  await carryOut(deps, row, verdict, counts);
}

async function carryOut(deps: Deps, row: UpdatePackageRow, verdict: RingVerdict, counts: RingCounts) {
  const id = row.package_id;
  if (verdict.kind === 'halt') return halt(deps, row, JSON.stringify(verdict.reason), counts);
  if (verdict.kind === 'advance') return advance(deps, row);
  const soak =
    verdict.kind === 'soak' ? { enough_since: verdict.enoughSince, next_at: verdict.until } : noSoak;
  if (soak.enough_since === row.enough_since && soak.next_at === row.next_at) return;
  await deps.db.transaction((tx) => updatePackage(tx, id, soak));
}

const noSoak = { enough_since: null, next_at: null };

async function halt(deps: Deps, row: UpdatePackageRow, held: string, { failed, succeeded }: RingCounts) {
  const id = row.package_id;
  await deps.db.transaction(async (tx) => {
    await updatePackage(tx, id, { held, ...noSoak });
    await deps.status.append(tx, {
      severity: 'error',
      component: 'updates',
      code: 'update.halted',
      objects: [{ kind: 'package', id }],
      params: { packageId: id, failed, ended: failed + succeeded, ring: row.open_ring + 1 },
    });
    await deps.events.publish(tx, 'updates.changed', { packageId: id });
  });
  await withdrawWaiting(deps, { packageIds: [id] });
  await judgeThoseOf(deps, id);
}

/** Runs that no machine has begun end; their machines are judged again. */
export async function withdrawWaiting(deps: Deps, of: RunsOf): Promise<void> {
  const withdrawn = await deps.db.transaction(async (tx) => {
    const open = await waitingRuns(tx, of);
    for (const { machine_id, package_id } of open)
      await updatePair(tx, machine_id, package_id, { run_id: null });
    await deps.deployments.owned.withdraw(
      tx,
      open.map(({ run_id }) => run_id),
    );
    return open;
  });
  deps.lane.machines(withdrawn.map(({ machine_id }) => machine_id));
}

/** What waits in the queue although the policy says by now that it must not come. */
export async function withdrawForbidden(deps: Deps): Promise<void> {
  const { policy, packages } = await deps.world.catalogue();
  if (!policy.isOn) return withdrawWaiting(deps, {});
  if (policy.upgradesAgents) return;
  const agents = [...packages.values()].filter(({ type }) => type === 'agent');
  await withdrawWaiting(deps, { packageIds: agents.map(({ id }) => id) });
}

async function advance(deps: Deps, row: UpdatePackageRow) {
  const id = row.package_id;
  const ring = row.open_ring + 1;
  await deps.db.transaction(async (tx) => {
    await updatePackage(tx, id, { open_ring: ring, ...noSoak });
    await deps.status.append(tx, {
      severity: 'info',
      component: 'updates',
      code: 'update.ring-opened',
      objects: [{ kind: 'package', id }],
      params: { packageId: id, ring: ring + 1 },
    });
    await deps.events.publish(tx, 'updates.changed', { packageId: id });
  });
  await judgeThoseOf(deps, id);
  deps.lane.counted(id);
}

export async function judgeThoseOf({ db, lane }: Deps, packageId: string): Promise<void> {
  lane.machines(await machinesOfPackage(db.read, packageId));
}
