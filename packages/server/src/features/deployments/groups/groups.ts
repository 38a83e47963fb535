import {
  deliveryOf,
  effectiveDelivery,
  type GroupAnswer,
  groupLimits,
  nextWaves,
  type Wave,
  waitsForGroup,
} from '@tenkai/domain';
import type { Reader, Tx } from '../../../kernel/database/database.ts';
import { newId } from '../../../kernel/ids.ts';
import { loadDeployment } from '../deployments.store.ts';
import type { Deps } from '../needs.ts';
import { evaluateGate } from '../release/evaluate-batch.ts';
import type { Round } from '../release/evaluate-run.ts';
import type { WavesTable } from '../tables.ts';
import {
  dissolveGroup,
  type GroupKey,
  groupMembers,
  groupSummary,
  isAnyoneExpected,
  startWave,
  waitingGroups,
} from './groups.store.ts';

/** Wakes the lane at the moment for which a group was promised to begin. */
export const groupJob = 'deployments.group';

/** Starts the waves whose time has come, of the deployments named or of all, and lets their runs go on. */
export async function settleGroups(round: Round, which: Iterable<string> | 'all'): Promise<void> {
  const { read } = round.deps.db;
  const keys = which === 'all' ? await waitingGroups(read) : [];
  if (which !== 'all') for (const id of which) keys.push(...(await waitingGroups(read, id)));
  let hasStarted = false;
  for (const key of keys) hasStarted = (await settleGroup(round, key)) || hasStarted;
  if (hasStarted) await evaluateGate(round, 'new');
}

/** Whoever turns out not to be able to begin after all waits at the gate of the cause, and later begins alone. */
async function settleGroup({ deps }: Round, key: GroupKey): Promise<boolean> {
  return deps.db.transaction(async (tx) => {
    const decision = await decide(tx, key, deps.clock.now());
    if (decision.kind === 'starts') await startWaves(deps, tx, key, decision.waves, null);
    if (decision.kind === 'no-group') await dissolveGroup(tx, key);
    await setTimer(deps, tx, key);
    return decision.kind !== 'waits';
  });
}

type Decision =
  | { readonly kind: 'no-group' }
  | { readonly kind: 'waits' }
  | { readonly kind: 'starts'; readonly waves: GroupAnswer['waves'] };

async function decide(read: Reader, key: GroupKey, nowMs: number): Promise<Decision> {
  const found = await loadDeployment(read, key.deploymentId);
  if (!found) return { kind: 'waits' };
  const delivery = effectiveDelivery(deliveryOf(found.draft));
  if (!waitsForGroup(delivery)) return { kind: 'no-group' };
  const limits = groupLimits(delivery);
  const { ready, startsAt } = await groupSummary(read, key);
  const mayBegin =
    limits.maxWaitMs === null ||
    ready >= (limits.maxTargets ?? Number.POSITIVE_INFINITY) ||
    (startsAt !== null && startsAt <= nowMs);
  // A group may be the whole fleet: it is read only where somebody may begin.
  if (ready === 0 || !mayBegin) return { kind: 'waits' };
  const { waves } = nextWaves({
    limits,
    members: await groupMembers(read, key),
    isAnyoneExpected: limits.maxWaitMs !== null || (await isAnyoneExpected(read, key)),
    nowMs,
  });
  return waves.length > 0 ? { kind: 'starts', waves } : { kind: 'waits' };
}

type StartDeps = Pick<Deps, 'clock' | 'status' | 'events' | 'jobs'>;

/** Begins waves, in the caller's transaction; the lane must be told of fresh runs after it. */
export async function startWaves(
  { clock, status, events }: StartDeps,
  tx: Tx,
  key: GroupKey,
  waves: readonly Wave[],
  by: string | null,
): Promise<WavesTable[]> {
  const at = clock.now();
  const rows: WavesTable[] = [];
  for (const wave of waves) {
    const row = await startWave(tx, key, wave, { id: newId(at), at, by });
    rows.push(row);
    await status.append(tx, {
      severity: 'info',
      component: 'deployments',
      code: 'wave-started',
      objects: [{ kind: 'deployment', id: key.deploymentId }],
      params: { wave: row.number, machines: row.machine_count, waveCause: row.cause },
    });
  }
  await events.publish(tx, 'deployments.changed', { deploymentId: key.deploymentId });
  return rows;
}

/** The sweep would find it, too, but some seconds after the moment that people were told. */
export async function setTimer({ jobs }: Pick<StartDeps, 'jobs'>, tx: Tx, key: GroupKey): Promise<void> {
  const { startsAt } = await groupSummary(tx, key);
  if (startsAt === null) return;
  await jobs.enqueue(tx, { kind: groupJob, key: key.deploymentId, runAt: startsAt });
}
