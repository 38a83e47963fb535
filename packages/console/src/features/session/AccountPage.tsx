import { Button, PasswordInput } from '@mantine/core';
import type { SessionView } from '@tenkai/protocol/api/users.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../ui/Facts.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { When } from '../../ui/When.tsx';
import { ApiTokens } from '../users/ApiTokens.tsx';
import { useChangePassword, useSession } from './session.queries.ts';

/** The signed-in user about themselves: password and API tokens. */
export function AccountPage() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  if (!session) return null;
  return (
    <div className="tk-page">
      <PageHeader title={t('session.account')} />
      <div className="tk-columns">
        <section className="tk-panel">
          <h2>{session.user.name}</h2>
          <Me session={session} />
        </section>
        <section className="tk-panel">
          <h2>{t('session.changePassword')}</h2>
          <PasswordForm hasPassword={session.user.hasPassword} />
        </section>
        <ApiTokens />
      </div>
    </div>
  );
}

function Me({ session }: { readonly session: SessionView }) {
  const { t } = useTranslation();
  const { user } = session;
  return (
    <Facts
      facts={[
        { label: t('users.displayName'), value: user.displayName },
        { label: t('session.role'), value: t(`roles.${user.role}`) },
        {
          label: t('session.scope'),
          value:
            user.collectionScope === null
              ? t('session.scopeAll')
              : t('session.scopeSome', { count: user.collectionScope.length }),
        },
        { label: t('session.lastSignIn'), value: <When at={user.lastSignInAt} /> },
      ]}
    />
  );
}

const shortestPassword = 12;

function PasswordForm({ hasPassword }: { readonly hasPassword: boolean }) {
  const { t } = useTranslation();
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const isShort = next !== '' && next.length < shortestPassword;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { newPassword: next, ...(hasPassword ? { currentPassword: current } : {}) },
      {
        onSuccess: () => {
          setCurrent('');
          setNext('');
        },
      },
    );
  };
  return (
    <form className="tk-panel-body tk-stack" onSubmit={submit}>
      {change.error ? <ProblemView error={change.error} /> : null}
      {change.isSuccess ? <p role="status">{t('session.passwordChanged')}</p> : null}
      {hasPassword ? (
        <PasswordInput
          label={t('session.currentPassword')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
        />
      ) : null}
      <PasswordInput
        label={t('session.newPassword')}
        description={t('session.passwordRule', { count: shortestPassword })}
        autoComplete="new-password"
        required
        withAsterisk={false}
        error={isShort ? t('session.passwordShort') : null}
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
      />
      <div>
        <Button type="submit" disabled={next === '' || isShort} loading={change.isPending}>
          {t('session.changePassword')}
        </Button>
      </div>
    </form>
  );
}
