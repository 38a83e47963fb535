import { contentOf } from '@tenkai/domain';
import type { CancelOrder, RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Deps } from '../needs.ts';
import { type LoadedRun, loadRunsWhere } from '../runs/runs.store.ts';

/** An order that was fetched and then lay on a sleeping machine is too old after a day; the next fetch has a new one. */
const orderLifeMs = 24 * 60 * 60_000;

/** Everything open for one machine: its released runs, and the cancellation of those that must stop. */
export async function ordersFor(deps: Pick<Deps, 'db' | 'clock' | 'content'>, machineId: string) {
  const runs = await loadRunsWhere(deps.db.read, 'machine_id = ? AND is_released = 1 ORDER BY id', [
    machineId,
  ]);
  const orders: (RunOrder | CancelOrder)[] = [];
  for (const run of runs) {
    if (run.state.isCancelRequested) orders.push(cancelOrder(deps, run));
    else if (run.plan) orders.push(await runOrder(deps, run, run.plan));
  }
  return orders;
}

async function runOrder(
  { db, clock, content }: Pick<Deps, 'db' | 'clock' | 'content'>,
  { row }: LoadedRun,
  plan: NonNullable<LoadedRun['plan']>,
): Promise<RunOrder> {
  const now = clock.now();
  const name = await db.read.one<{ name: string }>('SELECT name FROM deployments_deployments WHERE id = ?', [
    row.deployment_id,
  ]);
  return {
    kind: 'run',
    orderId: `${row.id}.${row.attempt}`,
    machineId: row.machine_id,
    issuedAt: now,
    expiresAt: now + orderLifeMs,
    runId: row.id,
    attempt: row.attempt,
    deploymentName: name?.name ?? '',
    steps: [...plan.steps],
    variables: JSON.parse(row.variables) as Record<string, string>,
    options: {
      powerOffAtEnd: plan.powerOffAtEnd,
      ...(plan.timing ? { timing: plan.timing } : {}),
      ...(plan.powerOffAfterDelivery ? { powerOffAfterDelivery: true } : {}),
      ...(row.window_closes_at === null ? {} : { windowClosesAt: row.window_closes_at }),
    },
    sources: await content.sources(contentOf(plan.steps).map(({ contentId }) => contentId)),
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
