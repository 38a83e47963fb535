import { useMutation, useQuery } from '@tanstack/react-query';
import type { PackageDraft } from '@tenkai/domain/software/software-package.ts';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';

export function usePackages() {
  return useQuery({
    queryKey: ['packages', 'list'],
    queryFn: ({ signal }) => call(packageRoutes.list, { signal }),
  });
}

export function usePackage(id: string | undefined) {
  return useQuery({
    queryKey: ['packages', 'one', id],
    queryFn: ({ signal }) => call(packageRoutes.get, { params: { id: id ?? '' }, signal }),
    enabled: id !== undefined && id !== '',
  });
}

/** The list of operating systems and languages that packages may name; it changes with a release only. */
export function useOperatingSystems() {
  return useQuery({
    queryKey: ['operating-systems'],
    queryFn: ({ signal }) => call(packageRoutes.operatingSystems, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const changed = () => tell(new Set(['packages', 'scenarios']));

export interface PackageSave {
  readonly draft: PackageDraft;
  readonly contentId: string | null;
}

export function useCreatePackage() {
  return useMutation({
    mutationFn: (body: PackageSave) => call(packageRoutes.create, { body }),
    onSuccess: changed,
  });
}

export function useUpdatePackage(id: string) {
  return useMutation({
    mutationFn: (body: PackageSave & { revision: number }) =>
      call(packageRoutes.update, { params: { id }, body }),
    onSuccess: changed,
  });
}

export function useRemovePackage() {
  return useMutation({
    mutationFn: (id: string) => call(packageRoutes.remove, { params: { id } }),
    onSuccess: () => void changed(),
  });
}

export function usePlacePackage(id: string) {
  return useMutation({
    mutationFn: (pointIds: string[]) => call(packageRoutes.place, { params: { id }, body: { pointIds } }),
    onSuccess: () => tell(new Set(['packages', 'points'])),
  });
}

export function useVerifyPackage(id: string) {
  return useMutation({ mutationFn: () => call(packageRoutes.verify, { params: { id } }) });
}
