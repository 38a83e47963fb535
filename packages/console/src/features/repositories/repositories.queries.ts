import { useMutation, useQuery } from '@tanstack/react-query';
import { type RepositorySettings, repositoryRoutes } from '@tenkai/protocol/api/repositories.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';

export function useRepositories() {
  return useQuery({
    queryKey: ['repositories', 'list'],
    queryFn: ({ signal }) => call(repositoryRoutes.list, { signal }),
  });
}

export function useRepository(id: string) {
  return useQuery({
    queryKey: ['repositories', 'one', id],
    queryFn: ({ signal }) => call(repositoryRoutes.get, { params: { id }, signal }),
  });
}

const changed = () => tell(new Set(['repositories', 'packages']));

export function useCreateRepository() {
  return useMutation({
    mutationFn: (body: RepositorySettings & { name: string }) => call(repositoryRoutes.create, { body }),
    onSuccess: changed,
  });
}

export function useUpdateRepository(id: string) {
  return useMutation({
    mutationFn: (body: RepositorySettings & { revision: number }) =>
      call(repositoryRoutes.update, { params: { id }, body }),
    onSuccess: changed,
  });
}

export function useRemoveRepository(id: string) {
  return useMutation({
    mutationFn: () => call(repositoryRoutes.remove, { params: { id } }),
    onSuccess: () => void changed(),
  });
}

export function usePullNow(id: string) {
  return useMutation({
    mutationFn: () => call(repositoryRoutes.pull, { params: { id } }),
    onSuccess: changed,
  });
}

export interface Decision {
  readonly verb: 'approve' | 'reject';
  readonly packageId: string;
  readonly offered: number;
  readonly urgency?: 'highest' | 'high' | 'normal' | 'low';
}

export function useDecide(id: string) {
  return useMutation({
    mutationFn: ({ verb, packageId, offered, urgency }: Decision) =>
      verb === 'reject'
        ? call(repositoryRoutes.reject, { params: { id, packageId }, body: { offered } })
        : call(repositoryRoutes.approve, {
            params: { id, packageId },
            body: { offered, ...(urgency ? { urgency } : {}) },
          }),
    onSuccess: changed,
  });
}
