import { Button } from '@mantine/core';
import { IconBox } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { displayName } from '@tenkai/domain/software/software-package.ts';
import type { PulledPackage, RepositoryDetail } from '@tenkai/protocol/api/repositories.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { StateKind } from '../../ui/state-kinds.ts';
import { When } from '../../ui/When.tsx';
import { UrgencyLabel } from '../packages/package-columns.tsx';
import { useMay } from '../session/session.queries.ts';
import { DecidePackage } from './DecidePackage.tsx';
import type { Decision } from './repositories.queries.ts';
import { Trouble } from './Trouble.tsx';

const kinds: Readonly<Record<PulledPackage['state'], StateKind>> = {
  fetching: 'running',
  waiting: 'waiting',
  registered: 'succeeded',
  rejected: 'neutral',
  refused: 'failed',
};

/** What the repository offers and what became of it; those that ask for a decision first. */
export function PulledPackages({ detail }: { readonly detail: RepositoryDetail }) {
  const { t } = useTranslation();
  const [decided, setDecided] = useState<{ pulled: PulledPackage; verb: Decision['verb'] }>();
  const order = ['waiting', 'refused', 'fetching', 'registered', 'rejected'];
  const packages = [...detail.packages].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  return (
    <section className="tk-panel">
      <h2>{t('repositories.packages')}</h2>
      {packages.length === 0 ? <Empty icon={IconBox} title={t('repositories.noPackages')} /> : null}
      <ul className="tk-overview-list">
        {packages.map((pulled) => (
          <li key={pulled.packageId}>
            <PackageFacts pulled={pulled} />
            <Acts pulled={pulled} onDecide={(verb) => setDecided({ pulled, verb })} />
          </li>
        ))}
      </ul>
      {decided ? (
        <DecidePackage repositoryId={detail.id} {...decided} onClose={() => setDecided(undefined)} />
      ) : null}
    </section>
  );
}

function PackageFacts({ pulled }: { readonly pulled: PulledPackage }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { packageId, draft, state, error } = pulled;
  const name = draft ? displayName(draft) : packageId;
  return (
    <span>
      {pulled.registeredRevision === null ? (
        <b>{name}</b>
      ) : (
        <Link to="/packages/$packageId" params={{ packageId }}>
          {name}
        </Link>
      )}{' '}
      <StateLabel kind={kinds[state]} text={t(`repositories.packageStates.${state}`)} />{' '}
      {draft ? <UrgencyLabel urgency={draft.urgency} /> : null}
      <br />
      <span className="tk-muted">
        <span className="tk-mono">{packageId}</span> · {formats.bytes(pulled.contentBytes)} ·{' '}
        <When at={pulled.updatedAt} />
        {pulled.decidedBy ? ` · ${pulled.decidedBy}` : ''}
        {pulled.isWithdrawn ? ` · ${t('repositories.withdrawn')}` : ''}
        {pulled.waitsFor === 'changed-here' ? ` · ${t('repositories.changedHere')}` : ''}
      </span>
      {error ? <Trouble error={error} /> : null}
    </span>
  );
}

interface ActsProps {
  readonly pulled: PulledPackage;
  readonly onDecide: (verb: Decision['verb']) => void;
}

function Acts({ pulled: { state, packageId }, onDecide }: ActsProps) {
  const { t } = useTranslation();
  const may = useMay();
  if (!may('manage-packages') || !['waiting', 'rejected'].includes(state)) return null;
  const label = (verb: Decision['verb']) => `${t(`repositories.${verb}`)}: ${packageId}`;
  return (
    <span className="tk-row">
      <Button size="compact-sm" aria-label={label('approve')} onClick={() => onDecide('approve')}>
        {t('repositories.approve')}
      </Button>
      {state === 'waiting' ? (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={label('reject')}
          onClick={() => onDecide('reject')}
        >
          {t('repositories.reject')}
        </Button>
      ) : null}
    </span>
  );
}
