import { useMutation, useQuery } from '@tanstack/react-query';
import { pushKeyRoutes } from '@tenkai/protocol/api/push-keys.ts';
import {
  type HostKeyDecision,
  type PushCredentials,
  type PushRequest,
  pushRoutes,
} from '@tenkai/protocol/api/pushes.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';

export function usePushes() {
  return useQuery({
    queryKey: ['pushes', 'list'],
    queryFn: ({ signal }) => call(pushRoutes.list, { signal }),
  });
}

export function usePush(id: string) {
  return useQuery({
    queryKey: ['pushes', 'one', id],
    queryFn: ({ signal }) => call(pushRoutes.get, { params: { id }, signal }),
  });
}

export function usePushLog(id: string, position: number) {
  return useQuery({
    queryKey: ['pushes', 'log', id, position],
    queryFn: ({ signal }) => call(pushRoutes.log, { params: { id, position: String(position) }, signal }),
  });
}

export function usePushKeys() {
  return useQuery({
    queryKey: ['push-keys', 'list'],
    queryFn: ({ signal }) => call(pushKeyRoutes.list, { signal }),
  });
}

export function useHostKeys() {
  return useQuery({
    queryKey: ['push-keys', 'hosts'],
    queryFn: ({ signal }) => call(pushKeyRoutes.listHosts, { signal }),
  });
}

const changed = () => tell(new Set(['pushes']));
const keysChanged = () => tell(new Set(['pushes', 'push-keys']));

export function useCheckHosts() {
  return useMutation({ mutationFn: (hosts: string[]) => call(pushRoutes.check, { body: { hosts } }) });
}

/** What was given is forgotten with the answer: it may hold a password. */
export function useCreatePush() {
  return useMutation({
    mutationFn: (body: PushRequest) => call(pushRoutes.create, { body }),
    gcTime: 0,
    onSuccess: changed,
  });
}

export interface Retry {
  readonly positions?: number[];
  readonly credentials?: PushCredentials;
}

export function useRetryPush(id: string) {
  return useMutation({
    mutationFn: (body: Retry) => call(pushRoutes.retry, { params: { id }, body }),
    gcTime: 0,
    onSuccess: changed,
  });
}

export function useCancelPush(id: string) {
  return useMutation({
    mutationFn: () => call(pushRoutes.cancel, { params: { id }, body: {} }),
    onSuccess: changed,
  });
}

export function useDecideHostKeys(id: string) {
  return useMutation({
    mutationFn: (decisions: HostKeyDecision[]) =>
      call(pushRoutes.decideHostKeys, { params: { id }, body: { decisions } }),
    onSuccess: keysChanged,
  });
}

export function useRemovePush() {
  return useMutation({
    mutationFn: (id: string) => call(pushRoutes.remove, { params: { id } }),
    onSuccess: () => void changed(),
  });
}

export function useCreatePushKey() {
  return useMutation({ mutationFn: () => call(pushKeyRoutes.create, {}), onSuccess: keysChanged });
}

export function useRemovePushKey() {
  return useMutation({
    mutationFn: (id: string) => call(pushKeyRoutes.remove, { params: { id } }),
    onSuccess: keysChanged,
  });
}

export function useForgetHostKeys() {
  return useMutation({
    mutationFn: (id: string) => call(pushKeyRoutes.removeHost, { params: { id } }),
    onSuccess: keysChanged,
  });
}
