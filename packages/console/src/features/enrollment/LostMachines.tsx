import { Button } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import type { LostMachine } from '@tenkai/protocol/api/fallback.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { When } from '../../ui/When.tsx';
import '../overview/overview.css';
import { useForgetLostMachine, useLostMachines } from './enrollment.queries.ts';

/** What the fallback status point has heard of machines that cannot get in. */
export function LostMachines() {
  const { t } = useTranslation();
  const query = useLostMachines();
  const forget = useForgetLostMachine();
  const [forgotten, setForgotten] = useState<LostMachine>();
  return (
    <section className="tk-panel">
      <h2>{t('fallback.title')}</h2>
      <div className="tk-panel-body tk-muted">{t('fallback.text')}</div>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={IconPlugConnectedX} title={t('fallback.none')} />
          ) : (
            <ul className="tk-overview-list">
              {items.map((machine) => (
                <LostRow key={machine.id} machine={machine} onForget={() => setForgotten(machine)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {forgotten ? (
        <ConfirmAct
          title={t('fallback.forgetTitle', { name: forgotten.name })}
          act={t('fallback.forget')}
          onAct={() => forget.mutateAsync(forgotten.id)}
          onClose={() => setForgotten(undefined)}
        >
          <p>{t('fallback.forgetText')}</p>
        </ConfirmAct>
      ) : null}
    </section>
  );
}

interface RowProps {
  readonly machine: LostMachine;
  readonly onForget: () => void;
}

function LostRow({ machine, onForget }: RowProps) {
  const { t } = useTranslation();
  const { name, address, kind, code, detail, server, lastAt } = machine;
  return (
    <li>
      <div>
        <strong>{name}</strong> <span className="tk-mono">{address}</span>{' '}
        <StateLabel kind="failed" text={t(`fallback.kinds.${kind}`)} />
        <div className="tk-muted">
          <span className="tk-mono">{[code, detail, server].filter(Boolean).join(' · ')}</span>{' '}
          <When at={lastAt} />
        </div>
      </div>
      <Button size="xs" variant="default" onClick={onForget}>
        {t('fallback.forget')}
      </Button>
    </li>
  );
}
