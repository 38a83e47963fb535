import { useMutation, useQuery } from '@tanstack/react-query';
import type { BodyOf } from '@tenkai/protocol/api/route.ts';
import {
  changeUser,
  createApiToken,
  createSignInLink,
  createUser,
  deleteUser,
  listApiTokens,
  listUsers,
  revokeApiToken,
  setUserPassword,
  type UserView,
} from '@tenkai/protocol/api/users.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';
import { useKeysetList } from '../../api/use-keyset-list.ts';

export function useUserList(search: string) {
  return useKeysetList<UserView>(['users', 'list', search], (cursor, limit, signal) =>
    call(listUsers, {
      query: { limit, ...(search ? { search } : {}), ...(cursor ? { cursor } : {}) },
      signal,
    }),
  );
}

const changed = () => tell(new Set(['users']));

export function useCreateUser() {
  return useMutation({
    mutationFn: (body: BodyOf<typeof createUser>) => call(createUser, { body }),
    onSuccess: changed,
  });
}

export function useChangeUser(id: string) {
  return useMutation({
    mutationFn: (body: BodyOf<typeof changeUser>) => call(changeUser, { params: { id }, body }),
    onSuccess: changed,
  });
}

export function useDeleteUser(id: string) {
  return useMutation({ mutationFn: () => call(deleteUser, { params: { id } }), onSuccess: changed });
}

export function useSetPassword(id: string) {
  return useMutation({
    mutationFn: (newPassword: string) => call(setUserPassword, { params: { id }, body: { newPassword } }),
  });
}

export function useSignInLink(id: string) {
  return useMutation({ mutationFn: () => call(createSignInLink, { params: { id } }) });
}

export function useApiTokens() {
  return useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => call(listApiTokens, { signal }) });
}

const tokensChanged = () => tell(new Set(['tokens']));

export function useCreateApiToken() {
  return useMutation({
    mutationFn: (body: BodyOf<typeof createApiToken>) => call(createApiToken, { body }),
    onSuccess: tokensChanged,
  });
}

export function useRevokeApiToken() {
  return useMutation({
    mutationFn: (id: string) => call(revokeApiToken, { params: { id } }),
    onSuccess: tokensChanged,
  });
}
