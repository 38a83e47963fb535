import { useMutation, useQuery } from '@tanstack/react-query';
import {
  type DistributionPointDraft,
  distributionPointRoutes,
} from '@tenkai/protocol/api/distribution-points.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';

export function usePoints() {
  return useQuery({
    queryKey: ['points', 'list'],
    queryFn: ({ signal }) => call(distributionPointRoutes.list, { signal }),
  });
}

const changed = () => tell(new Set(['points', 'packages']));

export function useCreatePoint() {
  return useMutation({
    mutationFn: (body: DistributionPointDraft) => call(distributionPointRoutes.create, { body }),
    onSuccess: changed,
  });
}

export function useUpdatePoint(id: string) {
  return useMutation({
    mutationFn: (body: DistributionPointDraft & { revision: number }) =>
      call(distributionPointRoutes.update, { params: { id }, body }),
    onSuccess: changed,
  });
}

export function useRemovePoint(id: string) {
  return useMutation({
    mutationFn: () => call(distributionPointRoutes.remove, { params: { id } }),
    onSuccess: () => void changed(),
  });
}
