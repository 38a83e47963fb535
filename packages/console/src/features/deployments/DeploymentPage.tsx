import { Tabs } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { StateBar } from '../../ui/StateBar.tsx';
import { When } from '../../ui/When.tsx';
import { collectionName } from '../collections/collection-name.ts';
import { ObjectTimeline } from '../status/ObjectTimeline.tsx';
import { DeploymentActs } from './DeploymentActs.tsx';
import { DeploymentRuns } from './DeploymentRuns.tsx';
import { DeploymentSettings } from './DeploymentSettings.tsx';
import { DeploymentState } from './DeploymentState.tsx';
import { useDeployment } from './deployments.queries.ts';
import { countParts, endedCount } from './run-counts.ts';
import { TargetReview } from './TargetReview.tsx';
import { WaitingGroup } from './WaitingGroup.tsx';

const route = getRouteApi('/inside/deployments/$deploymentId');
const tabs = ['runs', 'settings', 'timeline'] as const;

export function DeploymentPage() {
  const { deploymentId } = route.useParams();
  const query = useDeployment(deploymentId);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(deployment) => <Content deployment={deployment} />}</Loaded>
    </div>
  );
}

function Content({ deployment }: { readonly deployment: DeploymentRow }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { tab = 'runs' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader
        title={deployment.name}
        trail={<Link to="/deployments">{t('nav.deployments')}</Link>}
        note={
          <>
            <DeploymentState deployment={deployment} />
            <span>
              {deployment.subjectName} →{' '}
              <Link to="/collections/$collectionId" params={{ collectionId: deployment.draft.collectionId }}>
                {collectionName(t, { id: deployment.draft.collectionId, name: deployment.collectionName })}
              </Link>
            </span>
            {deployment.status === 'scheduled' ? (
              <span>
                {t('deployments.starts')} <When at={deployment.nextStartAt} />
              </span>
            ) : (
              <span>
                {t('deployments.progress', {
                  done: formats.number(endedCount(deployment.counts)),
                  total: formats.number(deployment.targetCount),
                })}
              </span>
            )}
          </>
        }
        actions={<DeploymentActs deployment={deployment} />}
      />
      <section className="tk-panel tk-panel-body" aria-live="off">
        <StateBar parts={countParts(t, deployment)} label={deployment.name} />
      </section>
      <TargetReview deployment={deployment} />
      <WaitingGroup deployment={deployment} />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({ search: { tab: tabs.find((each) => each === next) ?? 'runs' }, replace: true })
        }
      >
        <Tabs.List>
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`deployments.tabs.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="runs" pt="md" className="tk-tab-fill">
          <DeploymentRuns deployment={deployment} />
        </Tabs.Panel>
        <Tabs.Panel value="settings" pt="md">
          <DeploymentSettings deployment={deployment} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline" pt="md" className="tk-tab-fill">
          <ObjectTimeline object={`deployment:${deployment.id}`} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
