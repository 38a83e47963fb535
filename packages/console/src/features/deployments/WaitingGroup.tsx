import { Button } from '@mantine/core';
import { IconArrowRight, IconPlayerPlay } from '@tabler/icons-react';
import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useMay } from '../session/session.queries.ts';
import { Countdown } from './Countdown.tsx';
import { useGoUnicast, useStartGroup } from './deployments.queries.ts';

type Group = NonNullable<DeploymentRow['group']>;

/** How many are ready of how many, until when, and the acts that end the wait (BCON-18, BSCN-15, BSCN-17). */
export function WaitingGroup({ deployment }: { readonly deployment: DeploymentRow }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<'start' | 'unicast'>();
  const { group } = deployment;
  if (!group) return null;
  const close = () => setOpen(undefined);
  return (
    <section className="tk-panel tk-panel-body tk-row" aria-label={t('deployments.group.title')}>
      <GroupText group={group} />
      {may('operate') ? (
        <>
          <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => setOpen('start')}>
            {t('deployments.group.startNow')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconArrowRight size={16} />}
            onClick={() => setOpen('unicast')}
          >
            {t('deployments.group.goUnicast')}
          </Button>
        </>
      ) : null}
      {open === 'start' ? <StartNow id={deployment.id} group={group} onClose={close} /> : null}
      {open === 'unicast' ? <GoUnicast id={deployment.id} onClose={close} /> : null}
    </section>
  );
}

function GroupText({ group: { ready, wanted, startsAt } }: { readonly group: Group }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <p style={{ margin: 0, flex: 1 }}>
      <b>
        {wanted === null
          ? t('deployments.group.ready', { count: ready, ready: formats.number(ready) })
          : t('deployments.group.readyOf', { ready: formats.number(ready), wanted: formats.number(wanted) })}
      </b>{' '}
      {startsAt === null ? (
        t('deployments.group.noLatest')
      ) : (
        <>
          {t('deployments.group.latest', { time: formats.time(startsAt) })} <Countdown until={startsAt} />
        </>
      )}
    </p>
  );
}

interface ActProps {
  readonly id: string;
  readonly onClose: () => void;
}

function StartNow({ id, group, onClose }: ActProps & { readonly group: Group }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const start = useStartGroup();
  return (
    <ConfirmAct
      title={t('deployments.group.startNow')}
      act={t('deployments.group.startNow')}
      onAct={() => start.mutateAsync(id)}
      onClose={onClose}
    >
      <p>{t('deployments.group.startNowText', { count: group.ready, ready: formats.number(group.ready) })}</p>
    </ConfirmAct>
  );
}

function GoUnicast({ id, onClose }: ActProps) {
  const { t } = useTranslation();
  const go = useGoUnicast();
  return (
    <ConfirmAct
      title={t('deployments.group.goUnicast')}
      act={t('deployments.group.goUnicast')}
      onAct={() => go.mutateAsync(id)}
      onClose={onClose}
    >
      <p>{t('deployments.group.goUnicastText')}</p>
    </ConfirmAct>
  );
}
