import { agentRetryMs, isTriedForEver, type Reason, type SoftwarePackage } from '@tenkai/domain';
import type { Tx } from '../../kernel/database/database.ts';
import type { RunOutcome } from '../deployments/index.ts';
import { restartLater } from './deliver.ts';
import type { Deps } from './needs.ts';
import type { UpdatePairRow } from './tables.ts';
import { dropRefusals, findPairByRun, saveEvidence, updatePair } from './updates.store.ts';

/** Notes what runs showed that have ended, those of scenarios too (BAUT-15), and has their machines judged again. */
export async function noteEndedRuns(deps: Deps, runIds: readonly string[]): Promise<void> {
  const { packages } = await deps.world.catalogue();
  for (const runId of runIds) {
    await deps.db.transaction(async (tx) => {
      const outcome = await deps.deployments.owned.outcome(tx, runId);
      if (!outcome) return;
      const pair = await findPairByRun(tx, runId);
      await noteEvidence(deps, tx, outcome, packages);
      if (pair) await noteEnd(deps, tx, pair, outcome, packages.get(pair.package_id));
      tx.afterCommit(() => {
        deps.lane.machine(outcome.machineId);
        if (pair) deps.lane.counted(pair.package_id);
      });
    });
  }
}

async function noteEvidence(
  { clock }: Deps,
  tx: Tx,
  { status, installed, machineId }: RunOutcome,
  packages: ReadonlyMap<string, SoftwarePackage>,
) {
  if (status !== 'succeeded' || installed.length === 0) return;
  for (const { packageId, revision } of installed) {
    const known = revision ?? packages.get(packageId)?.revision;
    if (known === undefined) continue;
    const row = { machine_id: machineId, package_id: packageId, revision: known };
    await saveEvidence(tx, { ...row, verdict: 'verified', at: clock.now() });
  }
  await dropRefusals(tx, machineId);
}

async function noteEnd(
  deps: Deps,
  tx: Tx,
  pair: UpdatePairRow,
  outcome: RunOutcome,
  software: SoftwarePackage | undefined,
) {
  if (outcome.status === 'succeeded') return noteSuccess(deps, tx, pair, outcome, software);
  if (outcome.status === 'failed') return noteFailure(deps, tx, pair, outcome, software);
  if (outcome.status === 'not-applicable') return noteRefusal(deps, tx, pair, software);
  // Somebody stopped it: it must not come again by itself.
  await change(tx, pair, { held: held({ code: 'update-held', params: { note: 'cancelled' } }) });
}

async function noteSuccess(
  deps: Deps,
  tx: Tx,
  pair: UpdatePairRow,
  outcome: RunOutcome,
  software: SoftwarePackage | undefined,
) {
  await change(tx, pair, { attempts: 0, retry_at: null, held: null, last_error: null, is_delivered: 1 });
  if (pair.goal_id !== null && pair.goal_id !== pair.package_id)
    await updatePair(tx, pair.machine_id, pair.goal_id, { is_continuing: 1 });
  await tell(deps, tx, pair, 'info', 'update.applied', { attempts: pair.attempts + 1 });
  if (outcome.isWithoutRestarts && needsRestart(outcome, software))
    await restartLater(deps, tx, pair.machine_id);
}

function needsRestart({ exitCodes }: RunOutcome, software: SoftwarePackage | undefined): boolean {
  if (software?.restartAfterInstall) return exitCodes.length > 0;
  const asks = software?.programs[0]?.exitCodes.restart ?? [];
  return exitCodes.some((code) => asks.includes(code));
}

async function noteFailure(
  deps: Deps,
  tx: Tx,
  pair: UpdatePairRow,
  { reason, hasBegun }: RunOutcome,
  software: SoftwarePackage | undefined,
) {
  const { policy } = await deps.world.catalogue();
  const attempts = pair.attempts + 1;
  const isEndless = software !== undefined && isTriedForEver(software);
  const failed = {
    attempts,
    last_error: reason === null ? null : JSON.stringify(reason),
    // A line that is down on one morning must not stop the upgrade for everybody until somebody releases it (BAGT-07).
    is_blameless: isEndless && !hasBegun ? 1 : 0,
  };
  const restMs = isEndless ? agentRetryMs(attempts) : policy.retryMinutes * 60_000;
  if (isEndless || attempts < policy.attempts)
    return change(tx, pair, { ...failed, retry_at: deps.clock.now() + restMs });
  await change(tx, pair, {
    ...failed,
    retry_at: null,
    held: held({ code: 'update-held-attempts', params: { attempts } }),
  });
  await tell(deps, tx, pair, 'warning', 'update.held', { attempts });
}

/** The condition of the package does not hold there: asked again when something on the machine has changed. */
async function noteRefusal(
  { clock }: Deps,
  tx: Tx,
  pair: UpdatePairRow,
  software: SoftwarePackage | undefined,
) {
  await change(tx, pair, {});
  if (!software) return;
  const row = { machine_id: pair.machine_id, package_id: pair.package_id, revision: software.revision };
  await saveEvidence(tx, { ...row, verdict: 'refused', at: clock.now() });
}

function change(tx: Tx, pair: UpdatePairRow, more: Partial<UpdatePairRow>) {
  return updatePair(tx, pair.machine_id, pair.package_id, { run_id: null, ...more });
}

function held(reason: Reason): string {
  return JSON.stringify(reason);
}

async function tell(
  { status }: Deps,
  tx: Tx,
  pair: UpdatePairRow,
  severity: 'info' | 'warning',
  code: string,
  params: Record<string, number>,
) {
  await status.append(tx, {
    severity,
    component: 'updates',
    code,
    machineId: pair.machine_id,
    objects: [{ kind: 'package', id: pair.package_id }],
    params: { packageId: pair.package_id, ...params },
  });
}
