import { useMutation, useQuery } from '@tanstack/react-query';
import type { RolePermission } from '@tenkai/protocol/api/permissions.ts';
import type { SessionView } from '@tenkai/protocol/api/users.ts';
import {
  changePassword,
  createFirstAdministrator,
  getSession,
  getSetup,
  signIn,
  signInByLink,
  signOut,
} from '@tenkai/protocol/api/users.ts';
import { call, isSignedOut, setCsrf } from '../../api/client.ts';
import { queryClient } from '../../api/query-client.ts';
import { forgetLists } from '../../api/use-keyset-list.ts';

const sessionKey = ['session'] as const;

/** Who is signed in; null: nobody. */
export function useSession() {
  return useQuery({
    queryKey: sessionKey,
    queryFn: async ({ signal }) => {
      try {
        return remember(await call(getSession, { signal }));
      } catch (error) {
        if (isSignedOut(error)) return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Whether the signed-in user may; the site decides again, this only hides what would be refused. */
export function useMay(): (permission: RolePermission) => boolean {
  const { data } = useSession();
  return (permission) => data?.permissions.includes(permission) === true;
}

function remember(session: SessionView): SessionView {
  setCsrf(session.csrf);
  return session;
}

function enter(session: SessionView): void {
  remember(session);
  queryClient.setQueryData(sessionKey, session);
}

export function useSetup() {
  return useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => call(getSetup, { signal }) });
}

export function useSignIn() {
  return useMutation({
    mutationFn: (body: { name: string; password: string }) => call(signIn, { body }),
    onSuccess: enter,
  });
}

export function useSignInByLink() {
  return useMutation({
    mutationFn: (token: string) => call(signInByLink, { body: { token } }),
    onSuccess: enter,
  });
}

export function useCreateFirstAdministrator() {
  return useMutation({
    mutationFn: (body: { token: string; name: string; password: string }) =>
      call(createFirstAdministrator, { body }),
    onSuccess: enter,
  });
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (body: { currentPassword?: string; newPassword: string }) => call(changePassword, { body }),
  });
}

/** Ends the session; nothing of it stays in this page. */
export async function leave(): Promise<void> {
  await call(signOut);
  forgetSession();
}

/** The site no longer knows the session. */
export function forgetSession(): void {
  setCsrf('');
  forgetLists();
  queryClient.clear();
  queryClient.setQueryData(sessionKey, null);
}
