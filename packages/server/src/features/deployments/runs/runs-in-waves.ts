import { contentOf, deliveryOf, effectiveDelivery, type Reason } from '@tenkai/domain';
import type { MulticastAsk } from '@tenkai/protocol/agent/multicast.ts';
import type { RunPart, RunsInWaves } from '../../multicast/index.ts';
import { loadDeployment } from '../deployments.store.ts';
import type { Deps } from '../needs.ts';
import { loadPlan } from './plans.store.ts';
import { type LoadedRun, loadRun } from './runs.store.ts';

/** What sessions need to know of the runs that deliver by multicast. */
export function runsInWaves({ db }: Pick<Deps, 'db'>): RunsInWaves {
  return {
    partOf: (machineId, ask) => partOf(db, machineId, ask),
    expected: (part, contentId) => expected(db, part, contentId),
  };
}

type Db = Deps['db'];

async function partOf(
  { read }: Db,
  machineId: string,
  { runId, attempt, contentId }: Pick<MulticastAsk, 'runId' | 'attempt' | 'contentId'>,
): Promise<RunPart | Reason> {
  const run = await loadRun(read, runId);
  const isOwn = run?.row.machine_id === machineId && run.row.attempt === attempt && run.row.is_released === 1;
  const needs = run?.plan && contentOf(run.plan.steps).some((content) => content.contentId === contentId);
  const deployment = isOwn && needs ? await loadDeployment(read, run.row.deployment_id) : undefined;
  if (!run || !deployment || run.row.method !== 'multicast') return reasonOf(run);
  return {
    deploymentId: run.row.deployment_id,
    waveKey: waveKeyOf(run.row),
    address: effectiveDelivery(deliveryOf(deployment.draft)).address,
  };
}

function reasonOf(run: LoadedRun | undefined): Reason {
  const reason = run?.row.method === 'unicast' ? run.row.method_reason : null;
  return reason === null ? { code: 'unicast-no-multicast', params: {} } : (JSON.parse(reason) as Reason);
}

/** Machines of one wave; where multicast is chosen by hand and nobody waits, those of one start of the deployment. */
const waveKeyOf = (row: Pick<LoadedRun['row'], 'wave_id' | 'deployment_id' | 'occurrence'>) =>
  `${row.deployment_id} ${row.occurrence} ${row.wave_id ?? ''}`;

async function expected({ read }: Db, { waveKey }: RunPart, contentId: string): Promise<readonly string[]> {
  const [deploymentId = '', occurrence, waveId = ''] = waveKey.split(' ');
  const rows = await read.all<{ id: string; plan_hash: string | null }>(
    `SELECT id, plan_hash FROM deployments_runs WHERE deployment_id = ? AND occurrence = ? AND method = 'multicast'
       AND coalesce(wave_id, '') = ? AND is_released = 1 AND is_silent = 0 AND status IN ('waiting', 'delivering')`,
    [deploymentId, Number(occurrence), waveId],
  );
  const ids: string[] = [];
  for (const { id, plan_hash } of rows) {
    const plan = plan_hash === null ? null : await loadPlan(read, plan_hash);
    if (plan && contentOf(plan.steps).some((content) => content.contentId === contentId)) ids.push(id);
  }
  return ids;
}
