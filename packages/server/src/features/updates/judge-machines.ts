import { judgeUpdates, type MachineJudgement, type UpdateJudgement, type UpdateOrder } from '@tenkai/domain';
import type { Tx } from '../../kernel/database/database.ts';
import { deliver } from './deliver.ts';
import type { Deps } from './needs.ts';
import type { UpdatePairRow } from './tables.ts';
import { deletePair, type JudgedPair, loadPairs, saveJudged } from './updates.store.ts';
import type { MachineQuestion } from './world.ts';

/** Judges machines, stores what changed, and begins what is due: all in one transaction. */
export async function judgeMachines(deps: Deps, machineIds: readonly string[]): Promise<void> {
  const concerned = await concernedAmong(deps, machineIds);
  if (concerned.length === 0) return;
  const questions = await deps.world.questions(concerned);
  const judged = questions.map((question) => ({ question, judgement: judgeUpdates(question.input) }));
  const isNews = judged.some(
    ({ question, judgement }) => judgement.order || changes(question, judgement).isAny,
  );
  if (!isNews) return;
  const touched = new Set<string>();
  await deps.db.transaction(async (tx) => {
    const orders: { machineId: string; order: UpdateOrder }[] = [];
    // One that was removed while it was judged is forgotten, and gets no run.
    const known = await deps.machines.enrolledAmong(concerned, tx);
    for (const { question, judgement } of judged.filter(({ question: { facts } }) => known.has(facts.id))) {
      for (const packageId of await store(tx, question, judgement)) touched.add(packageId);
      if (judgement.order) orders.push({ machineId: question.facts.id, order: judgement.order });
    }
    await deliver(deps, tx, orders);
    if (orders.length > 0 || touched.size > 0)
      await deps.events.publish(tx, 'updates.changed', { packageId: null });
  });
  for (const packageId of touched) deps.lane.counted(packageId);
}

/** Where nothing takes part, only those of which something is still remembered have anything to be judged. */
async function concernedAmong({ db, world }: Deps, machineIds: readonly string[]) {
  if (machineIds.length === 0 || (await world.catalogue()).hasParticipants) return machineIds;
  return [...new Set((await loadPairs(db.read, machineIds)).map(({ machine_id }) => machine_id))];
}

/** @returns packages whose numbers changed */
async function store(tx: Tx, question: MachineQuestion, judgement: MachineJudgement): Promise<string[]> {
  const { saved, gone } = changes(question, judgement);
  for (const pair of saved) await saveJudged(tx, pair);
  for (const packageId of gone) await deletePair(tx, question.facts.id, packageId);
  return [...saved.map((pair) => pair.package_id), ...gone];
}

function changes({ facts, input, pairs }: MachineQuestion, { packages }: MachineJudgement) {
  const { ring } = input.machine;
  const wanted = packages
    .filter(({ concerns }) => concerns)
    .map((one) =>
      pairOf(one, { machineId: facts.id, ring, before: pairs.get(one.packageId), nowMs: input.nowMs }),
    );
  const saved = wanted.filter((pair) => !isSame(pair, pairs.get(pair.package_id)));
  const kept = new Set(wanted.map((pair) => pair.package_id));
  // A hold outlives that the package concerns the machine; nothing else is worth keeping.
  const gone = [...pairs.values()]
    .filter((pair) => !kept.has(pair.package_id) && pair.held === null && pair.run_id === null)
    .map((pair) => pair.package_id);
  return { saved, gone, isAny: saved.length + gone.length > 0 };
}

interface Before {
  readonly machineId: string;
  readonly ring: number;
  readonly before: UpdatePairRow | undefined;
  readonly nowMs: number;
}

function pairOf(one: UpdateJudgement, { machineId, ring, before, nowMs }: Before): JudgedPair {
  return {
    machine_id: machineId,
    package_id: one.packageId,
    state: one.state,
    reason: one.reason === null ? null : JSON.stringify(one.reason),
    until: one.until,
    ring,
    since: one.isWanted ? (before?.since ?? nowMs) : null,
    is_continuing: one.isWanted ? (before?.is_continuing ?? 0) : 0,
  };
}

function isSame(pair: JudgedPair, before: UpdatePairRow | undefined): boolean {
  if (!before) return false;
  return (Object.keys(pair) as (keyof JudgedPair)[]).every((name) => pair[name] === before[name]);
}
