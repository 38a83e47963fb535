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
  const set = (part: Partial<GivenCredentials>) => onChange({ ...given, ...part });
  const secret = (
    field: 'password' | 'passphrase' | 'sudoPassword',
    description: string,
    isOptional: boolean,
  ) => (
    <PasswordInput
      label={t(`pushes.fields.${field}`) + (isOptional ? ` (${t('common.optional')})` : '')}
      description={description}
      autoComplete="off"
      maxLength={1024}
      maw={460}
      value={given[field]}
      onChange={(event) => set({ [field]: event.currentTarget.value })}
    />
  );
  return (
    <div className="tk-stack">
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
      {given.kind === 'password' ? secret('password', t('pushes.passwordText'), false) : null}
      {given.kind === 'private-key' ? (
        <>
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
            onChange={(event) => set({ privateKey: event.currentTarget.value })}
          />
          {secret('passphrase', '', true)}
        </>
      ) : null}
      {given.kind === 'password' ? null : secret('sudoPassword', t('pushes.sudoText'), true)}
    </div>
  );
}
