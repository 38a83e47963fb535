import { offLimitMs } from '@tenkai/domain';
import { hasOpenRuns, loadDeployment, updateDeployment } from '../deployments.store.ts';
import { settleGroups } from '../groups/groups.ts';
import { applyToRun } from '../runs/run-book.ts';
import { findRuns, findRunsOf, loadRun, type RunName } from '../runs/runs.store.ts';
import { evaluateAll, evaluateBatch, evaluateGate } from './evaluate-batch.ts';
import { beginRound, type ReleaseDeps, type Round, slotsOf } from './evaluate-run.ts';
import { holdNudges } from './held-nudges.ts';
import { forgetTheFuture } from './put-back.ts';
import type { LaneWork } from './release-lane.ts';
import { runsOfMachinesOff, silentRunsOfMachinesOn } from './silent-runs.views.ts';

/** Gates that an event of the machine itself can open, or close again. */
const machineGates = "('machine', 'earlier-run', 'inventory', 'window', 'group', 'next-start')";

/** One round of the lane: what an event named, what is due, what is new, who waits for others, who for a slot. */
export async function evaluateRuns(deps: ReleaseDeps, work: LaneWork): Promise<void> {
  const nudges = holdNudges(deps.channel, deps.clock);
  try {
    await evaluateRound({ ...deps, channel: nudges.channel }, work);
  } finally {
    await nudges.send();
  }
}

async function evaluateRound(deps: ReleaseDeps, work: LaneWork) {
  const round = await beginRound(deps);
  const now = deps.clock.now();
  if (work.turnedBack !== null) {
    await forgetTheFuture(deps, work.turnedBack);
    work.broughtBack();
  }
  await evaluateAll(round, await waitingOn(round, work.machineIds));
  if (work.due) {
    await evaluateBatch(round, await dueRuns(round, 'gate IS NOT NULL AND waits_until <= ?', now));
    await expireSilentRuns(deps);
    await noticeMachinesOff(deps);
  }
  if (work.fresh || work.due) await evaluateGate(round, 'new');
  if (work.pending) await evaluateGate(round, 'next-start');
  if (work.windows) {
    await evaluateGate(round, 'window');
    await evaluateGate(round, 'group');
  }
  if (work.machineGate) await evaluateGate(round, 'machine');
  // An ended run may be the one for which the rest of its group waited.
  const touched = new Set([...round.joined, ...work.groupIds, ...work.finishedIds]);
  await settleGroups(round, work.due ? 'all' : touched);
  if (work.slots || work.due) await evaluateSlots(round);
  for (const id of work.finishedIds) await completeWhereDone(deps, id);
}

/** Everything at these machines that an event of them can move, oldest first. */
async function waitingOn({ deps }: Round, machineIds: readonly string[]): Promise<RunName[]> {
  // Found by their machines, which are few; whoever waits at a gate may be the whole fleet.
  const atGate = `gate IS NOT NULL AND coalesce(gate, '') IN ${machineGates}`;
  return oldestFirst(await findRunsOf(deps.db.read, machineIds, atGate));
}

/** Ordered here: asked for the order, the embedded database would walk over all runs there ever were by their ids. */
async function dueRuns({ deps }: Pick<Round, 'deps'>, condition: string, now: number) {
  return oldestFirst(await findRuns(deps.db.read, condition, [now]));
}

function oldestFirst(runs: RunName[]): RunName[] {
  return runs.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Slots are counted only where somebody waits for one: a run that ends frees one, and often nobody does. */
async function evaluateSlots(round: Round) {
  const { db, sites } = round.deps;
  if (!(await db.read.one("SELECT id FROM deployments_runs WHERE gate = 'slot' LIMIT 1"))) return;
  const slots = await slotsOf(round);
  await evaluateGate(round, 'slot', () => slots.total < sites.settings().concurrency);
}

/** BSRV-27: a machine that fell silent does not hold its slot for ever. */
async function expireSilentRuns(deps: ReleaseDeps) {
  const at = deps.clock.now();
  for (const { id } of await dueRuns({ deps }, 'deadline_at <= ?', at)) {
    await deps.db.transaction(async (tx) => {
      const run = await loadRun(tx, id);
      if (run) await applyToRun(deps, tx, run, { kind: 'tick', at });
    });
  }
}

/** A machine that is off does not hold its slot either; its run waits for it, and goes on as soon as it is on again. */
async function noticeMachinesOff(deps: ReleaseDeps) {
  const at = deps.clock.now();
  const apply = async (id: string, kind: 'machine-off' | 'machine-back') => {
    await deps.db.transaction(async (tx) => {
      const run = await loadRun(tx, id);
      if (run) await applyToRun(deps, tx, run, { kind, at });
    });
  };
  for (const id of await runsOfMachinesOff(deps.db.read, at - offLimitMs)) await apply(id, 'machine-off');
  for (const id of await silentRunsOfMachinesOn(deps.db.read)) await apply(id, 'machine-back');
}

async function completeWhereDone({ db, clock, events }: ReleaseDeps, deploymentId: string) {
  if (await hasOpenRuns(db.read, deploymentId)) return;
  await db.transaction(async (tx) => {
    const found = await loadDeployment(tx, deploymentId);
    if (found?.row.status !== 'active' || found.row.next_start_at !== null) return;
    if (await hasOpenRuns(tx, deploymentId)) return;
    await updateDeployment(tx, deploymentId, { status: 'completed', finished_at: clock.now() });
    await events.publish(tx, 'deployments.changed', { deploymentId });
  });
}
