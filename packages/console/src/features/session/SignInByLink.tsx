import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { SessionFrame } from './SessionFrame.tsx';
import { useSignInByLink } from './session.queries.ts';

/** Uses a one-time link at once; when it is used up, says so and leads to the form. */
export function SignInByLink({ token }: { readonly token: string }) {
  const { t } = useTranslation();
  const { mutate, error } = useSignInByLink();
  const isUsed = useRef(false);
  useEffect(() => {
    // Development runs effects twice, and the link works once.
    if (isUsed.current) return;
    isUsed.current = true;
    mutate(token);
  }, [mutate, token]);
  return (
    <SessionFrame title={t('session.signIn')}>
      {error ? (
        <>
          <ProblemView error={error} />
          <Button component="a" href="/sign-in" variant="default">
            {t('session.signInByPassword')}
          </Button>
        </>
      ) : (
        <p role="status">{t('session.signingIn')}</p>
      )}
    </SessionFrame>
  );
}
