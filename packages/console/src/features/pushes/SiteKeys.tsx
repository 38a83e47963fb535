import { Button } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import type { PushKey } from '@tenkai/protocol/api/push-keys.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { SecretOnce } from '../../ui/SecretOnce.tsx';
import { When } from '../../ui/When.tsx';
import '../overview/overview.css';
import { useCreatePushKey, usePushKeys, useRemovePushKey } from './pushes.queries.ts';

const mostKeys = 2;

/** By what the server signs in at machines; the public halves, to be placed there. */
export function SiteKeys() {
  const { t } = useTranslation();
  const query = usePushKeys();
  const create = useCreatePushKey();
  const [removed, setRemoved] = useState<PushKey>();
  const count = query.data?.items.length ?? 0;
  return (
    <section className="tk-panel">
      <h2>{t('pushes.siteKeys')}</h2>
      <div className="tk-panel-body tk-row">
        <span className="tk-muted" style={{ flex: 1, minWidth: 220 }}>
          {t('pushes.siteKeysText')}
        </span>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          loading={create.isPending}
          disabled={count >= mostKeys}
          onClick={() => create.mutate()}
        >
          {t(count === 0 ? 'pushes.makeKey' : 'pushes.makeNextKey')}
        </Button>
      </div>
      {create.error ? <ProblemView error={create.error} /> : null}
      <Loaded query={query}>{({ items }) => <Keys items={items} onRemove={setRemoved} />}</Loaded>
      {removed ? <RemoveKey removed={removed} onClose={() => setRemoved(undefined)} /> : null}
    </section>
  );
}

interface KeysProps {
  readonly items: readonly PushKey[];
  readonly onRemove: (key: PushKey) => void;
}

function Keys({ items, onRemove }: KeysProps) {
  const { t } = useTranslation();
  if (items.length === 0)
    return <Empty icon={IconKey} title={t('pushes.noSiteKeys')} text={t('pushes.noSiteKeysText')} />;
  return (
    <ul className="tk-overview-list">
      {items.map((key) => (
        <li key={key.id}>
          <div>
            <span className="tk-mono">{key.fingerprint}</span>{' '}
            <span className="tk-muted">
              <When at={key.createdAt} />
            </span>
            <SecretOnce label={t('pushes.authorizedKeys')} secret={key.publicKey} />
          </div>
          <Button size="compact-sm" variant="default" onClick={() => onRemove(key)}>
            {t('common.delete')}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function RemoveKey({ removed, onClose }: { readonly removed: PushKey; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const remove = useRemovePushKey();
  return (
    <ConfirmAct
      title={t('pushes.deleteKeyTitle')}
      act={t('common.delete')}
      isDestructive
      onAct={() => remove.mutateAsync(removed.id)}
      onClose={onClose}
    >
      <p>{t('pushes.deleteKeyText', { fingerprint: removed.fingerprint })}</p>
    </ConfirmAct>
  );
}
