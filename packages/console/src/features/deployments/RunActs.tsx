import { Button } from '@mantine/core';
import { IconEraser, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { isFinal } from '@tenkai/domain/scenario/run-progress.ts';
import type { RunRow } from '@tenkai/protocol/api/deployments.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import type { Selection } from '../../ui/table/selection.ts';
import { ClearErrors } from '../machines/ClearErrors.tsx';
import { MachineNames } from '../machines/MachineNames.tsx';
import { useTellOutcome } from '../machines/use-tell-outcome.ts';
import { useMay } from '../session/session.queries.ts';
import { useCancelRuns, useRetryRuns } from './deployments.queries.ts';
import { WaitingRunActs } from './WaitingRunActs.tsx';

/** Acts on chosen runs: each takes the ones that it fits. */
export function RunActs({ selection }: { readonly selection: Selection<RunRow> }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<'cancel' | 'retry' | 'clear'>();
  const runs = [...selection.rows.values()];
  if (runs.length === 0 || !may('operate')) return null;
  const running = runs.filter(({ status }) => !isFinal(status));
  const failed = runs.filter(({ status }) => status === 'failed' || status === 'cancelled');
  const inError = runs.filter(({ isInError }) => isInError);
  const close = () => setOpen(undefined);
  return (
    <>
      <WaitingRunActs runs={runs} />
      <Button
        variant="default"
        leftSection={<IconRefresh size={16} />}
        disabled={failed.length === 0}
        onClick={() => setOpen('retry')}
      >
        {t('runs.retry')}
      </Button>
      <Button
        variant="default"
        leftSection={<IconEraser size={16} />}
        disabled={inError.length === 0}
        onClick={() => setOpen('clear')}
      >
        {t('runs.clear')}
      </Button>
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={16} />}
        disabled={running.length === 0}
        onClick={() => setOpen('cancel')}
      >
        {t('runs.cancel')}
      </Button>
      {open === 'retry' ? <RetryRuns runs={failed} onClose={close} /> : null}
      {open === 'cancel' ? <CancelRuns runs={running} onClose={close} /> : null}
      {open === 'clear' ? <ClearRuns runs={inError} onClose={close} /> : null}
    </>
  );
}

interface ActProps {
  readonly runs: readonly RunRow[];
  readonly onClose: () => void;
}

const machinesOf = (runs: readonly RunRow[]) =>
  runs.map(({ machineId, machineName }) => ({
    id: machineId,
    name: machineName,
    activity: 'error' as const,
  }));

export function RetryRuns({ runs, onClose }: ActProps) {
  const { t } = useTranslation();
  const retry = useRetryRuns();
  const tellOutcome = useTellOutcome();
  return (
    <ConfirmAct
      title={t('runs.retryTitle', { count: runs.length })}
      act={t('runs.retry')}
      onAct={async () => {
        const { results } = await retry.mutateAsync(runs.map(({ id }) => id));
        tellOutcome(t('runs.retry'), results);
      }}
      onClose={onClose}
    >
      <p>{t('runs.retryText')}</p>
      <MachineNames machines={machinesOf(runs)} />
    </ConfirmAct>
  );
}

export function CancelRuns({ runs, onClose }: ActProps) {
  const { t } = useTranslation();
  const cancel = useCancelRuns();
  const tellOutcome = useTellOutcome();
  return (
    <ConfirmAct
      title={t('runs.cancelTitle', { count: runs.length })}
      act={t('runs.cancel')}
      isDestructive
      onAct={async () => {
        const { results } = await cancel.mutateAsync(runs.map(({ id }) => id));
        tellOutcome(t('runs.cancel'), results);
      }}
      onClose={onClose}
    >
      <p>{t('runs.cancelText')}</p>
      <MachineNames machines={machinesOf(runs)} />
    </ConfirmAct>
  );
}

function ClearRuns({ runs, onClose }: ActProps) {
  const [first] = runs;
  if (!first) return null;
  return (
    <ClearErrors
      machines={machinesOf(runs)}
      deployment={{ id: first.deploymentId, name: first.deploymentName }}
      onClose={onClose}
    />
  );
}
