import { useMutation, useQuery } from '@tanstack/react-query';
import type { UpdatePolicy } from '@tenkai/domain/update/policy.ts';
import type { UpdateState } from '@tenkai/domain/update/update-state.ts';
import { type UpdateMachineRow, updateRoutes } from '@tenkai/protocol/api/updates.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';
import { useKeysetList } from '../../api/use-keyset-list.ts';

export function useUpdatePackages() {
  return useQuery({
    queryKey: ['updates', 'packages'],
    queryFn: ({ signal }) => call(updateRoutes.packages, { signal }),
  });
}

export function useUpdatePolicy() {
  return useQuery({
    queryKey: ['updates', 'policy'],
    queryFn: ({ signal }) => call(updateRoutes.policy, { signal }),
  });
}

export function useUpdatesOfMachine(id: string) {
  return useQuery({
    queryKey: ['updates', 'of-machine', id],
    queryFn: ({ signal }) => call(updateRoutes.ofMachine, { params: { id }, signal }),
  });
}

export function useOptOuts() {
  return useQuery({
    queryKey: ['updates', 'opt-outs'],
    queryFn: ({ signal }) => call(updateRoutes.optOuts, { signal }),
  });
}

export function useUpdateMachines(id: string, state: UpdateState | undefined) {
  return useKeysetList<UpdateMachineRow>(['updates', 'machines', id, state], (cursor, limit, signal) =>
    call(updateRoutes.machines, {
      params: { id },
      query: { limit, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) },
      signal,
    }),
  );
}

export function useMachineUpdates(id: string) {
  return useQuery({
    queryKey: ['updates', 'machine', id],
    queryFn: ({ signal }) => call(updateRoutes.ofMachine, { params: { id }, signal }),
  });
}

const changed = () => tell(new Set(['updates']));

export function useChangePolicy() {
  return useMutation({
    mutationFn: (body: Partial<UpdatePolicy>) => call(updateRoutes.setPolicy, { body }),
    onSuccess: changed,
  });
}

interface Hold {
  readonly packageId: string;
  readonly machineIds?: string[];
}

export function useHold() {
  return useMutation({
    mutationFn: (body: Hold & { note: string }) => call(updateRoutes.hold, { body }),
    onSuccess: changed,
  });
}

export function useRelease() {
  return useMutation({
    mutationFn: (body: Hold) => call(updateRoutes.release, { body }),
    onSuccess: changed,
  });
}

export function useOptOut() {
  return useMutation({
    mutationFn: (body: { machineIds?: string[]; collectionIds?: string[]; isOptedOut: boolean }) =>
      call(updateRoutes.setOptOut, { body }),
    onSuccess: changed,
  });
}
