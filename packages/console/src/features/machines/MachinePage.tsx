import { Tabs } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { When } from '../../ui/When.tsx';
import { MachineUpdates } from '../updates/MachineUpdates.tsx';
import { MachineCollections } from './MachineCollections.tsx';
import { MachineErrors } from './MachineErrors.tsx';
import { MachineOwnActs } from './MachineOwnActs.tsx';
import { MachineProperties } from './MachineProperties.tsx';
import { MachineRuns } from './MachineRuns.tsx';
import { MachineSoftware } from './MachineSoftware.tsx';
import { ActivityLabel, EnrollmentLabel, InboundLabel, PowerLabel } from './MachineStates.tsx';
import { MachineTimeline } from './MachineTimeline.tsx';
import { useMachine } from './machines.queries.ts';

const route = getRouteApi('/inside/machines/$machineId');
const tabs = ['properties', 'software', 'updates', 'runs', 'timeline', 'collections'] as const;

export function MachinePage() {
  const { machineId } = route.useParams();
  const query = useMachine(machineId);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(machine) => <Content machine={machine} />}</Loaded>
    </div>
  );
}

function Content({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const { tab = 'properties' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader
        title={machine.name}
        trail={<Link to="/machines">{t('nav.machines')}</Link>}
        note={
          <>
            <PowerLabel state={machine.powerState} />
            <ActivityLabel activity={machine.activity} />
            {machine.enrollment === 'enrolled' ? null : <EnrollmentLabel status={machine.enrollment} />}
            {machine.inbound === 'blocked' ? <InboundLabel state={machine.inbound} /> : null}
            <span>
              {t('machines.facts.lastSeen')} <When at={machine.lastSeenAt} />
            </span>
          </>
        }
        actions={<MachineOwnActs machine={machine} />}
      />
      <MachineErrors machine={machine} />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({
            search: { tab: tabs.find((each) => each === next) ?? 'properties' },
            replace: true,
          })
        }
      >
        <Tabs.List>
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`machines.tabs.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="properties" pt="md">
          <MachineProperties machine={machine} />
        </Tabs.Panel>
        <Tabs.Panel value="software" pt="md" className="tk-tab-fill">
          <MachineSoftware machine={machine} />
        </Tabs.Panel>
        <Tabs.Panel value="updates" pt="md">
          <MachineUpdates machineId={machine.id} />
        </Tabs.Panel>
        <Tabs.Panel value="runs" pt="md" className="tk-tab-fill">
          <MachineRuns machineId={machine.id} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline" pt="md" className="tk-tab-fill">
          <MachineTimeline machineId={machine.id} />
        </Tabs.Panel>
        <Tabs.Panel value="collections" pt="md">
          <MachineCollections machine={machine} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
