import { useMutation, useQuery } from '@tanstack/react-query';
import { type BoundaryDraft, boundaryRoutes } from '@tenkai/protocol/api/boundaries.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';

export function useBoundaries() {
  return useQuery({
    queryKey: ['boundaries', 'list'],
    queryFn: ({ signal }) => call(boundaryRoutes.list, { signal }),
  });
}

export function useBoundaryMachines(id: string) {
  return useQuery({
    queryKey: ['boundaries', 'machines', id],
    queryFn: ({ signal }) => call(boundaryRoutes.machines, { params: { id }, query: {}, signal }),
  });
}

const changed = () => tell(new Set(['boundaries']));

/** Adds it, or changes the one with this id. */
export function useSaveBoundary(id: string | undefined) {
  return useMutation({
    mutationFn: (body: BoundaryDraft) =>
      id === undefined
        ? call(boundaryRoutes.create, { body })
        : call(boundaryRoutes.update, { params: { id }, body }),
    onSuccess: changed,
  });
}

export function useLocate() {
  return useMutation({
    mutationFn: (addresses: string[]) => call(boundaryRoutes.locate, { body: { addresses } }),
  });
}

export function useRemoveBoundary(id: string) {
  return useMutation({
    mutationFn: () => call(boundaryRoutes.remove, { params: { id } }),
    onSuccess: () => void changed(),
  });
}
