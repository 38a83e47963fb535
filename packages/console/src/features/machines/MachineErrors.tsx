import { Button } from '@mantine/core';
import { IconCircleX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { When } from '../../ui/When.tsx';
import { useRetryRuns } from '../deployments/deployments.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { ClearErrors } from './ClearErrors.tsx';
import './MachineErrors.css';
import { useTellOutcome } from './use-tell-outcome.ts';

type MachineError = MachineDetail['errors'][number];

/** Deployments for which this machine is in error, with the two ways out (BCON-07, BSCN-37). */
export function MachineErrors({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const retry = useRetryRuns();
  const tellOutcome = useTellOutcome();
  const [clearing, setClearing] = useState<MachineError>();
  if (machine.errors.length === 0) return null;
  const again = async (error: MachineError) => {
    const { results } = await retry.mutateAsync([error.runId]);
    tellOutcome(t('machines.retry'), results);
  };
  return (
    <section className="tk-machine-errors" aria-label={t('machines.inError')}>
      <p>
        <IconCircleX size={18} aria-hidden="true" /> {t('machines.inErrorText')}
      </p>
      <ul className="tk-list-plain">
        {machine.errors.map((error) => (
          <li key={error.runId} className="tk-row">
            <Link to="/runs/$runId" params={{ runId: error.runId }}>
              {error.deploymentName}
            </Link>
            <span className="tk-muted">
              <When at={error.at} />
            </span>
            {may('operate') ? (
              <>
                <Button size="compact-sm" variant="default" onClick={() => setClearing(error)}>
                  {t('machines.clear')}
                </Button>
                <Button
                  size="compact-sm"
                  variant="default"
                  loading={retry.isPending}
                  onClick={() => void again(error)}
                >
                  {t('machines.retry')}
                </Button>
              </>
            ) : null}
          </li>
        ))}
      </ul>
      {clearing ? (
        <ClearErrors
          machines={[machine]}
          deployment={{ id: clearing.deploymentId, name: clearing.deploymentName }}
          onClose={() => setClearing(undefined)}
        />
      ) : null}
    </section>
  );
}
