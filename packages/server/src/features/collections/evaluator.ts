import { collectionsToReevaluate, withReferrers } from '@tenkai/domain';
import type { Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { createPace } from '../../kernel/pace.ts';
import type { Machines } from '../machines/index.ts';
import { listStale, settleChange, settleStale, someChanges } from './collections.store.ts';
import { judgeMachines, type MemberChange, type Question } from './judge.ts';
import { recordMembers } from './record-members.ts';
import type { RuleBook, Rules } from './rule-book.ts';
import type { ChangeRecord } from './tables.ts';

export interface Evaluator {
  /** There is something to judge; done soon by a job. */
  poke(): void;
  /** Judges everything that is noted. One at a time: whoever comes meanwhile waits for a round of their own. */
  run(signal?: AbortSignal): Promise<void>;
}

export interface EvaluatorDeps extends Pick<Kernel, 'db' | 'clock' | 'events' | 'jobs' | 'log'> {
  readonly machines: Machines;
  readonly ruleBook: RuleBook;
}

const job = 'collections.evaluate';
/** Machines whose facts are in memory at a time, and rows of one transaction. */
const pageSize = 200;
/** A job and its questions cost the same for one change and for a page of them. */
const roundEveryMs = 100;

/**
 * Keeps members up to date by change, not by timer: machines that changed are judged by the rules that name what
 * changed and those that refer to them; collections whose rules changed, by all machines. What is to be done is in
 * tables, so a crash loses nothing.
 */
export function createEvaluator(deps: EvaluatorDeps): Evaluator {
  const { db, jobs, log } = deps;
  const pace = createPace(roundEveryMs);
  let isAsked = false;
  let isMore = false;
  let last: Promise<void> = Promise.resolve();

  const run = (signal?: AbortSignal): Promise<void> => {
    last = last.catch(() => {}).then(() => drain(deps, signal));
    return last;
  };
  jobs.define(job, async ({ signal }) => {
    try {
      do {
        await pace.turn();
        isMore = false;
        await run(signal);
      } while (isMore && !signal.aborted);
    } finally {
      isAsked = false;
    }
  });
  // Whatever another server noted, or a crash left behind.
  jobs.every('collections.sweep', 60_000, ({ signal }) => run(signal));
  return {
    run,
    poke() {
      isMore = true;
      if (isAsked) return;
      isAsked = true;
      db.transaction((tx) => jobs.enqueue(tx, { kind: job, key: 'all' })).catch((error: unknown) => {
        isAsked = false;
        log.warn({ err: error }, 'the evaluation of collections was not asked for');
      });
    },
  };
}

async function drain(deps: EvaluatorDeps, signal: AbortSignal | undefined) {
  while (!signal?.aborted) {
    const rules = await deps.ruleBook.refresh(deps.db.read);
    if (await judgeSomeChanges(deps, rules)) continue;
    const stale = await listStale(deps.db.read);
    if (stale.length === 0) return;
    await judgeStale(deps, rules, stale, signal);
  }
}

/** @returns whether there were any */
async function judgeSomeChanges(deps: EvaluatorDeps, rules: Rules): Promise<boolean> {
  const changes = await someChanges(deps.db.read, pageSize);
  if (changes.length === 0) return false;
  const questions = changes.map((change) => questionOf(rules, change));
  const judged = await judgeMachines({ machines: deps.machines, read: deps.db.read }, rules, questions);
  await deps.db.transaction(async (tx) => {
    const settled = new Set<string>();
    for (const change of changes) if (await settleChange(tx, change)) settled.add(change.machine_id);
    await recordMembers(
      deps,
      tx,
      judged.filter(({ machineId }) => settled.has(machineId)),
    );
  });
  return true;
}

function questionOf({ index }: Rules, { machine_id, attributes }: ChangeRecord): Question {
  if (attributes === null) return { machineId: machine_id, collectionIds: index.order };
  const changed = new Set(JSON.parse(attributes) as string[]);
  return { machineId: machine_id, collectionIds: collectionsToReevaluate(index, changed) };
}

interface Stale {
  readonly collection_id: string;
  readonly revision: number;
}

/** Walks over all machines; changes that come meanwhile are judged between the pages. */
async function judgeStale(
  deps: EvaluatorDeps,
  rules: Rules,
  stale: readonly Stale[],
  signal: AbortSignal | undefined,
) {
  const { db, clock, machines } = deps;
  // One that was made or changed after the rules were read waits for the next round.
  const known = stale.filter(
    ({ collection_id, revision }) => (rules.revisions.get(collection_id) ?? 0) >= revision,
  );
  const collectionIds = withReferrers(
    rules.index,
    known.map(({ collection_id }) => collection_id),
  );
  let afterId = '';
  for (;;) {
    const ids = await machines.enrolledAfter(afterId, pageSize);
    if (ids.length === 0) break;
    afterId = ids.at(-1) ?? afterId;
    const questions = ids.map((machineId) => ({ machineId, collectionIds }));
    const judged = await judgeMachines({ machines, read: db.read }, rules, questions);
    if (judged.length > 0) await db.transaction((tx) => recordKnown(deps, tx, judged));
    await judgeSomeChanges(deps, rules);
    if (signal?.aborted) return;
    await turn();
  }
  await db.transaction(async (tx) => {
    for (const { collection_id, revision } of known)
      await settleStale(tx, collection_id, revision, clock.now());
  });
}

/** Without those that were removed while they were judged: nobody would take them out again. */
async function recordKnown(deps: EvaluatorDeps, tx: Tx, judged: readonly MemberChange[]) {
  const ids = judged.map(({ machineId }) => machineId);
  const known = await deps.machines.knownAmong(ids, tx);
  await recordMembers(
    deps,
    tx,
    judged.filter(({ machineId }) => known.has(machineId)),
  );
}

/** Pages and reports have their turn between two pages of machines. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
