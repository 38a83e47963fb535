import { agentRetryMs, isTriedForEver, type Reason, type SoftwarePackage } from '@tenkai/domain';
import type { Tx } from '../../kernel/database/database.ts';
import type { RunOutcome } from '../deployments/index.ts';
import { restartLater } from './deliver.ts';
import type { Deps } from './needs.ts';
import type { EvidenceRow, UpdatePairRow } from './tables.ts';
import { dropRefusals, loadMachineRows, pairsByRun, saveEvidence, updatePair } from './updates.store.ts';

/** Notes what runs showed that have ended, those of scenarios too (BAUT-15), and has their machines judged again. */
export async function noteEndedRuns(deps: Deps, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return;
  const { packages } = await deps.world.catalogue();
  const note = (ids: readonly string[]) =>
    deps.db.transaction(async (tx) => {
      const outcomes = await withoutGone(deps, tx, await deps.deployments.owned.outcomes(tx, ids));
      for (const wave of withoutRepeats(outcomes)) await noteWave(deps, tx, wave, packages);
    });
  await note(runIds).catch(async (cause: unknown) => {
    deps.log.warn(
      { err: cause, runs: runIds.length },
      'ended runs were not noted together; each is tried alone',
    );
    // One that cannot be noted must not take the others with it.
    for (const id of runIds)
      await note([id]).catch((error: unknown) =>
        deps.log.error({ err: error, runId: id }, 'an ended run was not noted'),
      );
  });
}

/** The removal of a machine ends its runs too: of it nothing is to be remembered. */
async function withoutGone({ machines }: Deps, tx: Tx, outcomes: RunOutcome[]): Promise<RunOutcome[]> {
  const ids = outcomes.map(({ machineId }) => machineId);
  const known = await machines.knownAmong(ids, tx);
  return outcomes.filter(({ machineId }) => known.has(machineId));
}

/** In their order, parted where a machine comes again: what a later run says of it stands. */
function withoutRepeats(outcomes: readonly RunOutcome[]): RunOutcome[][] {
  const waves: RunOutcome[][] = [[]];
  const seen = new Set<string>();
  for (const outcome of outcomes) {
    if (seen.has(outcome.machineId)) {
      waves.push([]);
      seen.clear();
    }
    seen.add(outcome.machineId);
    waves.at(-1)?.push(outcome);
  }
  return waves;
}

type Packages = ReadonlyMap<string, SoftwarePackage>;

async function noteWave(deps: Deps, tx: Tx, outcomes: readonly RunOutcome[], packages: Packages) {
  const pairs = await pairsByRun(
    tx,
    outcomes.map(({ runId }) => runId),
  );
  await noteEvidence(deps, tx, outcomes, packages);
  await noteCancelledRestarts(deps, tx, outcomes);
  for (const outcome of outcomes) {
    const pair = pairs.get(outcome.runId);
    if (pair) await noteEnd(deps, tx, pair, outcome, packages.get(pair.package_id));
  }
  tx.afterCommit(() => {
    deps.lane.machines(outcomes.map(({ machineId }) => machineId));
    for (const { package_id } of pairs.values()) deps.lane.counted(package_id);
  });
}

async function noteEvidence({ clock }: Deps, tx: Tx, outcomes: readonly RunOutcome[], packages: Packages) {
  const shown = outcomes.filter(({ status, installed }) => status === 'succeeded' && installed.length > 0);
  const at = clock.now();
  const rows = shown.flatMap(({ machineId, installed }) =>
    installed.flatMap(({ packageId, revision }): EvidenceRow[] => {
      const known = revision ?? packages.get(packageId)?.revision;
      if (known === undefined) return [];
      return [{ machine_id: machineId, package_id: packageId, revision: known, verdict: 'verified', at }];
    }),
  );
  // A scenario may install a package twice; the last one says which revision is there.
  const byPackage = new Map(rows.map((row) => [`${row.machine_id} ${row.package_id}`, row]));
  await saveEvidence(tx, [...byPackage.values()]);
  await dropRefusals(
    tx,
    shown.map(({ machineId }) => machineId),
  );
}

/** Somebody stopped the restart that waited for a window: what needs it goes on saying so. */
async function noteCancelledRestarts({ status }: Deps, tx: Tx, outcomes: readonly RunOutcome[]) {
  const cancelled = new Map(
    outcomes.flatMap(({ status, runId, machineId }) => (status === 'cancelled' ? [[runId, machineId]] : [])),
  );
  if (cancelled.size === 0) return;
  for (const row of await loadMachineRows(tx, [...cancelled.values()])) {
    if (row.is_restart_needed === 0 || !cancelled.has(row.restart_run_id ?? '')) continue;
    await status.append(tx, {
      severity: 'warning',
      component: 'updates',
      code: 'update.restart-cancelled',
      machineId: row.machine_id,
      params: {},
    });
  }
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
  await saveEvidence(tx, [{ ...row, verdict: 'refused', at: clock.now() }]);
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
