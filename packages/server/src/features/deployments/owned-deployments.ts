import {
  changed,
  type DeploymentDraft,
  fresh,
  isFinal,
  type Reason,
  type ScenarioDraft,
} from '@tenkai/domain';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import { newId } from '../../kernel/ids.ts';
import { insertDeployment, loadDeployment, updateDeployment } from './deployments.store.ts';
import type { ReleaseDeps } from './release/evaluate-run.ts';
import { applyToRun, store } from './runs/run-book.ts';
import { insertRuns, type LoadedRun, loadRun, loadRuns, loadRunsWhere } from './runs/runs.store.ts';
import type { DeploymentOwner } from './tables.ts';

/** A deployment that a feature makes by itself and fills machine by machine. */
export interface OwnedDeployment {
  /** Who made it, as lists show it. */
  readonly owner: DeploymentOwner;
  readonly name: string;
  readonly subject: DeploymentDraft['subject'];
  readonly scenario: ScenarioDraft;
  readonly respectsWindows: boolean;
  readonly concurrency: number | null;
}

/** How a run ended, for the feature that asked for it. */
export interface RunOutcome {
  readonly runId: string;
  readonly machineId: string;
  readonly deploymentId: string;
  readonly status: string;
  readonly reason: Reason | null;
  /** Packages that were seen on the machine at its end; revision null where the package has no content. */
  readonly installed: readonly { readonly packageId: string; readonly revision: number | null }[];
  /** The scenario leaves restarts to its owner. */
  readonly isWithoutRestarts: boolean;
  /** One of its steps was begun, which is after delivery; a machine that is lost in it never says more. */
  readonly hasBegun: boolean;
  /** Of the programs that really ran. */
  readonly exitCodes: readonly number[];
}

/** What features that deliver by themselves may do; they run through the one engine like everything else. */
export interface OwnedDeployments {
  /** Returns its id. It has no schedule and no collection of its own: its machines are those that are added. */
  make(tx: Tx, deployment: OwnedDeployment): Promise<string>;
  /** Somebody has stopped it for good: it is left as it is, and another one is made for what comes (DIST-26). */
  isCancelled(read: Reader, deploymentId: string): Promise<boolean>;
  /** Gives each machine a run; where it had one that has ended, a new attempt of it. Returns run ids by machine. */
  add(tx: Tx, deploymentId: string, machineIds: readonly string[]): Promise<Map<string, string>>;
  /** Ends those runs that no machine has begun. */
  withdraw(tx: Tx, runIds: readonly string[]): Promise<void>;
  /** In the order of the ids, without those that do not exist. */
  outcomes(read: Reader, runIds: readonly string[]): Promise<RunOutcome[]>;
}

export function createOwnedDeployments(deps: ReleaseDeps): OwnedDeployments {
  return {
    make: (tx, deployment) => make(deps, tx, deployment),
    isCancelled: async (read, id) => (await loadDeployment(read, id))?.row.status === 'cancelled',
    add: (tx, deploymentId, machineIds) => add(deps, tx, deploymentId, machineIds),
    async withdraw(tx, runIds) {
      const at = deps.clock.now();
      for (const id of runIds) {
        const run = await loadRun(tx, id);
        if (run && run.state.startedAt === null) await applyToRun(deps, tx, run, { kind: 'cancel', at });
      }
    },
    outcomes,
  };
}

async function make(deps: ReleaseDeps, tx: Tx, { owner, name, subject, scenario, ...how }: OwnedDeployment) {
  const now = deps.clock.now();
  const id = newId(now);
  const draft: DeploymentDraft = {
    name,
    subject,
    collectionId: 'all',
    purpose: 'required',
    schedule: { kind: 'now' },
    wakesMachines: false,
    retries: 0,
    variables: [],
    ...how,
  };
  await insertDeployment(tx, {
    id,
    name,
    draft: JSON.stringify(draft),
    subject: JSON.stringify({ name: scenario.name, scenario }),
    subject_name: scenario.name,
    collection_id: draft.collectionId,
    status: 'active',
    occurrence: 1,
    created_at: now,
    created_by: owner,
    next_start_at: null,
    started_at: now,
    finished_at: null,
    owner,
  });
  await deps.events.publish(tx, 'deployments.changed', { deploymentId: id });
  return id;
}

async function add(deps: ReleaseDeps, tx: Tx, deploymentId: string, machineIds: readonly string[]) {
  const now = deps.clock.now();
  const runs = new Map<string, string>();
  for (const machineId of machineIds) {
    const [known] = await loadRunsWhere(tx, 'deployment_id = ? AND machine_id = ?', [
      deploymentId,
      machineId,
    ]);
    if (known) {
      runs.set(machineId, known.row.id);
      if (isFinal(known.state.status)) await store(deps, tx, known, changed(fresh(known.state)), 'new');
      continue;
    }
    const id = newId(now);
    const row = { id, deployment_id: deploymentId, occurrence: 1, machine_id: machineId };
    await insertRuns(tx, [{ ...row, retries_left: 0, created_at: now }]);
    runs.set(machineId, id);
  }
  await updateDeployment(tx, deploymentId, { status: 'active', finished_at: null });
  await deps.events.publish(tx, 'deployments.changed', { deploymentId });
  tx.afterCommit(() => deps.lane.fresh());
  return runs;
}

async function outcomes(read: Reader, runIds: readonly string[]): Promise<RunOutcome[]> {
  const runs = new Map((await loadRuns(read, runIds)).map((run) => [run.row.id, run]));
  const found = runIds.flatMap((id) => runs.get(id) ?? []);
  const withoutRestarts = new Map<string, boolean>();
  for (const id of new Set(found.map(({ row }) => row.deployment_id)))
    withoutRestarts.set(
      id,
      (await loadDeployment(read, id))?.subject.scenario.options.withoutRestarts === true,
    );
  return found.map((run) => outcomeOf(run, withoutRestarts.get(run.row.deployment_id) === true));
}

function outcomeOf({ row, state, plan }: LoadedRun, isWithoutRestarts: boolean): RunOutcome {
  const installed = (plan?.steps ?? []).flatMap((step) => {
    const result = state.steps[step.index]?.result;
    const isThere = result?.outcome === 'succeeded' || result?.reason?.code === 'already-installed';
    return step.kind === 'install-package' && isThere
      ? [{ packageId: step.packageId, revision: step.content?.revision ?? null }]
      : [];
  });
  return {
    runId: row.id,
    machineId: row.machine_id,
    deploymentId: row.deployment_id,
    status: state.status,
    reason: state.reason,
    installed,
    isWithoutRestarts,
    hasBegun: state.steps.some(({ startedAt, result }) => startedAt !== null || result !== null),
    exitCodes: state.steps.flatMap(({ result }) => result?.exitCode ?? []),
  };
}
