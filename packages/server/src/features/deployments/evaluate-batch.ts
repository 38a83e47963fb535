import { isFinal } from '@tenkai/domain';
import { evaluateRun, prepare, type ReleaseDeps, type Round, slotsOf } from './evaluate-run.ts';
import { type LoadedRun, loadRun, loadRunsWhere } from './runs.store.ts';

const batchSize = 200;

/** Pages through one gate, oldest first; a long queue costs nothing while there is no slot for it. */
export async function evaluateGate(round: Round, gate: string, goesOn: () => boolean = () => true) {
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

/** One transaction for all of them: decided, and those to wake woken after it. */
export async function evaluateBatch(round: Round, runs: readonly LoadedRun[]) {
  if (runs.length === 0) return;
  const { machines, collections, db } = round.deps;
  const machineIds = [...new Set(runs.map((run) => run.row.machine_id))];
  const facts = await machines.factsOf(machineIds);
  const windows = await collections.windowsFor(machineIds);
  for (const { row } of runs) await prepare(round, row.deployment_id);
  await slotsOf(round);
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
