import { draftRefusal, Failure, policyProblems, type Reason, type UpdatePolicy } from '@tenkai/domain';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { judgeAll } from './judge-all.ts';
import type { Deps } from './needs.ts';
import { judgeThoseOf, withdrawForbidden, withdrawWaiting } from './rings.ts';
import {
  findPackage,
  holdPair,
  loadPolicy,
  saveMachine,
  saveOptedCollection,
  savePolicy,
  updatePackage,
  updatePair,
  updatePairsOf,
} from './updates.store.ts';

/**
 * Changes what is named of the policy; every machine is judged by it.
 * @throws Failure draft-invalid, not-allowed
 */
export async function changePolicy(
  deps: Deps,
  caller: Caller,
  change: Partial<UpdatePolicy>,
): Promise<UpdatePolicy> {
  requireUnlimited(caller);
  const after = await deps.db.transaction(async (tx) => {
    const before = await loadPolicy(tx);
    const policy = { ...before, ...change };
    await requireUsable(deps, policy);
    if (JSON.stringify(before) === JSON.stringify(policy)) return policy;
    await savePolicy(tx, policy);
    const details = { from: before, to: policy };
    await record(deps, tx, caller, 'updates.policy-changed', 'updates:policy', details);
    await judgeAll(deps, tx);
    return policy;
  });
  deps.world.forget();
  await withdrawForbidden(deps);
  return after;
}

/** @throws Failure draft-invalid */
export async function requireUsable({ collections }: Deps, policy: UpdatePolicy): Promise<void> {
  const problems = policyProblems(policy);
  for (const [index, { collectionId }] of policy.rings.entries()) {
    if ((await collections.nameOf(collectionId)) !== undefined) continue;
    problems.push({
      field: `rings[${index}].collectionId`,
      code: 'not-found',
      params: { what: 'collection', id: collectionId },
    });
  }
  if (problems.length > 0) throw draftRefusal('update policy', problems);
}

/** @throws Failure not-found, not-allowed */
export async function hold(
  deps: Deps,
  caller: Caller,
  { packageId, machineIds, note }: { packageId: string; machineIds?: string[]; note: string },
): Promise<void> {
  await requirePackage(deps, packageId);
  if (!machineIds) return holdForAll(deps, caller, packageId, note);
  await deps.db.transaction(async (tx) => {
    await deps.machines.requireVisible(caller, machineIds, tx);
    for (const machineId of machineIds)
      await holdPair(tx, machineId, packageId, { code: 'update-held', params: { note } });
    const details = { machineIds, note };
    await record(deps, tx, caller, 'updates.held', `package:${packageId}`, details);
  });
  await withdrawWaiting(deps, { packageIds: [packageId], machineIds });
  deps.lane.machines(machineIds);
}

async function holdForAll(deps: Deps, caller: Caller, packageId: string, note: string) {
  requireUnlimited(caller);
  const reason: Reason = { code: 'update-package-held', params: { note } };
  await deps.db.transaction(async (tx) => {
    await updatePackage(tx, packageId, { held: JSON.stringify(reason), next_at: null });
    await record(deps, tx, caller, 'updates.held', `package:${packageId}`, { note });
  });
  await withdrawWaiting(deps, { packageIds: [packageId] });
  await judgeThoseOf(deps, packageId);
}

/** Ends holds; attempts count anew. @throws Failure not-found, not-allowed */
export async function release(
  deps: Deps,
  caller: Caller,
  { packageId, machineIds }: { packageId: string; machineIds?: string[] },
): Promise<void> {
  await requirePackage(deps, packageId);
  if (machineIds) await deps.machines.requireVisible(caller, machineIds);
  else requireUnlimited(caller);
  await deps.db.transaction(async (tx) => {
    if (machineIds) for (const id of machineIds) await updatePair(tx, id, packageId, released);
    else {
      await updatePackage(tx, packageId, { held: null });
      await updatePairsOf(tx, packageId, released);
    }
    const details = machineIds ? { machineIds } : {};
    await record(deps, tx, caller, 'updates.released', `package:${packageId}`, details);
  });
  if (machineIds) return deps.lane.machines(machineIds);
  await judgeThoseOf(deps, packageId);
  deps.lane.counted(packageId);
}

const released = { held: null, attempts: 0, retry_at: null };

/** @throws Failure not-found, not-allowed */
export async function setOptOut(
  deps: Deps,
  caller: Caller,
  change: { machineIds?: string[]; collectionIds?: string[]; isOptedOut: boolean },
): Promise<void> {
  const { machineIds = [], collectionIds = [], isOptedOut } = change;
  if (collectionIds.length > 0) requireUnlimited(caller);
  // One that is gone may still be let in again.
  for (const id of isOptedOut ? collectionIds : [])
    if ((await deps.collections.nameOf(id)) === undefined)
      throw new Failure('not-found', { what: 'collection', id });
  await deps.db.transaction(async (tx) => {
    await deps.machines.requireVisible(caller, machineIds, tx);
    for (const id of machineIds) await saveMachine(tx, id, { is_opted_out: isOptedOut ? 1 : 0 });
    for (const id of collectionIds) await saveOptedCollection(tx, id, isOptedOut);
    const action = isOptedOut ? 'updates.opted-out' : 'updates.opted-in';
    await record(deps, tx, caller, action, 'updates:opt-outs', { machineIds, collectionIds });
    if (collectionIds.length > 0) await judgeAll(deps, tx);
  });
  deps.world.forget();
  if (isOptedOut) {
    await withdrawWaiting(deps, { machineIds });
    await withdrawWaiting(deps, collectionIds.includes('all') ? {} : { collectionIds });
  }
  deps.lane.machines(machineIds);
}

async function requirePackage({ db }: Deps, id: string) {
  if (!(await findPackage(db.read, id))) throw new Failure('not-found', { what: 'package', id });
}

/** What concerns every machine is not for somebody who may see some of them. */
function requireUnlimited({ collectionScope: scope }: Caller) {
  if (scope === null || scope.includes('all')) return;
  const detail = 'a user whose scope is limited to collections cannot decide for all machines';
  throw new Failure('not-allowed', { permission: 'operate' }, { detail });
}

async function record(
  { audit, events }: Deps,
  tx: Tx,
  actor: Caller,
  action: string,
  object: string,
  details: Record<string, unknown>,
) {
  await audit.record(tx, { actor, action, object, details });
  await events.publish(tx, 'updates.changed', { packageId: null });
}
