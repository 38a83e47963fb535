import { PasswordInput, Radio, Stack, Textarea } from '@mantine/core';
import type { PushCredentials } from '@tenkai/protocol/api/pushes.ts';
import { useTranslation } from 'react-i18next';

/** What the fields hold while it is being given; never kept beyond the form. */
export interface GivenCredentials {
  readonly kind: PushCredentials['kind'];
  readonly password: string;
  readonly privateKey: string;
  readonly passphrase: string;
  readonly sudoPassword: string;
}

export const noCredentials: GivenCredentials = {
  kind: 'site-key',
  password: '',
  privateKey: '',
  passphrase: '',
  sudoPassword: '',
};

/** Undefined: something is missing. */
export function credentialsOf(given: GivenCredentials): PushCredentials | undefined {
  const sudo = given.sudoPassword === '' ? {} : { sudoPassword: given.sudoPassword };
  if (given.kind === 'site-key') return { kind: 'site-key', ...sudo };
  if (given.kind === 'password')
    return given.password === '' ? undefined : { kind: 'password', password: given.password };
  const phrase = given.passphrase === '' ? {} : { passphrase: given.passphrase };
  if (given.privateKey.trim() === '') return undefined;
  return { kind: 'private-key', privateKey: given.privateKey, ...phrase, ...sudo };
}

interface Props {
  readonly given: GivenCredentials;
  readonly onChange: (given: GivenCredentials) => void;
}

const kinds = ['site-key', 'password', 'private-key'] as const;

export function CredentialFields({ given, onChange }: Props) {
  const { t } = useTranslation();
  const optional = ` (${t('common.optional')})`;
  return (
    <div className="tk-stack">
      <KindChoice given={given} onChange={onChange} />
      {given.kind === 'password' ? (
        <Secret field="password" description={t('pushes.passwordText')} given={given} onChange={onChange} />
      ) : null}
      {given.kind === 'private-key' ? (
        <>
          <PrivateKey given={given} onChange={onChange} />
          <Secret field="passphrase" suffix={optional} given={given} onChange={onChange} />
        </>
      ) : null}
      {given.kind === 'password' ? null : (
        <Secret
          field="sudoPassword"
          suffix={optional}
          description={t('pushes.sudoText')}
          given={given}
          onChange={onChange}
        />
      )}
    </div>
  );
}

/** Another way forgets what was given for the one before. */
function KindChoice({ given, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      label={t('pushes.signIn')}
      value={given.kind}
      onChange={(kind) => onChange({ ...noCredentials, kind: kind as GivenCredentials['kind'] })}
    >
      <Stack gap={6} mt={6}>
        {kinds.map((kind) => (
          <Radio
            key={kind}
            value={kind}
            label={t(`pushes.signIns.${kind}`)}
            description={t(`pushes.signInTexts.${kind}`)}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

interface SecretProps extends Props {
  readonly field: 'password' | 'passphrase' | 'sudoPassword';
  readonly suffix?: string;
  readonly description?: string;
}

function Secret({ field, suffix = '', description = '', given, onChange }: SecretProps) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      label={t(`pushes.fields.${field}`) + suffix}
      description={description}
      autoComplete="off"
      maxLength={1024}
      maw={460}
      value={given[field]}
      onChange={(event) => onChange({ ...given, [field]: event.currentTarget.value })}
    />
  );
}

function PrivateKey({ given, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Textarea
      label={t('pushes.fields.privateKey')}
      description={t('pushes.privateKeyText')}
      autosize
      minRows={3}
      maxRows={8}
      maxLength={20_000}
      autoComplete="off"
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      value={given.privateKey}
      onChange={(event) => onChange({ ...given, privateKey: event.currentTarget.value })}
    />
  );
}
