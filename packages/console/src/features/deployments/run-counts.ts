import { isFinal, type RunStatus } from '@tenkai/domain/scenario/run-progress.ts';
import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import type { TFunction } from 'i18next';
import type { BarPart } from '../../ui/StateBar.tsx';
import { runKinds } from './RunStateLabel.tsx';

/** From what is done to what is still to come, as a bar is read. */
export const runStatusOrder: readonly RunStatus[] = [
  'succeeded',
  'failed',
  'verifying',
  'restarting',
  'executing',
  'delivering',
  'waiting',
  'planned',
  'not-applicable',
  'cancelled',
];

/** The parts of a deployment's bar; each opens its runs of that state. */
export function countParts(t: TFunction, deployment: Pick<DeploymentRow, 'id' | 'counts'>): BarPart[] {
  return runStatusOrder.map((status) => ({
    key: status,
    kind: runKinds[status],
    label: t(`runs.status.${status}`),
    count: deployment.counts[status] ?? 0,
    to: {
      to: '/deployments/$deploymentId',
      params: { deploymentId: deployment.id },
      search: { status },
    },
  }));
}

/** All open deployments as one: runs of each state. */
export function sumCounts(deployments: readonly Pick<DeploymentRow, 'counts'>[]): Map<RunStatus, number> {
  const sums = new Map<RunStatus, number>();
  for (const { counts } of deployments) {
    for (const status of runStatusOrder) sums.set(status, (sums.get(status) ?? 0) + (counts[status] ?? 0));
  }
  return sums;
}

/** Runs to which nothing more happens unless somebody acts. */
export function endedCount(counts: DeploymentRow['counts']): number {
  return runStatusOrder.reduce((sum, status) => sum + (isFinal(status) ? (counts[status] ?? 0) : 0), 0);
}

/** Runs that no machine has begun, and those that one is executing. */
export function openCounts(counts: DeploymentRow['counts']): { waiting: number; running: number } {
  const waiting = (counts.planned ?? 0) + (counts.waiting ?? 0);
  const running = runStatusOrder
    .filter((status) => runKinds[status] === 'running')
    .reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  return { waiting, running };
}
