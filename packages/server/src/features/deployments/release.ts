import { isFinal } from '@tenkai/domain';
import { countOpenRuns, loadDeployment, updateDeployment } from './deployments.store.ts';
import { beginRound, evaluateRun, prepare, type ReleaseDeps, type Round } from './evaluate-run.ts';
import type { LaneWork } from './release-lane.ts';
import { applyToRun } from './run-events.ts';
import { type LoadedRun, loadRun, loadRunsWhere } from './runs.store.ts';

const batchSize = 200;
/** Gates that an event of the machine itself can open. */
const machineGates = "('machine', 'earlier-run', 'inventory', 'window')";

/** One round of the lane: what an event named, what is due, what is new, then who waits for a slot. */
export async function evaluateRuns(deps: ReleaseDeps, work: LaneWork): Promise<void> {
  const round = await beginRound(deps);
  const now = deps.clock.now();
  for (const id of work.machineIds) {
    await evaluateBatch(round, await waiting(round, `machine_id = ? AND gate IN ${machineGates}`, [id]));
  }
  if (work.due) {
    await evaluateBatch(round, await waiting(round, 'gate IS NOT NULL AND waits_until <= ?', [now]));
    await expireSilentRuns(deps);
  }
  if (work.fresh || work.due) await evaluateGate(round, 'new', () => true);
  if (work.windows) await evaluateGate(round, 'window', () => true);
  if (work.slots || work.due) await evaluateGate(round, 'slot', () => hasFreeSlot(round));
  for (const id of work.finishedIds) await completeWhereDone(deps, id);
}

function waiting({ deps }: Round, condition: string, params: (string | number)[]) {
  return loadRunsWhere(deps.db.read, `${condition} ORDER BY id`, params);
}

function hasFreeSlot({ deps, slots }: Round): boolean {
  return slots.total < deps.sites.settings().concurrency;
}

/** Pages through one gate, oldest first; a long queue costs nothing while there is no slot for it. */
async function evaluateGate(round: Round, gate: string, goesOn: () => boolean) {
  let after = '';
  while (goesOn()) {
    const page = 'gate = ? AND id > ? ORDER BY id LIMIT ?';
    const runs = await loadRunsWhere(round.deps.db.read, page, [gate, after, batchSize]);
    const last = runs.at(-1);
    if (!last) return;
    await evaluateBatch(round, runs);
    after = last.row.id;
  }
}

async function evaluateBatch(round: Round, runs: readonly LoadedRun[]) {
  if (runs.length === 0) return;
  const { machines, collections, db } = round.deps;
  const machineIds = [...new Set(runs.map((run) => run.row.machine_id))];
  const facts = await machines.factsOf(machineIds);
  const windows = await collections.windowsFor(machineIds);
  for (const { row } of runs) await prepare(round, row.deployment_id);
  const toWake = await db.transaction(async (tx) => {
    const woken = new Set<string>();
    for (const { row } of runs) {
      // Read again: between the page and this transaction a report or an operator may have come.
      const run = await loadRun(tx, row.id);
      if (!run || run.row.gate === null || isFinal(run.state.status)) continue;
      const machine = { facts: facts.get(row.machine_id), windows: windows.get(row.machine_id) ?? [] };
      if (await evaluateRun(round, tx, run, machine)) woken.add(row.machine_id);
    }
    return woken;
  });
  for (const machineId of toWake) await wake(round.deps, machineId);
}

async function wake({ machines, log }: ReleaseDeps, machineId: string) {
  await machines
    .wake(machineId)
    .catch((error: unknown) => log.warn({ err: error, machineId }, 'wake failed'));
}

/** BSRV-27: a machine that fell silent does not hold its slot for ever. */
async function expireSilentRuns(deps: ReleaseDeps) {
  const at = deps.clock.now();
  const silent = await loadRunsWhere(deps.db.read, 'deadline_at <= ? ORDER BY id', [at]);
  for (const { row } of silent) {
    await deps.db.transaction(async (tx) => {
      const run = await loadRun(tx, row.id);
      if (run) await applyToRun(deps, tx, run, { kind: 'tick', at });
    });
  }
}

async function completeWhereDone({ db, clock, events }: ReleaseDeps, deploymentId: string) {
  if ((await countOpenRuns(db.read, deploymentId)) > 0) return;
  await db.transaction(async (tx) => {
    const found = await loadDeployment(tx, deploymentId);
    if (found?.row.status !== 'active' || found.row.next_start_at !== null) return;
    if ((await countOpenRuns(tx, deploymentId)) > 0) return;
    await updateDeployment(tx, deploymentId, { status: 'completed', finished_at: clock.now() });
    await events.publish(tx, 'deployments.changed', { deploymentId });
  });
}
