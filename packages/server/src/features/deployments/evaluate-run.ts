import {
  deliveryOf,
  type EffectiveDelivery,
  effectiveDelivery,
  end,
  groupLimits,
  latestStartOf,
  type MachineFacts,
  type MaintenanceWindow,
  type Reason,
  type RunPlan,
  waitsForGroup,
} from '@tenkai/domain';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import { methodFor } from './delivery-method.ts';
import { countSlots, loadDeployment, type StoredDeployment } from './deployments.store.ts';
import { askGates, type GateQuestion } from './gates.ts';
import { hasWaitingGroup, setReadiness } from './groups.store.ts';
import type { Deps } from './needs.ts';
import { fullReason } from './pending-starts.ts';
import { createPlanner, type Planner } from './planning.ts';
import { applyToRun, type RunDeps, store } from './run-events.ts';
import { countStaged, type LoadedRun, type StoredPlan, savePlan, setPlan } from './runs.store.ts';
import type { Gate } from './tables.ts';

export type ReleaseDeps = Deps & RunDeps;

type Slots = Awaited<ReturnType<typeof countSlots>>;

/** What one round of the lane looks up once. */
export interface Round {
  readonly deps: ReleaseDeps;
  readonly deployments: Map<string, StoredDeployment | undefined>;
  readonly planners: Map<string, Planner>;
  /** Null until somebody needs them: most rounds look at machines for which nothing waits. */
  slots: Slots | null;
  /** Deployments whose group has got a machine in this round. */
  readonly joined: Set<string>;
  /** Whether any machine waits for others: only then one that begins may have left a group. */
  readonly hasGroups: boolean;
}

export async function beginRound(deps: ReleaseDeps): Promise<Round> {
  const { read } = deps.db;
  return {
    deps,
    deployments: new Map(),
    planners: new Map(),
    slots: null,
    joined: new Set(),
    hasGroups: await hasWaitingGroup(read),
  };
}

/** The slots that are taken, counted once a round and then kept up. */
export async function slotsOf(round: Round): Promise<Slots> {
  round.slots ??= await countSlots(round.deps.db.read);
  return round.slots;
}

/** Reads a deployment and prepares its planner, once a round. */
export async function prepare(round: Round, id: string): Promise<void> {
  if (round.deployments.has(id)) return;
  const found = await loadDeployment(round.deps.db.read, id);
  round.deployments.set(id, found);
  if (found) round.planners.set(id, await createPlanner(round.deps, found.subject.scenario, found.draft));
}

/** The machine as it is at this moment. */
export interface MachineNow {
  readonly facts: MachineFacts | undefined;
  readonly windows: readonly MaintenanceWindow[];
}

/** Decides one waiting run: released, held with its reason, or not applicable. Returns true to send magic packets. */
export async function evaluateRun(
  round: Round,
  tx: Tx,
  run: LoadedRun,
  machine: MachineNow,
): Promise<boolean> {
  const { deps } = round;
  const at = deps.clock.now();
  const deployment = round.deployments.get(run.row.deployment_id);
  const planner = round.planners.get(run.row.deployment_id);
  if (!deployment || !planner || deployment.row.status === 'cancelled') {
    await applyToRun(deps, tx, run, { kind: 'cancel', at });
    return false;
  }
  if (!machine.facts) {
    await store(
      deps,
      tx,
      run,
      end(run.state, 'not-applicable', { code: 'machine-gone', params: {} }, at),
      null,
    );
    return false;
  }
  const plan = planner.planFor(machine.facts);
  if (plan.state === 'unknown') {
    await hold(deps, tx, run, {
      gate: 'inventory',
      reason: { code: 'inventory-missing', params: {} },
      until: null,
    });
    return false;
  }
  if (plan.state === 'not-applicable') {
    await endNotApplicable(deps, tx, run, plan, at);
    return false;
  }
  return releaseOrHold(round, tx, run, { deployment, plan, facts: machine.facts, windows: machine.windows });
}

interface Candidate {
  readonly deployment: StoredDeployment;
  readonly plan: RunPlan;
  readonly facts: MachineFacts;
  readonly windows: readonly MaintenanceWindow[];
}

async function releaseOrHold(
  round: Round,
  tx: Tx,
  run: LoadedRun,
  { deployment, plan, facts, windows }: Candidate,
) {
  const { deps } = round;
  const answer = askGates({
    draft: deployment.draft,
    isRequested: run.row.is_requested === 1,
    facts,
    busyWith: await busyWith(tx, run),
    windows,
    maxRunTimeMs: plan.maxRunTimeMs,
    beginsWithWake: plan.steps[0]?.kind === 'wake',
    nowMs: deps.clock.now(),
  });
  if (!answer.isOpen) {
    await hold(deps, tx, run, answer);
    return answer.wakes;
  }
  const pending = plan.timing === 'at-next-start' ? await pendingReason(deps, tx, run.row.machine_id) : null;
  if (pending) {
    await hold(deps, tx, run, { gate: 'next-start', reason: pending, until: null });
    return false;
  }
  const delivery = effectiveDelivery(deliveryOf(deployment.draft));
  if (run.row.wave_id === null && run.row.alone === null && waitsForGroup(delivery)) {
    await joinGroup(round, tx, run, delivery, answer.latestStartAt);
    return false;
  }
  const slots = await slotsOf(round);
  const full = slotReason(deps, slots, deployment);
  if (full) {
    await hold(deps, tx, run, { gate: 'slot', reason: full, until: null });
    return false;
  }
  const planHash = await savePlan(tx, storedPlan(plan));
  const choice = methodFor(run.row, delivery);
  const { closesAt: windowClosesAt } = answer;
  await setPlan(tx, run.row.id, { planHash, variables: plan.variables, choice, windowClosesAt });
  await applyToRun(deps, tx, run, { kind: 'release', at: deps.clock.now() });
  takeSlot(slots, run.row.deployment_id);
  // A machine that begins one run is not ready for the groups in which it waits with others.
  if (round.hasGroups) tx.afterCommit(() => deps.lane.machine(run.row.machine_id));
  return false;
}

/** The machine could begin: from now on it is counted. Coming again changes nothing but the end of its window. */
async function joinGroup(
  round: Round,
  tx: Tx,
  run: LoadedRun,
  delivery: EffectiveDelivery,
  latestStartAt: number | null,
) {
  const { row } = run;
  const isNew = row.gate !== 'group' || row.ready_at === null;
  const readyAt = isNew ? round.deps.clock.now() : (row.ready_at ?? 0);
  if (isNew || row.latest_start_at !== latestStartAt)
    await setReadiness(tx, row.id, { readyAt, latestStartAt });
  const until = latestStartOf(groupLimits(delivery), { readyAt, latestStartAt });
  await hold(round.deps, tx, run, { gate: 'group', reason: { code: 'group-waiting', params: {} }, until });
  if (isNew) round.joined.add(row.deployment_id);
}

/** BSRV-16: the site's limit counts machines over all deployments; a deployment may have a smaller one. */
function slotReason(deps: ReleaseDeps, slots: Slots, { row, draft }: StoredDeployment): Reason | null {
  const limit = deps.sites.settings().concurrency;
  if (slots.total >= limit) return { code: 'slot-site', params: { limit } };
  const own = slots.byDeployment.get(row.id) ?? 0;
  if (draft.concurrency === null || own < draft.concurrency) return null;
  return { code: 'slot-deployment', params: { limit: draft.concurrency } };
}

async function pendingReason(deps: ReleaseDeps, read: Reader, machineId: string): Promise<Reason | null> {
  return fullReason(deps, (await countStaged(read, [machineId])).get(machineId) ?? 0);
}

function takeSlot(slots: Slots, deploymentId: string) {
  slots.total += 1;
  slots.byDeployment.set(deploymentId, (slots.byDeployment.get(deploymentId) ?? 0) + 1);
}

function storedPlan(plan: RunPlan): StoredPlan {
  const { steps, skipped, timing, powerOffAfterDelivery, powerOffAtEnd, bytes, maxRunTimeMs } = plan;
  return {
    steps,
    skipped,
    ...(timing === 'after-delivery' ? {} : { timing }),
    ...(powerOffAfterDelivery ? { powerOffAfterDelivery } : {}),
    powerOffAtEnd,
    bytes,
    maxRunTimeMs,
  };
}

interface Hold {
  readonly gate: Gate;
  readonly reason: Reason;
  readonly until: number | null;
}

/** Holding again for the same reason writes nothing: a sweep over many waiting runs costs no disk. */
async function hold(deps: ReleaseDeps, tx: Tx, run: LoadedRun, { gate, reason, until }: Hold) {
  const { row, state } = run;
  if (row.gate === gate && state.reason?.code === reason.code && state.waitsUntil === until) return;
  await applyToRun(deps, tx, run, { kind: 'hold', reason, until, at: deps.clock.now() }, gate);
}

async function endNotApplicable(deps: ReleaseDeps, tx: Tx, run: LoadedRun, plan: RunPlan, at: number) {
  const reason = plan.reasons[0] ?? { code: 'nothing-to-do', params: {} };
  const planHash = await savePlan(tx, storedPlan(plan));
  await setPlan(tx, run.row.id, { planHash, variables: plan.variables, choice: null, windowClosesAt: null });
  await store(deps, tx, run, end(run.state, 'not-applicable', reason, at), null);
}

/** One run at a time on a machine; what it applies at its start comes before anything new (BSCN-21, BAGT-15). */
async function busyWith(tx: Tx, run: LoadedRun): Promise<GateQuestion['busyWith']> {
  const others = await tx.all<{ is_staged: number }>(
    'SELECT is_staged FROM deployments_runs WHERE machine_id = ? AND is_released = 1 AND id <> ?',
    [run.row.machine_id, run.row.id],
  );
  if (others.length === 0) return 'nothing';
  return others.some((other) => other.is_staged === 1) ? 'next-start' : 'run';
}
