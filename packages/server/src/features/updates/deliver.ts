import type { RunVariant, ScenarioDraft, SoftwarePackage, UpdateOrder, UpdatePolicy } from '@tenkai/domain';
import type { Tx } from '../../kernel/database/database.ts';
import type { Deps } from './needs.ts';
import {
  deploymentFor,
  forgetDeployment,
  insertDeploymentFor,
  saveMachine,
  updatePair,
} from './updates.store.ts';

interface MachineOrder {
  readonly machineId: string;
  readonly order: UpdateOrder;
}

/** Turns orders into ordinary runs: one deployment for each package, revision and way to run it. */
export async function deliver(deps: Deps, tx: Tx, orders: readonly MachineOrder[]): Promise<void> {
  const { packages, policy } = await deps.world.catalogue();
  const groups = Map.groupBy(orders, ({ order }) => `${order.variant} ${order.packageId}`);
  for (const group of groups.values()) {
    const [first] = group;
    const software = first && packages.get(first.order.packageId);
    if (!first || !software) continue;
    const deploymentId = await ensureDeployment(deps, tx, software, first.order.variant, policy);
    const machineIds = group.map(({ machineId }) => machineId);
    const runs = await deps.deployments.owned.add(tx, deploymentId, machineIds);
    for (const { machineId, order } of group) await note(deps, tx, machineId, order, runs.get(machineId));
  }
}

async function note(
  { status }: Deps,
  tx: Tx,
  machineId: string,
  order: UpdateOrder,
  runId: string | undefined,
) {
  const { packageId, goalId } = order;
  await updatePair(tx, machineId, packageId, { run_id: runId ?? null, goal_id: goalId, state: 'delivering' });
  await status.append(tx, {
    severity: 'info',
    component: 'updates',
    code: goalId === packageId ? 'update.begun' : 'update.begun-for',
    machineId,
    objects: [{ kind: 'package', id: packageId }],
    params: { packageId, goalId },
  });
}

async function ensureDeployment(
  deps: Deps,
  tx: Tx,
  software: SoftwarePackage,
  variant: RunVariant,
  policy: UpdatePolicy,
): Promise<string> {
  const { restartWarningSeconds, concurrency } = policy;
  const fingerprint = [software.revision, variant, restartWarningSeconds, concurrency].join('/');
  const known = await goodDeployment(deps, tx, software.id, fingerprint);
  if (known !== undefined) return known;
  const id = await deps.deployments.owned.make(tx, {
    owner: 'updates',
    name: `${software.name} ${software.version}`.trim().slice(0, 127),
    subject: { kind: 'program', packageId: software.id, program: null },
    scenario: scenarioOf(software, variant, restartWarningSeconds),
    respectsWindows: variant === 'in-window',
    concurrency,
  });
  await insertDeploymentFor(tx, id, software.id, fingerprint);
  return id;
}

/** One that somebody has cancelled is left as it is (DIST-26). */
async function goodDeployment({ deployments }: Deps, tx: Tx, packageId: string, fingerprint: string) {
  const known = await deploymentFor(tx, packageId, fingerprint);
  if (known === undefined || !(await deployments.owned.isCancelled(tx, known))) return known;
  await forgetDeployment(tx, known);
  return undefined;
}

function scenarioOf(
  { id, name }: SoftwarePackage,
  variant: RunVariant,
  restartWarningSeconds: number,
): ScenarioDraft {
  const step = {
    kind: 'install-package' as const,
    id: 'install',
    name: name.slice(0, 127),
    packageId: id,
    program: null,
  };
  return scenario(id, [step], { restartWarningSeconds, withoutRestarts: variant === 'restart-later' });
}

function scenario(
  name: string,
  steps: ScenarioDraft['steps'],
  options: Partial<ScenarioDraft['options']>,
): ScenarioDraft {
  const none = { restartAfter: false, powerOffAtEnd: false, restartAtStart: false };
  return { name, description: '', variables: [], steps, options: { ...none, ...options } };
}

/** Under which the deployment of late restarts is remembered; no package has such an ID. */
export const restartKey = '*restart';

/** The restart that was left out waits for the machine's next maintenance window (BAUT-20). */
export async function restartLater(deps: Deps, tx: Tx, machineId: string): Promise<void> {
  const { policy } = await deps.world.catalogue();
  const fingerprint = String(policy.restartWarningSeconds);
  const known = await goodDeployment(deps, tx, restartKey, fingerprint);
  const deploymentId = known ?? (await makeRestart(deps, tx, policy.restartWarningSeconds));
  if (known === undefined) await insertDeploymentFor(tx, deploymentId, restartKey, fingerprint);
  const runs = await deps.deployments.owned.add(tx, deploymentId, [machineId]);
  const restartRunId = runs.get(machineId) ?? null;
  await saveMachine(tx, machineId, { restart_run_id: restartRunId, is_restart_needed: 1 });
  const code = 'update.restart-deferred';
  await deps.status.append(tx, { severity: 'info', component: 'updates', code, machineId, params: {} });
}

function makeRestart({ deployments }: Deps, tx: Tx, delaySeconds: number): Promise<string> {
  const step = { kind: 'restart' as const, id: 'restart', name: 'restart', delaySeconds };
  return deployments.owned.make(tx, {
    owner: 'updates',
    name: 'Restart after updates',
    subject: { kind: 'scenario', scenarioId: 'updates.restart' },
    scenario: scenario('restart', [step], {}),
    respectsWindows: true,
    concurrency: null,
  });
}
