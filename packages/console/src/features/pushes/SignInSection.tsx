import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CredentialFields, type GivenCredentials } from './CredentialFields.tsx';
import type { SectionProps } from './push-draft.ts';

interface Props extends SectionProps {
  readonly given: GivenCredentials;
  readonly onGiven: (given: GivenCredentials) => void;
}

export function SignInSection({ draft, onChange, given, onGiven }: Props) {
  const { t } = useTranslation();
  return (
    <section className="tk-panel">
      <h2>{t('pushes.steps.signIn')}</h2>
      <div className="tk-panel-body tk-stack">
        <TextInput
          label={t('pushes.fields.user')}
          description={t('pushes.userText')}
          maxLength={32}
          maw={320}
          value={draft.user}
          onChange={(event) => onChange({ user: event.currentTarget.value })}
        />
        <CredentialFields given={given} onChange={onGiven} />
      </div>
    </section>
  );
}
