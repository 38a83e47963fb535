import { useQuery } from '@tanstack/react-query';
import type { DeploymentDraft } from '@tenkai/domain/deployment/deployment.ts';
import {
  type DeploymentWhatIf,
  type DeploymentWhatIfRow,
  deploymentRoutes,
} from '@tenkai/protocol/api/deployments.ts';
import { call } from '../../api/client.ts';
import { useKeysetList } from '../../api/use-keyset-list.ts';

export type DeploymentReason = DeploymentWhatIf['reasons'][number];

/** What a draft would do, as a whole. Undefined: it is not complete yet. Asked anew only when somebody asks. */
export function useDeploymentWhatIf(draft: DeploymentDraft | undefined) {
  return useQuery({
    queryKey: ['what-if', 'deployment', draft],
    queryFn: ({ signal }) =>
      call(deploymentRoutes.whatIf, { body: { draft: draft as DeploymentDraft, limit: 1 }, signal }),
    enabled: draft !== undefined,
    staleTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    retry: false,
  });
}

export interface WhatIfFilter {
  readonly outcome?: DeploymentWhatIfRow['outcome'];
  readonly reason?: DeploymentReason['reason'];
  readonly search?: string;
}

/** The machines of an answer. @param asOf its `askedAt`, so that list and sums are of one moment */
export function useWhatIfMachines(draft: DeploymentDraft, asOf: number, filter: WhatIfFilter) {
  const { reason, ...rest } = filter;
  const key = ['what-if', 'deployment', draft, asOf, filter];
  return useKeysetList<DeploymentWhatIfRow>(key, async (cursor, limit, signal) => {
    const byReason = reason ? { reason: reason.code, reasonParams: reason.params } : {};
    const body = { draft, asOf, limit, ...rest, ...byReason, ...(cursor ? { cursor } : {}) };
    return (await call(deploymentRoutes.whatIf, { body, signal })).machines;
  });
}
