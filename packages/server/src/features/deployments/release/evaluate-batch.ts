import { isFinal } from '@tenkai/domain';
import type { Reader, Tx } from '../../../kernel/database/database.ts';
import { rowsOf } from '../../../kernel/database/many-rows.ts';
import { findRuns, loadRuns, type RunName } from '../runs/runs.store.ts';
import {
  evaluateRun,
  openDesk,
  prepare,
  type ReleaseDeps,
  type ReleasedRun,
  type Round,
  slotsOf,
} from './evaluate-run.ts';

/** A transaction of so many holds up others for a moment only, and few of them wait for the disk. */
const batchSize = 400;

/** Pages through one gate, oldest first; a long queue costs nothing while there is no slot for it. */
export async function evaluateGate(round: Round, gate: string, goesOn: () => boolean = () => true) {
  let after = '';
  while (goesOn()) {
    const page = 'gate = ? AND id > ? ORDER BY id LIMIT ?';
    const runs = await findRuns(round.deps.db.read, page, [gate, after, batchSize]);
    const last = runs.at(-1);
    if (!last) return;
    await evaluateBatch(round, runs);
    after = last.id;
  }
}

/** Any number, in transactions that others need not wait long for. */
export async function evaluateAll(round: Round, runs: readonly RunName[]) {
  for (let from = 0; from < runs.length; from += batchSize)
    await evaluateBatch(round, runs.slice(from, from + batchSize));
}

/** One transaction for all of them: decided, and those to wake woken after it. */
export async function evaluateBatch(round: Round, runs: readonly RunName[]) {
  if (runs.length === 0) return;
  const { machines, collections, db } = round.deps;
  const machineIds = [...new Set(runs.map(({ machine_id }) => machine_id))];
  for (const { deployment_id } of runs) await prepare(round, deployment_id);
  const withSoftware = runs.some(({ deployment_id }) => round.planners.get(deployment_id)?.needsSoftware);
  const facts = await machines.factsOf(machineIds, { withSoftware });
  const windows = await collections.windowsFor(machineIds);
  await slotsOf(round);
  const decide = async (tx: Tx) => {
    const woken = new Set<string>();
    const desk = openDesk(round, tx);
    const released = await releasedRuns(tx, machineIds);
    // Read only now: between the page and this transaction a report or an operator may have come.
    const now = new Map(
      (
        await loadRuns(
          tx,
          runs.map(({ id }) => id),
        )
      ).map((run) => [run.row.id, run]),
    );
    for (const { id: runId, machine_id: id } of runs) {
      const run = now.get(runId);
      if (!run || run.row.gate === null || isFinal(run.state.status)) continue;
      const machine = { facts: facts.get(id), windows: windows.get(id) ?? [], released: released(id) };
      if (await evaluateRun(desk, run, machine)) woken.add(id);
    }
    await desk.book.write();
    return woken;
  };
  const toWake = await db.transaction(decide, { isBulk: true });
  for (const machineId of toWake) await wake(round.deps, machineId);
}

/** By machine; an empty list for one that is not busy. */
async function releasedRuns(read: Reader, machineIds: readonly string[]) {
  const found = await rowsOf<ReleasedRun & { machine_id: string }>(
    read,
    'SELECT id, machine_id, is_staged FROM deployments_runs WHERE machine_id IN',
    machineIds,
    'AND is_released = 1',
  );
  const byMachine = new Map<string, ReleasedRun[]>(Map.groupBy(found, ({ machine_id }) => machine_id));
  return (machineId: string) => {
    const runs = byMachine.get(machineId) ?? [];
    byMachine.set(machineId, runs);
    return runs;
  };
}

async function wake({ machines, log }: ReleaseDeps, machineId: string) {
  await machines
    .wake(machineId)
    .catch((error: unknown) => log.warn({ err: error, machineId }, 'wake failed'));
}
