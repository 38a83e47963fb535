import { Button } from '@mantine/core';
import { IconPlayerStop, IconRefresh, IconRepeat } from '@tabler/icons-react';
import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useTellOutcome } from '../machines/use-tell-outcome.ts';
import { useMay } from '../session/session.queries.ts';
import { fetchAllRuns, useCancelDeployment, useRetryRuns } from './deployments.queries.ts';
import { openCounts } from './run-counts.ts';

/** What can be done with a deployment as a whole. */
export function DeploymentActs({ deployment }: { readonly deployment: DeploymentRow }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<'cancel' | 'retry'>();
  if (!may('operate')) return null;
  const { subject, collectionId } = deployment.draft;
  const isOpen = deployment.status === 'active' || deployment.status === 'scheduled';
  const failed = deployment.counts.failed ?? 0;
  const close = () => setOpen(undefined);
  return (
    <>
      {failed > 0 ? (
        <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={() => setOpen('retry')}>
          {t('deployments.retryFailed', { count: failed })}
        </Button>
      ) : null}
      <ButtonLink
        to="/deployments/new"
        search={
          subject.kind === 'scenario'
            ? { scenario: subject.scenarioId, collection: collectionId }
            : { package: subject.packageId, collection: collectionId }
        }
        variant="default"
        leftSection={<IconRepeat size={16} />}
      >
        {t('deployments.repeat')}
      </ButtonLink>
      {isOpen ? (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} />}
          onClick={() => setOpen('cancel')}
        >
          {t('deployments.cancel')}
        </Button>
      ) : null}
      {open === 'cancel' ? <CancelDeployment deployment={deployment} onClose={close} /> : null}
      {open === 'retry' ? <RetryFailed deployment={deployment} count={failed} onClose={close} /> : null}
    </>
  );
}

interface ActProps {
  readonly deployment: DeploymentRow;
  readonly onClose: () => void;
}

function CancelDeployment({ deployment, onClose }: ActProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const cancel = useCancelDeployment();
  const { waiting, running } = openCounts(deployment.counts);
  const isOwned = deployment.owner !== null;
  return (
    <ConfirmAct
      title={t('deployments.cancelTitle', { name: deployment.name })}
      act={t('deployments.cancel')}
      isDestructive
      onAct={() => cancel.mutateAsync({ id: deployment.id, override: isOwned })}
      onClose={onClose}
    >
      <p>
        {t('deployments.cancelText', { waiting: formats.number(waiting), running: formats.number(running) })}
      </p>
      {isOwned ? <p className="tk-warnings">{t('deployments.cancelOwned')}</p> : null}
    </ConfirmAct>
  );
}

function RetryFailed({ deployment, count, onClose }: ActProps & { readonly count: number }) {
  const { t } = useTranslation();
  const retry = useRetryRuns();
  const tellOutcome = useTellOutcome();
  const act = async () => {
    const runs = await fetchAllRuns(deployment.id, { status: 'failed' });
    if (runs.length === 0) return;
    const { results } = await retry.mutateAsync(runs.map(({ id }) => id));
    tellOutcome(t('runs.retry'), results);
  };
  return (
    <ConfirmAct title={t('runs.retryTitle', { count })} act={t('runs.retry')} onAct={act} onClose={onClose}>
      <p>{t('runs.retryText')}</p>
    </ConfirmAct>
  );
}
