import {
  type DeliverySettings,
  deliveryOf,
  effectiveDelivery,
  Failure,
  groupLimits,
  isFinal,
  nextWaves,
  type Wave,
} from '@tenkai/domain';
import type { WaveRow } from '@tenkai/protocol/api/deployments.ts';
import type { Caller } from '../../../kernel/access/caller.ts';
import type { Tx } from '../../../kernel/database/database.ts';
import { requireDelivery } from '../create-deployment.ts';
import { loadDeployment, type StoredDeployment, updateDeployment } from '../deployments.store.ts';
import type { ReleaseDeps } from '../release/evaluate-run.ts';
import { type ActResult, forEachAllowed } from '../runs/operate.ts';
import { loadRun } from '../runs/runs.store.ts';
import { requireCollection } from '../scope.ts';
import { type GroupKey, groupMembers, setAlone, setGroupWait, waitingGroups } from './groups.store.ts';
import { setTimer, startWaves } from './groups.ts';
import { toWaveRow } from './groups.views.ts';

/**
 * Starts whoever waits for others now; who comes later makes the next wave (BSCN-15).
 * @throws Failure `not-found`, `group-empty`
 */
export async function startGroup(deps: ReleaseDeps, caller: Caller, id: string): Promise<WaveRow[]> {
  const { draft } = await requireDeployment(deps, caller, id);
  const waves = await deps.db.transaction(async (tx) => {
    const started: WaveRow[] = [];
    for (const key of await waitingGroups(tx, id)) {
      const rows = await startWaves(deps, tx, key, await allAsWaves(deps, tx, key, draft), caller.name);
      started.push(...rows.map(toWaveRow));
    }
    if (started.length === 0) throw new Failure('group-empty', { id });
    const details = {
      waves: started.map(({ number, machineCount }) => ({ number, machines: machineCount })),
    };
    await deps.audit.record(tx, {
      actor: caller,
      action: 'deployments.group-started',
      object: `deployment:${id}`,
      details,
    });
    return started;
  });
  deps.lane.fresh();
  return waves;
}

/** Full waves first, as far as there are any; the rest begin because somebody asked. */
async function allAsWaves(
  { clock }: ReleaseDeps,
  tx: Tx,
  key: GroupKey,
  draft: StoredDeployment['draft'],
): Promise<Wave[]> {
  const { waves, waitingIds } = nextWaves({
    limits: groupLimits(effectiveDelivery(deliveryOf(draft))),
    members: await groupMembers(tx, key),
    isAnyoneExpected: true,
    nowMs: clock.now(),
  });
  return waitingIds.length === 0 ? [...waves] : [...waves, { cause: 'asked', memberIds: waitingIds }];
}

/**
 * Changes how a deployment delivers. Who waits now waits by the new limits; what has begun goes on (BSCN-43).
 * @throws Failure `not-found`, `deployment-ended`, `delivery-address-wrong`
 */
export function changeDelivery(
  deps: ReleaseDeps,
  caller: Caller,
  id: string,
  delivery: DeliverySettings,
): Promise<void> {
  requireDelivery(delivery);
  return rewriteDelivery(deps, caller, id, 'deployments.delivery-changed', () => delivery);
}

/** Whoever has not begun fetches by itself and waits for nobody; the settings of the group are kept and ignored. */
export function goUnicast(deps: ReleaseDeps, caller: Caller, id: string): Promise<void> {
  return rewriteDelivery(deps, caller, id, 'deployments.went-unicast', (before) => ({
    ...before,
    method: 'unicast',
  }));
}

async function rewriteDelivery(
  deps: ReleaseDeps,
  caller: Caller,
  id: string,
  action: string,
  change: (before: DeliverySettings) => DeliverySettings,
): Promise<void> {
  await requireDeployment(deps, caller, id);
  await deps.db.transaction(async (tx) => {
    const found = await loadDeployment(tx, id);
    if (found === undefined || found.row.status === 'cancelled')
      throw new Failure('deployment-ended', { id });
    const before = deliveryOf(found.draft);
    const after = change(before);
    await updateDeployment(tx, id, { draft: JSON.stringify({ ...found.draft, delivery: after }) });
    await setGroupWait(tx, id, groupLimits(effectiveDelivery(after)).maxWaitMs);
    for (const key of await waitingGroups(tx, id)) await setTimer(deps, tx, key);
    await deps.audit.record(tx, {
      actor: caller,
      action,
      object: `deployment:${id}`,
      details: { before, after },
    });
    await deps.events.publish(tx, 'deployments.changed', { deploymentId: id });
  });
  deps.lane.group(id);
}

/** Each of these starts alone, by unicast; the others go on waiting (BSCN-15). */
export function leaveGroup(
  deps: ReleaseDeps,
  caller: Caller,
  runIds: readonly string[],
): Promise<ActResult[]> {
  return forEachAllowed(deps, caller, runIds, 'runs.left-group', async (tx, runId) => {
    const run = await loadRun(tx, runId);
    if (run?.row.gate !== 'group') return 'run-waits-for-no-group';
    return standAlone(deps, tx, run.row, 'left-group');
  });
}

/** Each of these fetches by itself: now, or when it becomes ready; also in later attempts (BSCN-15). */
export function runsGoUnicast(
  deps: ReleaseDeps,
  caller: Caller,
  runIds: readonly string[],
): Promise<ActResult[]> {
  return forEachAllowed(deps, caller, runIds, 'runs.went-unicast', async (tx, runId) => {
    const run = await loadRun(tx, runId);
    if (!run || isFinal(run.state.status)) return 'run-has-ended';
    if (run.state.isReleased || run.state.isStaged) return 'run-has-begun';
    return standAlone(deps, tx, run.row, 'went-unicast');
  });
}

async function standAlone(
  deps: ReleaseDeps,
  tx: Tx,
  { id, deployment_id }: { id: string; deployment_id: string },
  alone: 'left-group' | 'went-unicast',
): Promise<null> {
  await setAlone(tx, id, alone);
  await deps.events.publish(tx, 'deployments.changed', { deploymentId: deployment_id });
  tx.afterCommit(() => {
    deps.lane.fresh();
    deps.lane.group(deployment_id);
  });
  return null;
}

async function requireDeployment(deps: ReleaseDeps, caller: Caller, id: string): Promise<StoredDeployment> {
  const found = await loadDeployment(deps.db.read, id);
  if (!found) throw new Failure('not-found', { what: 'deployment', id });
  await requireCollection(deps, caller, found.row.collection_id);
  return found;
}
