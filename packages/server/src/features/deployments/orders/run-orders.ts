import { contentOf } from '@tenkai/domain';
import type { CancelOrder, RunOrder } from '@tenkai/protocol/agent/orders.ts';
import { rowsOf } from '../../../kernel/database/many-rows.ts';
import type { Deps } from '../needs.ts';
import { type LoadedRun, loadReleasedRuns } from '../runs/runs.store.ts';

type Plan = NonNullable<LoadedRun['plan']>;

/** An order that was fetched and then lay on a sleeping machine is too old after a day; the next fetch has a new one. */
const orderLifeMs = 24 * 60 * 60_000;

type OrderDeps = Pick<Deps, 'db' | 'clock' | 'content'>;

/** Everything open for these machines: their released runs, and the cancellation of those that must stop. */
export async function ordersFor(deps: OrderDeps, machineIds: readonly string[]) {
  const runs = await loadReleasedRuns(deps.db.read, machineIds);
  const nameOf = await namesOf(
    deps,
    runs.map(({ row }) => row.deployment_id),
  );
  const sourcesOf = rememberSources(deps);
  const orders: (RunOrder | CancelOrder)[] = [];
  for (const run of runs) {
    const { row, plan, state } = run;
    if (state.isCancelRequested) orders.push(cancelOrder(deps, run));
    else if (plan) orders.push(runOrder(deps, row, plan, nameOf(row.deployment_id), await sourcesOf(plan)));
  }
  return orders;
}

async function namesOf({ db }: OrderDeps, deploymentIds: readonly string[]) {
  const select = 'SELECT id, name FROM deployments_deployments WHERE id IN';
  const rows = await rowsOf<{ id: string; name: string }>(db.read, select, deploymentIds);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return (deploymentId: string) => names.get(deploymentId) ?? '';
}

/** Most machines that ask at the same moment have the same plan. */
function rememberSources({ content }: OrderDeps): (plan: Plan) => Promise<string[]> {
  const known = new Map<Plan, Promise<string[]>>();
  return (plan) => {
    const sources =
      known.get(plan) ?? content.sources(contentOf(plan.steps).map(({ contentId }) => contentId));
    known.set(plan, sources);
    return sources;
  };
}

function runOrder(
  { clock }: OrderDeps,
  row: LoadedRun['row'],
  plan: Plan,
  deploymentName: string,
  sources: string[],
): RunOrder {
  const now = clock.now();
  return {
    kind: 'run',
    orderId: `${row.id}.${row.attempt}`,
    machineId: row.machine_id,
    issuedAt: now,
    expiresAt: now + orderLifeMs,
    runId: row.id,
    attempt: row.attempt,
    deploymentName,
    steps: [...plan.steps],
    variables: JSON.parse(row.variables) as Record<string, string>,
    options: {
      powerOffAtEnd: plan.powerOffAtEnd,
      ...(plan.timing ? { timing: plan.timing } : {}),
      ...(plan.powerOffAfterDelivery ? { powerOffAfterDelivery: true } : {}),
      ...(row.window_closes_at === null ? {} : { windowClosesAt: row.window_closes_at }),
    },
    sources,
    ...(row.method === 'multicast' ? { multicast: true } : {}),
  };
}

function cancelOrder({ clock }: Pick<Deps, 'clock'>, { row }: LoadedRun): CancelOrder {
  const now = clock.now();
  return {
    kind: 'cancel',
    orderId: `${row.id}.${row.attempt}.cancel`,
    machineId: row.machine_id,
    issuedAt: now,
    expiresAt: now + orderLifeMs,
    runId: row.id,
    attempt: row.attempt,
  };
}
