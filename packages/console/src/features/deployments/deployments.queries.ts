import { useMutation, useQuery } from '@tanstack/react-query';
import type { DeliverySettings } from '@tenkai/domain/deployment/delivery.ts';
import type { DeploymentDraft } from '@tenkai/domain/deployment/deployment.ts';
import type { RunStatus } from '@tenkai/domain/scenario/run-progress.ts';
import { type DeploymentRow, deploymentRoutes, type RunRow } from '@tenkai/protocol/api/deployments.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';
import { useKeysetList } from '../../api/use-keyset-list.ts';

export function useDeploymentList(status: string | undefined) {
  return useKeysetList<DeploymentRow>(['deployments', 'list', status ?? null], (cursor, limit, signal) =>
    call(deploymentRoutes.list, {
      query: { limit, ...(status ? { status } : {}), ...(cursor ? { cursor } : {}) },
      signal,
    }),
  );
}

/** The newest deployments of a status: what the overview shows. */
export function useDeployments(status: DeploymentRow['status'], limit: number) {
  return useQuery({
    queryKey: ['deployments', 'newest', status, limit],
    queryFn: ({ signal }) => call(deploymentRoutes.list, { query: { status, limit }, signal }),
  });
}

/** Those whose package was upgraded since somebody looked at their target. */
export function useDeploymentsToReview(limit: number) {
  return useQuery({
    queryKey: ['deployments', 'to-review', limit],
    queryFn: ({ signal }) => call(deploymentRoutes.list, { query: { needsReview: true, limit }, signal }),
  });
}

export function useNoteReviewed() {
  return useMutation({
    mutationFn: (id: string) => call(deploymentRoutes.reviewed, { params: { id } }),
    onSuccess: changed,
  });
}

export function useDeployment(id: string) {
  return useQuery({
    queryKey: ['deployments', 'one', id],
    queryFn: ({ signal }) => call(deploymentRoutes.get, { params: { id }, signal }),
  });
}

export interface RunFilter {
  readonly status?: RunStatus;
  readonly search?: string;
}

export function useRunList(deploymentId: string, filter: RunFilter) {
  return useKeysetList<RunRow>(['runs', 'deployment', deploymentId, filter], (cursor, limit, signal) =>
    call(deploymentRoutes.runs, {
      params: { id: deploymentId },
      query: { ...filter, limit, ...(cursor ? { cursor } : {}) },
      signal,
    }),
  );
}

const pageSize = 1000;
/** Most runs that one act may name. */
export const mostRunsAtOnce = 10_000;

/** Every run of a deployment under a filter, as far as one act can take them. */
export async function fetchAllRuns(deploymentId: string, filter: RunFilter): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  let cursor: string | null = null;
  do {
    const query: RunFilter & { limit: number; cursor?: string } = {
      ...filter,
      limit: pageSize,
      ...(cursor ? { cursor } : {}),
    };
    const page = await call(deploymentRoutes.runs, { params: { id: deploymentId }, query });
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && rows.length < mostRunsAtOnce);
  return rows.slice(0, mostRunsAtOnce);
}

export function useRun(id: string) {
  return useQuery({
    queryKey: ['runs', 'one', id],
    queryFn: ({ signal }) => call(deploymentRoutes.run, { params: { id }, signal }),
  });
}

const changed = () => tell(new Set(['deployments', 'runs']));

export function useCreateDeployment() {
  return useMutation({
    mutationFn: (body: DeploymentDraft) => call(deploymentRoutes.create, { body }),
    onSuccess: changed,
  });
}

export function useCancelDeployment() {
  return useMutation({
    mutationFn: ({ id, override }: { id: string; override: boolean }) =>
      call(deploymentRoutes.cancel, { params: { id }, query: { override } }),
    onSuccess: changed,
  });
}

export function useWaves(id: string) {
  return useQuery({
    queryKey: ['deployments', 'waves', id],
    queryFn: ({ signal }) => call(deploymentRoutes.waves, { params: { id }, signal }),
  });
}

export function useStartGroup() {
  return useMutation({
    mutationFn: (id: string) => call(deploymentRoutes.startGroup, { params: { id } }),
    onSuccess: changed,
  });
}

export function useChangeDelivery(id: string) {
  return useMutation({
    mutationFn: (body: DeliverySettings) => call(deploymentRoutes.changeDelivery, { params: { id }, body }),
    onSuccess: changed,
  });
}

export function useGoUnicast() {
  return useMutation({
    mutationFn: (id: string) => call(deploymentRoutes.goUnicast, { params: { id } }),
    onSuccess: changed,
  });
}

/** Acts on runs that have not begun: out of their group, by unicast, or asked for. */
export function useRunsAct(kind: 'leaveGroup' | 'runsGoUnicast' | 'requestRuns') {
  return useMutation({
    mutationFn: (runIds: string[]) => call(deploymentRoutes[kind], { body: { runIds } }),
    onSuccess: changed,
  });
}

export function useCancelRuns() {
  return useMutation({
    mutationFn: (runIds: string[]) => call(deploymentRoutes.cancelRuns, { body: { runIds } }),
    onSuccess: changed,
  });
}

export function useRetryRuns() {
  return useMutation({
    mutationFn: (runIds: string[]) => call(deploymentRoutes.retryRuns, { body: { runIds } }),
    onSuccess: changed,
  });
}
