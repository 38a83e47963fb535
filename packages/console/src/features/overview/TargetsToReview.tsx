import { IconEyeCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useDeploymentsToReview } from '../deployments/deployments.queries.ts';
import './overview.css';

const mostShown = 5;

/** Deployments whose package was upgraded while they stayed in use (DIST-19): somebody must look. */
export function TargetsToReview() {
  const { t } = useTranslation();
  const { data } = useDeploymentsToReview(mostShown);
  if (!data || data.items.length === 0) return null;
  return (
    <div className="tk-callout" role="status">
      <IconEyeCheck size={20} stroke={1.6} aria-hidden="true" />
      <span>{t('overview.toReview', { count: data.total ?? data.items.length })}</span>
      {data.items.map(({ id, name }) => (
        <Link key={id} to="/deployments/$deploymentId" params={{ deploymentId: id }}>
          {name}
        </Link>
      ))}
    </div>
  );
}
