import {
  askGates,
  deliveryOf,
  type EffectiveDelivery,
  effectiveDelivery,
  end,
  type GateQuestion,
  groupLimits,
  latestStartOf,
  type MachineFacts,
  type MaintenanceWindow,
  type Reason,
  type RunPlan,
  waitsForGroup,
} from '@tenkai/domain';
import type { Reader, Tx } from '../../../kernel/database/database.ts';
import { countSlots, loadDeployment, type StoredDeployment } from '../deployments.store.ts';
import { hasWaitingGroup, setReadiness } from '../groups/groups.store.ts';
import type { Deps } from '../needs.ts';
import { methodFor } from '../orders/delivery-method.ts';
import { type StoredPlan, savePlan } from '../runs/plans.store.ts';
import { openBook, type RunBook, type RunDeps } from '../runs/run-book.ts';
import { countStaged, type LoadedRun } from '../runs/runs.store.ts';
import { fullReason } from '../staged/pending-starts.ts';
import type { Gate } from '../tables.ts';
import { createPlanner, type Planner } from './planning.ts';

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
  /** Its runs that are released; one that is released here comes to them. */
  readonly released: ReleasedRun[];
}

export interface ReleasedRun {
  readonly id: string;
  readonly is_staged: number;
}

/** The transaction at hand: what is decided is written at its end. */
export interface Desk {
  readonly round: Round;
  readonly tx: Tx;
  readonly book: RunBook;
  /** Hashes of the plans that this transaction has stored, by their text. */
  readonly plans: Map<string, string>;
}

export function openDesk(round: Round, tx: Tx): Desk {
  return { round, tx, book: openBook(round.deps, tx), plans: new Map() };
}

/** Decides one waiting run: released, held with its reason, or not applicable. Returns true to send magic packets. */
export async function evaluateRun(desk: Desk, run: LoadedRun, machine: MachineNow): Promise<boolean> {
  const { round, book } = desk;
  const at = round.deps.clock.now();
  const deployment = round.deployments.get(run.row.deployment_id);
  const planner = round.planners.get(run.row.deployment_id);
  if (!deployment || !planner || deployment.row.status === 'cancelled') {
    await book.apply(run, { kind: 'cancel', at });
    return false;
  }
  if (!machine.facts) {
    const gone = end(run.state, 'not-applicable', { code: 'machine-gone', params: {} }, at);
    await book.store(run, gone, null);
    return false;
  }
  const plan = planner.planFor(machine.facts);
  if (plan.state === 'unknown') {
    const reason = { code: 'inventory-missing', params: {} };
    await hold(desk, run, { gate: 'inventory', reason, until: null });
    return false;
  }
  if (plan.state === 'not-applicable') {
    await endNotApplicable(desk, run, plan, at);
    return false;
  }
  return releaseOrHold(desk, run, { ...machine, deployment, plan, facts: machine.facts });
}

interface Candidate extends MachineNow {
  readonly deployment: StoredDeployment;
  readonly plan: RunPlan;
  readonly facts: MachineFacts;
}

async function releaseOrHold(desk: Desk, run: LoadedRun, candidate: Candidate) {
  const { round, tx } = desk;
  const { deps } = round;
  const { deployment, plan, facts, windows, released } = candidate;
  const answer = askGates({
    draft: deployment.draft,
    isRequested: run.row.is_requested === 1,
    facts,
    busyWith: busyWith(released, run),
    windows,
    maxRunTimeMs: plan.maxRunTimeMs,
    beginsWithWake: plan.steps[0]?.kind === 'wake',
    nowMs: deps.clock.now(),
  });
  if (!answer.isOpen) {
    await hold(desk, run, answer);
    return answer.wakes;
  }
  const pending = plan.timing === 'at-next-start' ? await pendingReason(deps, tx, run.row.machine_id) : null;
  if (pending) {
    await hold(desk, run, { gate: 'next-start', reason: pending, until: null });
    return false;
  }
  const delivery = effectiveDelivery(deliveryOf(deployment.draft));
  if (run.row.wave_id === null && run.row.alone === null && waitsForGroup(delivery)) {
    await joinGroup(desk, run, delivery, answer.latestStartAt);
    return false;
  }
  const slots = await slotsOf(round);
  const full = slotReason(deps, slots, deployment);
  if (full) await hold(desk, run, { gate: 'slot', reason: full, until: null });
  else await release(desk, run, candidate, { delivery, windowClosesAt: answer.closesAt });
  return false;
}

async function release(
  desk: Desk,
  run: LoadedRun,
  { plan, released }: Candidate,
  { delivery, windowClosesAt }: { delivery: EffectiveDelivery; windowClosesAt: number | null },
): Promise<void> {
  const { round, tx, book } = desk;
  const planHash = await storePlan(desk, plan);
  const choice = methodFor(run.row, delivery, round.deps.multicast.refusal());
  book.plan(run, { planHash, variables: plan.variables, choice, windowClosesAt });
  await book.apply(run, { kind: 'release', at: round.deps.clock.now() });
  released.push({ id: run.row.id, is_staged: 0 });
  takeSlot(await slotsOf(round), run.row.deployment_id);
  // A machine that begins one run is not ready for the groups in which it waits with others.
  if (round.hasGroups) tx.afterCommit(() => round.deps.lane.machine(run.row.machine_id));
}

/** Machines of one kind share a plan: it is put into words once for all of them. */
async function storePlan({ tx, plans }: Desk, plan: RunPlan): Promise<string> {
  const stored = storedPlan(plan);
  const text = JSON.stringify(stored);
  const hash = plans.get(text) ?? (await savePlan(tx, stored));
  plans.set(text, hash);
  return hash;
}

/** The machine could begin: from now on it is counted. Coming again changes nothing but the end of its window. */
async function joinGroup(
  desk: Desk,
  run: LoadedRun,
  delivery: EffectiveDelivery,
  latestStartAt: number | null,
) {
  const { round, tx } = desk;
  const { row } = run;
  const isNew = row.gate !== 'group' || row.ready_at === null;
  const readyAt = isNew ? round.deps.clock.now() : (row.ready_at ?? 0);
  if (isNew || row.latest_start_at !== latestStartAt)
    await setReadiness(tx, row.id, { readyAt, latestStartAt });
  const until = latestStartOf(groupLimits(delivery), { readyAt, latestStartAt });
  await hold(desk, run, { gate: 'group', reason: { code: 'group-waiting', params: {} }, until });
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
async function hold({ round, book }: Desk, run: LoadedRun, { gate, reason, until }: Hold) {
  const { row, state } = run;
  if (row.gate === gate && state.reason?.code === reason.code && state.waitsUntil === until) return;
  await book.apply(run, { kind: 'hold', reason, until, at: round.deps.clock.now() }, gate);
}

async function endNotApplicable(desk: Desk, run: LoadedRun, plan: RunPlan, at: number) {
  const reason = plan.reasons[0] ?? { code: 'nothing-to-do', params: {} };
  const planHash = await storePlan(desk, plan);
  desk.book.plan(run, { planHash, variables: plan.variables, choice: null, windowClosesAt: null });
  await desk.book.store(run, end(run.state, 'not-applicable', reason, at), null);
}

/** One run at a time on a machine; what it applies at its start comes before anything new (BSCN-21, BAGT-15). */
function busyWith(released: readonly ReleasedRun[], run: LoadedRun): GateQuestion['busyWith'] {
  const others = released.filter(({ id }) => id !== run.row.id);
  if (others.length === 0) return 'nothing';
  return others.some((other) => other.is_staged === 1) ? 'next-start' : 'run';
}
