import type { RepositoryRow } from '@tenkai/protocol/api/repositories.ts';
import { useTranslation } from 'react-i18next';
import { StateLabel } from '../../ui/StateLabel.tsx';

/** The one thing about a repository that somebody should know first. */
export function RepositoryState({ row }: { readonly row: RepositoryRow }) {
  const { t } = useTranslation();
  if (!row.isEnabled) return <StateLabel kind="neutral" text={t('repositories.disabled')} />;
  if (row.isPulling) return <StateLabel kind="running" text={t('repositories.states.pulling')} />;
  if (row.error) return <StateLabel kind="failed" text={t('repositories.states.failed')} />;
  if (row.waitingCount > 0)
    return <StateLabel kind="waiting" text={t('repositories.states.waiting', { count: row.waitingCount })} />;
  if (row.refusedCount > 0)
    return <StateLabel kind="failed" text={t('repositories.states.refused', { count: row.refusedCount })} />;
  if (row.pulledAt === null) return <StateLabel kind="neutral" text={t('repositories.states.never')} />;
  return <StateLabel kind="succeeded" text={t('repositories.states.current')} />;
}
