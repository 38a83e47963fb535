import { Button } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import type { HostKeys } from '@tenkai/protocol/api/push-keys.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { When } from '../../ui/When.tsx';
import '../overview/overview.css';
import { Fingerprints } from './Fingerprints.tsx';
import { useForgetHostKeys, useHostKeys } from './pushes.queries.ts';

/** Host keys by which machines are known, and by whose word. */
export function BelievedHosts() {
  const { t } = useTranslation();
  const query = useHostKeys();
  const [forgotten, setForgotten] = useState<HostKeys>();
  return (
    <section className="tk-panel">
      <h2>{t('pushes.hostKeys')}</h2>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={IconFingerprint} title={t('pushes.noHostKeys')} text={t('pushes.noHostKeysText')} />
          ) : (
            <ul className="tk-overview-list">
              {items.map((keys) => (
                <li key={keys.id}>
                  <div>
                    <b className="tk-mono">{keys.host}</b>{' '}
                    <span className="tk-muted">
                      {t(`pushes.origins.${keys.origin}`, { by: keys.approvedBy })}{' '}
                      <When at={keys.approvedAt} />
                    </span>
                    <Fingerprints fingerprints={keys.fingerprints} />
                  </div>
                  <Button size="compact-sm" variant="default" onClick={() => setForgotten(keys)}>
                    {t('pushes.forget')}
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {forgotten ? <ForgetHostKeys keys={forgotten} onClose={() => setForgotten(undefined)} /> : null}
    </section>
  );
}

interface Props {
  readonly keys: Pick<HostKeys, 'id' | 'host'>;
  readonly onClose: () => void;
}

export function ForgetHostKeys({ keys, onClose }: Props) {
  const { t } = useTranslation();
  const forget = useForgetHostKeys();
  return (
    <ConfirmAct
      title={t('pushes.forgetTitle', { host: keys.host })}
      act={t('pushes.forget')}
      isDestructive
      onAct={() => forget.mutateAsync(keys.id)}
      onClose={onClose}
    >
      <p>{t('pushes.forgetText')}</p>
    </ConfirmAct>
  );
}
