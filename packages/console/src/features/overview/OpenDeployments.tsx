import { IconRocket } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { type BarPart, StateBar } from '../../ui/StateBar.tsx';
import { When } from '../../ui/When.tsx';
import { useDeployments } from '../deployments/deployments.queries.ts';
import { runKinds } from '../deployments/RunStateLabel.tsx';
import { countParts, runStatusOrder, sumCounts } from '../deployments/run-counts.ts';
import { useMay } from '../session/session.queries.ts';
import './overview.css';

const most = 200;
const mostShown = 6;

/** Open deployments as one bar of the states of their runs, and the newest of them. */
export function OpenDeployments() {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const query = useDeployments('active', most);
  return (
    <section className="tk-panel" aria-label={t('overview.openDeployments')}>
      <h2>
        <Link to="/deployments" search={{ status: 'active' }}>
          {t('overview.openDeployments')}
        </Link>
      </h2>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              icon={IconRocket}
              title={t('overview.noDeployments')}
              text={t('overview.noDeploymentsText')}
              action={
                may('operate') ? (
                  <ButtonLink to="/deployments/new" size="xs">
                    {t('palette.newDeployment')}
                  </ButtonLink>
                ) : null
              }
            />
          ) : (
            <>
              <div className="tk-panel-body">
                <StateBar parts={sumParts(t, items)} label={t('overview.openDeployments')} />
              </div>
              <ul className="tk-overview-list">
                {items.slice(0, mostShown).map((deployment) => (
                  <li key={deployment.id}>
                    <Link to="/deployments/$deploymentId" params={{ deploymentId: deployment.id }}>
                      {deployment.name}
                    </Link>
                    <span className="tk-muted">
                      {t('overview.targets', { count: deployment.targetCount })} ·{' '}
                      <When at={deployment.startedAt} />
                    </span>
                    <div className="tk-overview-bar">
                      <StateBar parts={countParts(t, deployment)} label={deployment.name} isCompact />
                    </div>
                  </li>
                ))}
              </ul>
              {items.length > mostShown ? (
                <div className="tk-panel-body">
                  <Link to="/deployments" search={{ status: 'active' }}>
                    {t('overview.allDeployments', { total: formats.number(items.length) })}
                  </Link>
                </div>
              ) : null}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function sumParts(t: TFunction, deployments: Parameters<typeof sumCounts>[0]): BarPart[] {
  const sums = sumCounts(deployments);
  return runStatusOrder.map((status) => ({
    key: status,
    kind: runKinds[status],
    label: t(`runs.status.${status}`),
    count: sums.get(status) ?? 0,
    to: { to: '/deployments', search: { status: 'active' } },
  }));
}
