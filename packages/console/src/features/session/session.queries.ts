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
      if (!mayBeSignedIn()) return null;
      try {
        return remember(await call(getSession, { signal }));
      } catch (error) {
        if (isSignedOut(error)) {
          hint(false);
          return null;
        }
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

const hintKey = 'tenkai.signed-in';

/** Whether this browser has signed in before: a stranger then causes no refusal just by opening a page. */
function mayBeSignedIn(): boolean {
  try {
    return localStorage.getItem(hintKey) !== null;
  } catch {
    return true;
  }
}

function hint(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(hintKey, '1');
    else localStorage.removeItem(hintKey);
  } catch {
    // Without storage the site is asked each time.
  }
}

function remember(session: SessionView): SessionView {
  setCsrf(session.csrf);
  hint(true);
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
  hint(false);
  forgetLists();
  queryClient.clear();
  queryClient.setQueryData(sessionKey, null);
}
