import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { oneTimeToken } from './one-time-token.ts';
import { SessionFrame } from './SessionFrame.tsx';
import { useCreateFirstAdministrator } from './session.queries.ts';

const shortestPassword = 12;

/** Makes the first administrator by the one-time link that the server printed. */
export function SetupPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const create = useCreateFirstAdministrator();
  const [token] = useState(() => oneTimeToken(location.hash));
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  if (token === undefined) {
    return (
      <SessionFrame title={t('session.setupTitle')}>
        <p>{t('session.setupNeeded')}</p>
      </SessionFrame>
    );
  }
  const isTooShort = password !== '' && password.length < shortestPassword;
  const differs = again !== '' && again !== password;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isTooShort || again !== password) return;
    create.mutate({ token, name: name.trim(), password }, { onSuccess: () => void navigate({ to: '/' }) });
  };
  return (
    <SessionFrame title={t('session.setupTitle')}>
      <p>{t('session.setupText')}</p>
      <form onSubmit={submit}>
        {create.error ? <ProblemView error={create.error} /> : null}
        <TextInput
          label={t('session.name')}
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('session.password')}
          description={t('session.passwordRule', { count: shortestPassword })}
          autoComplete="new-password"
          required
          withAsterisk={false}
          error={isTooShort ? t('session.passwordShort') : null}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
        />
        <PasswordInput
          label={t('session.passwordAgain')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          error={differs ? t('session.passwordDiffers') : null}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
        />
        <Button type="submit" loading={create.isPending}>
          {t('session.setupAct')}
        </Button>
      </form>
    </SessionFrame>
  );
}
