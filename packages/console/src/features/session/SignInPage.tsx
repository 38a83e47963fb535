import { Button, PasswordInput, TextInput } from '@mantine/core';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { forgetOneTimeToken, oneTimeToken } from './one-time-token.ts';
import { SessionFrame } from './SessionFrame.tsx';
import { SignInByLink } from './SignInByLink.tsx';
import { useSession, useSetup, useSignIn } from './session.queries.ts';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { t } = useTranslation();
  const { next } = route.useSearch();
  const session = useSession();
  const setup = useSetup();
  const [token] = useState(() => oneTimeToken(location.hash));
  if (token !== undefined && !session.data) return <SignInByLink token={token} />;
  if (session.data) return <GoOn next={next} isByLink={token !== undefined} />;
  return (
    <SessionFrame title={t('session.signIn')}>
      {setup.data?.isNeeded ? <p>{t('session.setupNeeded')}</p> : null}
      <SignInForm />
    </SessionFrame>
  );
}

/** To where the user wanted to go. `next` comes from the address bar: only a path of this console is followed. */
function GoOn({ next, isByLink }: { readonly next: string | undefined; readonly isByLink: boolean }) {
  const router = useRouter();
  const target = next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';
  useEffect(() => {
    if (isByLink) forgetOneTimeToken();
    router.history.replace(target);
  }, [router, target, isByLink]);
  return null;
}

function SignInForm() {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ name: name.trim(), password });
  };
  return (
    <form onSubmit={submit}>
      {signIn.error ? <ProblemView error={signIn.error} /> : null}
      <TextInput
        label={t('session.name')}
        name="username"
        autoComplete="username"
        autoFocus
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordInput
        label={t('session.password')}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
      />
      <Button type="submit" loading={signIn.isPending}>
        {t('session.signIn')}
      </Button>
    </form>
  );
}
