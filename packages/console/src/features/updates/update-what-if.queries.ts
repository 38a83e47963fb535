import { useQuery } from '@tanstack/react-query';
import type { UpdatePolicy } from '@tenkai/domain/update/policy.ts';
import { type UpdateWhatIf, type UpdateWhatIfRow, updateRoutes } from '@tenkai/protocol/api/updates.ts';
import { call } from '../../api/client.ts';
import { useKeysetList } from '../../api/use-keyset-list.ts';

export type UpdateReason = UpdateWhatIf['reasons'][number];

/** What other settings would change, as a whole. Undefined: nobody has asked yet. */
export function useUpdateWhatIf(policy: UpdatePolicy | undefined) {
  return useQuery({
    queryKey: ['what-if', 'updates', policy],
    queryFn: ({ signal }) =>
      call(updateRoutes.whatIf, { body: { policy: policy as UpdatePolicy, limit: 1 }, signal }),
    enabled: policy !== undefined,
    staleTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    retry: false,
  });
}

export interface UpdateWhatIfFilter {
  /** Absent: all that change. */
  readonly change?: UpdateWhatIfRow['change'];
  readonly reason?: UpdateReason['reason'];
}

/** The pairs of machine and package of an answer. @param asOf its `askedAt` */
export function useWhatIfPairs(policy: UpdatePolicy, asOf: number, { change, reason }: UpdateWhatIfFilter) {
  const key = ['what-if', 'updates', policy, asOf, change ?? null, reason ?? null];
  return useKeysetList<UpdateWhatIfRow>(key, async (cursor, limit, signal) => {
    const filter = {
      ...(change ? { change } : {}),
      ...(reason ? { reason: reason.code, reasonParams: reason.params } : {}),
    };
    const body = { policy, asOf, limit, ...filter, ...(cursor ? { cursor } : {}) };
    return (await call(updateRoutes.whatIf, { body, signal })).pairs;
  });
}
