import { isFinal, next, type RunEffect, type RunEvent, type RunState, type Transition } from '@tenkai/domain';
import type { Tx } from '../../kernel/database/database.ts';
import { recordActivity } from './activity.ts';
import './status-messages.ts';
import type { Deps } from './needs.ts';
import type { ReleaseLane } from './release-lane.ts';
import { type LoadedRun, saveRun } from './runs.store.ts';
import type { Gate } from './tables.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    /** A run moved on; `isFinal` says whether it ended. */
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

export type RunDeps = Pick<Deps, 'events' | 'channel' | 'status' | 'machines' | 'clock'> & {
  readonly lane: Pick<ReleaseLane, 'machine' | 'slots' | 'finished' | 'fresh' | 'group'>;
};

/** Lets something happen to a run, inside the caller's transaction. Returns whether anything changed. */
export async function applyToRun(
  deps: RunDeps,
  tx: Tx,
  run: LoadedRun,
  event: RunEvent,
  gate: Gate | null = null,
) {
  return store(deps, tx, run, next(run.state, event), gate);
}

/** Stores a transition that the domain made, and does after the commit what it asks for. */
export async function store(
  deps: RunDeps,
  tx: Tx,
  run: LoadedRun,
  transition: Transition,
  gate: Gate | null,
) {
  const { state } = transition;
  if (state === run.state) return false;
  await saveRun(tx, run, state, gateOf(state, gate));
  await recordActivity(deps, tx, run, state);
  for (const effect of transition.effects) await carryOut(deps, tx, run, effect, state);
  const { id, deployment_id: deploymentId, machine_id: machineId } = run.row;
  await deps.events.publish(tx, 'deployments.run-changed', {
    runId: id,
    deploymentId,
    machineId,
    status: state.status,
    isFinal: isFinal(state.status),
  });
  tx.afterCommit(() => tellLane(deps, run, state));
  return true;
}

/** A run that is not final and holds no slot waits at a gate; without one nobody would ever look at it again. */
function gateOf(state: RunState, gate: Gate | null): Gate | null {
  if (state.status === 'planned') return 'new';
  const isHeld = state.status === 'waiting' && !state.isReleased && !state.isStaged;
  return isHeld ? (gate ?? 'machine') : null;
}

function tellLane({ lane }: RunDeps, run: LoadedRun, state: RunState) {
  if (state.status === 'planned') lane.fresh();
  if (run.state.isReleased && !state.isReleased) {
    lane.slots();
    lane.machine(run.row.machine_id);
  }
  if (isFinal(state.status)) lane.finished(run.row.deployment_id);
}

async function carryOut(
  { channel, status }: RunDeps,
  tx: Tx,
  run: LoadedRun,
  effect: RunEffect,
  state: RunState,
) {
  if (effect.kind === 'nudge') return tx.afterCommit(() => void channel.nudge(run.row.machine_id));
  const reason = effect.reason === null ? {} : { reason: effect.reason.code, ...effect.reason.params };
  await status.append(tx, {
    severity: effect.severity,
    component: 'deployments',
    code: effect.code,
    machineId: run.row.machine_id,
    objects: [
      { kind: 'run', id: run.row.id },
      { kind: 'deployment', id: run.row.deployment_id },
    ],
    params: { ...reason, attempt: state.attempt },
  });
}
