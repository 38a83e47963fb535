import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import type { Role } from '@tenkai/protocol/api/permissions.ts';
import type { ApiTokenView } from '@tenkai/protocol/api/users.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { SecretOnce } from '../../ui/SecretOnce.tsx';
import { When } from '../../ui/When.tsx';
import '../overview/overview.css';
import { useApiTokens, useCreateApiToken, useRevokeApiToken } from './users.queries.ts';

/** The own API tokens. */
export function ApiTokens() {
  const { t } = useTranslation();
  const query = useApiTokens();
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [revoked, setRevoked] = useState<ApiTokenView>();
  const revoke = useRevokeApiToken();
  return (
    <section className="tk-panel">
      <h2>{t('session.tokens')}</h2>
      <div className="tk-panel-body tk-stack">
        <span className="tk-muted">{t('session.tokensText')}</span>
        {secret ? <SecretOnce label={t('session.tokenSecret')} secret={secret} /> : null}
        <div>
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
            {t('session.newToken')}
          </Button>
        </div>
      </div>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={IconKey} title={t('session.tokensNone')} />
          ) : (
            <ul className="tk-overview-list">
              {items.map((token) => (
                <li key={token.id}>
                  <span>
                    <b>{token.name}</b> {t(`roles.${token.role}`)}
                    <br />
                    <span className="tk-muted">
                      {t('session.tokenLastUsed')} <When at={token.lastUsedAt} /> ·{' '}
                      {t('session.tokenExpiresAt')}{' '}
                      {token.expiresAt === null ? t('session.never') : <When at={token.expiresAt} />}
                    </span>
                  </span>
                  <Button size="compact-sm" variant="default" onClick={() => setRevoked(token)}>
                    {t('session.revoke')}
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {isMaking ? <NewToken onMade={setSecret} onClose={() => setMaking(false)} /> : null}
      {revoked ? (
        <ConfirmAct
          title={t('session.revokeToken', { name: revoked.name })}
          act={t('session.revoke')}
          isDestructive
          onAct={() => revoke.mutateAsync(revoked.id)}
          onClose={() => setRevoked(undefined)}
        >
          <p>{t('session.revokeTokenText')}</p>
        </ConfirmAct>
      ) : null}
    </section>
  );
}

const roles: readonly Role[] = ['viewer', 'operator', 'administrator'];
const longestDays = 3650;
const firstDays = 90;

interface NewProps {
  readonly onMade: (secret: string) => void;
  readonly onClose: () => void;
}

function NewToken({ onMade, onClose }: NewProps) {
  const { t } = useTranslation();
  const create = useCreateApiToken();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState<number | null>(firstDays);
  return (
    <ConfirmAct
      title={t('session.newToken')}
      act={t('common.add')}
      isDisabled={name.trim() === ''}
      onAct={async () =>
        onMade((await create.mutateAsync({ name: name.trim(), role, expiresInDays: days })).secret)
      }
      onClose={onClose}
    >
      <TextInput
        label={t('session.tokenName')}
        data-autofocus
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t('session.role')}
        allowDeselect={false}
        data={roles.map((value) => ({ value, label: t(`roles.${value}`) }))}
        value={role}
        onChange={(value) => setRole(value as Role)}
      />
      <NumberInput
        label={t('session.tokenExpires')}
        placeholder={t('session.tokenNever')}
        min={1}
        max={longestDays}
        value={days ?? ''}
        onChange={(value) => setDays(value === '' ? null : Number(value))}
      />
    </ConfirmAct>
  );
}
