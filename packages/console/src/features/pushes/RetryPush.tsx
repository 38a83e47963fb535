import { Checkbox } from '@mantine/core';
import type { PushDetail } from '@tenkai/protocol/api/pushes.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { CredentialFields, credentialsOf, noCredentials } from './CredentialFields.tsx';
import { useRetryPush } from './pushes.queries.ts';

interface Props {
  readonly push: PushDetail;
  /** Undefined: all that can be tried again. */
  readonly positions: readonly number[] | undefined;
  readonly onClose: () => void;
}

/** Tries machines again; asks for what the server does not hold any more, or takes another way to sign in. */
export function RetryPush({ push, positions, onClose }: Props) {
  const { t } = useTranslation();
  const retry = useRetryPush(push.id);
  const [given, setGiven] = useState({ ...noCredentials, kind: push.signIn });
  const isGone = push.usesSecret && !push.hasSecret;
  const [isOtherwise, setOtherwise] = useState(false);
  const isAsked = isGone || isOtherwise;
  const credentials = credentialsOf(given);
  return (
    <ConfirmAct
      title={t('pushes.retryTitle')}
      act={t('pushes.retryAct')}
      size="lg"
      isDisabled={isAsked && !credentials}
      onAct={() =>
        retry.mutateAsync({
          ...(positions ? { positions: [...positions] } : {}),
          ...(isAsked && credentials ? { credentials } : {}),
        })
      }
      onClose={onClose}
    >
      <p>{t(isGone ? 'pushes.secretGone' : 'pushes.retryText')}</p>
      {isGone ? null : (
        <Checkbox
          label={t('pushes.signInOtherwise')}
          checked={isOtherwise}
          onChange={(event) => setOtherwise(event.currentTarget.checked)}
        />
      )}
      {isAsked ? <CredentialFields given={given} onChange={setGiven} /> : null}
    </ConfirmAct>
  );
}
