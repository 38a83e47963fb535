import {
  holdsSlot,
  isFinal,
  next,
  type RunEffect,
  type RunEvent,
  type RunState,
  type Transition,
} from '@tenkai/domain';
import type { Tx } from '../../../kernel/database/database.ts';
import { recordActivities } from './activity.ts';
import './status-messages.ts';
import type { Deps } from '../needs.ts';
import type { ReleaseLane } from '../release/release-lane.ts';
import type { Gate } from '../tables.ts';
import type { AttemptPlan } from './plans.store.ts';
import { changedSteps, type RunChange, saveRuns } from './run-changes.store.ts';
import type { LoadedRun } from './runs.store.ts';

declare module '../../../kernel/events.ts' {
  interface EventMap {
    /** A run moved on; `isFinal` says whether it ended. Several moves in one transaction are told as one. */
    'deployments.run-changed': {
      runId: string;
      deploymentId: string;
      machineId: string;
      status: string;
      isFinal: boolean;
    };
    'deployments.changed': { deploymentId: string };
  }
}

export type RunDeps = Pick<Deps, 'channel' | 'machines' | 'clock'> & {
  readonly events: Pick<Deps['events'], 'publishAll'>;
  readonly status: Pick<Deps['status'], 'append'>;
  readonly lane: Pick<ReleaseLane, 'machine' | 'slots' | 'finished' | 'fresh' | 'group'>;
};

/**
 * Runs in the hands of one transaction: what happens to them is worked out in memory and written once, however much
 * it is. Who reads a run from the database meanwhile sees it as it was.
 */
export interface RunBook {
  /** The run as it is now, if it was put in. */
  find(runId: string): LoadedRun | undefined;
  put(run: LoadedRun): void;
  /** All of a machine's that were put in. */
  ofMachine(machineId: string): readonly LoadedRun[];
  /** Gives the run the plan of the attempt that is about to begin. */
  plan(run: LoadedRun, plan: AttemptPlan): void;
  /** Lets something happen to a run. Returns whether anything changed. */
  apply(run: LoadedRun, event: RunEvent, gate?: Gate | null): Promise<boolean>;
  /** The same for a transition that the domain made by other means. */
  store(run: LoadedRun, transition: Transition, gate: Gate | null): Promise<boolean>;
  /** Writes everything, and does after the commit what the domain asked for. Called once, at the end. */
  write(): Promise<void>;
}

export function openBook(deps: RunDeps, tx: Tx): RunBook {
  const runs = new Map<string, LoadedRun>();
  const entries = new Map<string, RunChange>();
  const nudged = new Set<string>();
  const entryOf = (run: LoadedRun) => {
    const entry = entries.get(run.row.id) ?? newChange(run);
    entries.set(run.row.id, entry);
    return entry;
  };
  const store = async (run: LoadedRun, { state, effects }: Transition, gate: Gate | null) => {
    const now = runs.get(run.row.id) ?? run;
    if (state === now.state) return false;
    const entry = entryOf(now);
    note(entry, state, gateOf(state, gate));
    runs.set(run.row.id, { ...now, state });
    for (const effect of effects) {
      if (effect.kind === 'nudge') nudged.add(run.row.machine_id);
      else await tell(deps, tx, run, effect, state);
    }
    return true;
  };
  return {
    find: (runId) => runs.get(runId),
    put: (run) => void runs.set(run.row.id, run),
    ofMachine: (machineId) => [...runs.values()].filter(({ row }) => row.machine_id === machineId),
    plan: (run, plan) => {
      entryOf(runs.get(run.row.id) ?? run).plan = plan;
    },
    store,
    apply: (run, event, gate = null) => store(run, next((runs.get(run.row.id) ?? run).state, event), gate),
    async write() {
      const all = [...entries.values()];
      await saveRuns(tx, all);
      await recordActivities(deps, tx, all);
      await deps.events.publishAll(tx, 'deployments.run-changed', all.map(eventOf));
      tx.afterCommit(() => {
        for (const machineId of nudged) void deps.channel.nudge(machineId);
        for (const entry of all) tellLane(deps, entry);
      });
    },
  };
}

/** Lets something happen to one run, inside the caller's transaction. Returns whether anything changed. */
export async function applyToRun(deps: RunDeps, tx: Tx, run: LoadedRun, event: RunEvent) {
  return store(deps, tx, run, next(run.state, event), null);
}

/** Stores one transition that the domain made, and does after the commit what it asks for. */
export async function store(
  deps: RunDeps,
  tx: Tx,
  run: LoadedRun,
  transition: Transition,
  gate: Gate | null,
) {
  const book = openBook(deps, tx);
  const isChanged = await book.store(run, transition, gate);
  if (isChanged) await book.write();
  return isChanged;
}

function newChange({ row, state }: LoadedRun): RunChange {
  return {
    row,
    before: state,
    after: state,
    gate: row.gate,
    plan: null,
    steps: new Map(),
    isNewAttempt: false,
    lastEnd: null,
  };
}

/** Steps are noted as they change: what an attempt did stays, also where the next one begins in the same book. */
function note(entry: RunChange, state: RunState, gate: Gate | null) {
  for (const [key, step] of changedSteps(entry.row.id, entry.after, state)) entry.steps.set(key, step);
  entry.isNewAttempt ||= state.attempt !== entry.after.attempt;
  if (isFinal(state.status)) entry.lastEnd = state.status;
  entry.after = state;
  entry.gate = gate;
}

/** A run that is not final and holds no slot waits at a gate; without one nobody would ever look at it again. */
function gateOf(state: RunState, gate: Gate | null): Gate | null {
  if (state.status === 'planned') return 'new';
  const isHeld = state.status === 'waiting' && !state.isReleased && !state.isStaged;
  return isHeld ? (gate ?? 'machine') : null;
}

function eventOf({ row, after }: RunChange) {
  return {
    runId: row.id,
    deploymentId: row.deployment_id,
    machineId: row.machine_id,
    status: after.status,
    isFinal: isFinal(after.status),
  };
}

function tellLane({ lane }: RunDeps, { row, before, after }: RunChange) {
  if (after.status === 'planned') lane.fresh();
  if (holdsSlot(before) && !holdsSlot(after)) lane.slots();
  if (before.isReleased && !after.isReleased) lane.machine(row.machine_id);
  if (isFinal(after.status)) lane.finished(row.deployment_id);
}

async function tell(
  { status }: RunDeps,
  tx: Tx,
  { row }: LoadedRun,
  { severity, code, reason }: Extract<RunEffect, { kind: 'message' }>,
  { attempt }: RunState,
) {
  const why = reason === null ? {} : { reason: reason.code, ...reason.params };
  await status.append(tx, {
    severity,
    component: 'deployments',
    code,
    machineId: row.machine_id,
    objects: [
      { kind: 'run', id: row.id },
      { kind: 'deployment', id: row.deployment_id },
    ],
    params: { ...why, attempt },
  });
}
