import { Button } from '@mantine/core';
import { IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { isFinal } from '@tenkai/domain/scenario/run-progress.ts';
import type { RunDetail } from '@tenkai/protocol/api/deployments.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { When } from '../../ui/When.tsx';
import { useMay } from '../session/session.queries.ts';
import { useRun } from './deployments.queries.ts';
import { CancelRuns, RetryRuns } from './RunActs.tsx';
import { RunStateLabel } from './RunStateLabel.tsx';
import { RunStep } from './RunStep.tsx';
import { RunSteps } from './RunSteps.tsx';
import { RunWhy } from './RunWhy.tsx';
import { WaitingRunActs } from './WaitingRunActs.tsx';

const route = getRouteApi('/inside/runs/$runId');

export function RunPage() {
  const { runId } = route.useParams();
  const query = useRun(runId);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(run) => <Content run={run} />}</Loaded>
    </div>
  );
}

function Content({ run }: { readonly run: RunDetail }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader
        title={t('runs.title', { deployment: run.deploymentName, machine: run.machineName })}
        trail={
          <>
            <Link to="/deployments">{t('nav.deployments')}</Link> /{' '}
            <Link to="/deployments/$deploymentId" params={{ deploymentId: run.deploymentId }}>
              {run.deploymentName}
            </Link>
          </>
        }
        note={
          <>
            <RunStateLabel status={run.status} />
            <RunWhy run={run} />
          </>
        }
        actions={<Acts run={run} />}
      />
      <div className="tk-columns">
        <section className="tk-panel">
          <RunFacts run={run} />
        </section>
        <Skipped run={run} />
      </div>
      <RunSteps run={run} />
    </>
  );
}

function RunFacts({ run }: { readonly run: RunDetail }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { reasonText } = useSentences();
  const { startedAt, finishedAt } = run;
  return (
    <Facts
      facts={[
        {
          label: t('runs.columns.machine'),
          value: (
            <Link to="/machines/$machineId" params={{ machineId: run.machineId }}>
              {run.machineName}
            </Link>
          ),
        },
        { label: t('runs.columns.step'), value: <RunStep run={run} /> },
        {
          label: t('runs.columns.versions'),
          value: run.versionAfter === null ? '' : `${run.versionBefore ?? '–'} → ${run.versionAfter}`,
        },
        { label: t('runs.columns.verifiedBy'), value: run.verifiedBy },
        { label: t('runs.columns.attempt'), value: run.attempt },
        { label: t('runs.columns.requestedBy'), value: run.requestedBy ?? '' },
        { label: t('runs.columns.started'), value: <When at={startedAt} /> },
        {
          label: t('runs.columns.took'),
          value: startedAt !== null && finishedAt !== null ? formats.duration(finishedAt - startedAt) : '',
        },
        {
          label: t('deployments.delivery.title'),
          value: run.delivery ? reasonText(run.delivery.reason) : '',
        },
        {
          label: t('deployments.group.wave'),
          value: run.wave ? formats.number(run.wave.number) : '',
        },
        { label: t('common.id'), value: <span className="tk-mono">{run.id}</span> },
      ]}
    />
  );
}

function Skipped({ run }: { readonly run: RunDetail }) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  if (run.skipped.length === 0) return null;
  return (
    <section className="tk-panel">
      <h2>{t('runs.skipped')}</h2>
      <Facts
        facts={run.skipped.map(({ stepId, name, reason }) => ({
          label: name || stepId,
          value: reasonText(reason),
        }))}
      />
    </section>
  );
}

function Acts({ run }: { readonly run: RunDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<'cancel' | 'retry'>();
  if (!may('operate')) return null;
  const close = () => setOpen(undefined);
  return (
    <>
      <WaitingRunActs runs={[run]} />
      {run.status === 'failed' || run.status === 'cancelled' ? (
        <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={() => setOpen('retry')}>
          {t('runs.retry')}
        </Button>
      ) : null}
      {isFinal(run.status) ? null : (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} />}
          onClick={() => setOpen('cancel')}
        >
          {t('runs.cancel')}
        </Button>
      )}
      {open === 'retry' ? <RetryRuns runs={[run]} onClose={close} /> : null}
      {open === 'cancel' ? <CancelRuns runs={[run]} onClose={close} /> : null}
    </>
  );
}
