import { Button } from '@mantine/core';
import { IconDownload, IconEdit, IconTrash } from '@tabler/icons-react';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { RepositoryDetail } from '@tenkai/protocol/api/repositories.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { When } from '../../ui/When.tsx';
import { useMay } from '../session/session.queries.ts';
import { PulledPackages } from './PulledPackages.tsx';
import { RepositoryDialog } from './RepositoryDialog.tsx';
import { RepositoryState } from './RepositoryState.tsx';
import { usePullNow, useRemoveRepository, useRepository } from './repositories.queries.ts';
import { Trouble } from './Trouble.tsx';
import '../overview/overview.css';

const route = getRouteApi('/inside/repositories/$repositoryId');

/** One repository: how pulling goes, and every package that it offers. */
export function RepositoryPage() {
  const { repositoryId } = route.useParams();
  const query = useRepository(repositoryId);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(detail) => <Content detail={detail} />}</Loaded>
    </div>
  );
}

function Content({ detail }: { readonly detail: RepositoryDetail }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader
        title={detail.name}
        trail={<Link to="/repositories">{t('nav.repositories')}</Link>}
        note={<RepositoryState row={detail} />}
        actions={<Acts detail={detail} />}
      />
      {detail.error ? <Trouble error={detail.error} /> : null}
      <section className="tk-panel">
        <div className="tk-panel-body">
          <RepositoryFacts detail={detail} />
        </div>
      </section>
      <PulledPackages detail={detail} />
    </>
  );
}

function Acts({ detail }: { readonly detail: RepositoryDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const pull = usePullNow(detail.id);
  const remove = useRemoveRepository(detail.id);
  const [open, setOpen] = useState<'edit' | 'remove'>();
  const close = () => setOpen(undefined);
  return (
    <>
      {may('manage-packages') && detail.isEnabled ? (
        <Button
          leftSection={<IconDownload size={16} />}
          loading={pull.isPending || detail.isPulling}
          onClick={() => pull.mutate()}
        >
          {t('repositories.pullNow')}
        </Button>
      ) : null}
      {may('manage-site') ? (
        <>
          <Button variant="default" leftSection={<IconEdit size={16} />} onClick={() => setOpen('edit')}>
            {t('repositories.edit')}
          </Button>
          <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => setOpen('remove')}>
            {t('repositories.remove')}
          </Button>
        </>
      ) : null}
      {open === 'edit' ? <RepositoryDialog row={detail} onClose={close} /> : null}
      {open === 'remove' ? (
        <ConfirmAct
          title={t('repositories.removeTitle', { name: detail.name })}
          act={t('repositories.remove')}
          isDestructive
          onAct={async () => {
            await remove.mutateAsync();
            await navigate({ to: '/repositories' });
          }}
          onClose={close}
        >
          <p>{t('repositories.removeText')}</p>
        </ConfirmAct>
      ) : null}
    </>
  );
}

function RepositoryFacts({ detail }: { readonly detail: RepositoryDetail }) {
  const { t } = useTranslation();
  const { schedule, gate } = detail;
  const schedules = {
    manual: () => t('repositories.schedules.manual'),
    interval: () =>
      schedule.kind === 'interval' ? t('repositories.everyMinutes', { count: schedule.minutes }) : '',
    daily: () => (schedule.kind === 'daily' ? t('repositories.dailyAt', schedule) : ''),
  };
  const lowered = gate.kind === 'lower' ? ` (${t(`packages.urgencies.${gate.to}`)})` : '';
  return (
    <Facts
      facts={[
        { label: t('repositories.url'), value: <span className="tk-mono">{detail.url}</span> },
        {
          label: t('repositories.fingerprint'),
          value: <span className="tk-mono">{detail.fingerprint}</span>,
        },
        { label: t('repositories.schedule'), value: schedules[schedule.kind]() },
        { label: t('repositories.gate'), value: t(`repositories.gates.${gate.kind}`) + lowered },
        { label: t('repositories.pulledAt'), value: <When at={detail.pulledAt} /> },
        { label: t('repositories.nextPullAt'), value: <When at={detail.nextPullAt} /> },
        { label: t('repositories.indexVersion'), value: detail.indexVersion },
        { label: t('repositories.expiresAt'), value: <When at={detail.expiresAt} /> },
      ]}
    />
  );
}
