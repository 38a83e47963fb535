import { SegmentedControl } from '@mantine/core';
import { IconPlus, IconRocket } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { useMay } from '../session/session.queries.ts';
import { deploymentColumns } from './deployment-columns.tsx';
import { useDeploymentList } from './deployments.queries.ts';

const route = getRouteApi('/inside/deployments');
const statuses = ['active', 'scheduled', 'completed', 'cancelled'] as const;
const all = 'all';

export function DeploymentsPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const source = listSource(useDeploymentList(status));
  const columns = useMemo(() => deploymentColumns(t, formats), [t, formats]);
  const open = useCallback(
    (row: DeploymentRow) =>
      void navigate({ to: '/deployments/$deploymentId', params: { deploymentId: row.id } }),
    [navigate],
  );
  const create = may('operate') ? (
    <ButtonLink to="/deployments/new" leftSection={<IconPlus size={16} />}>
      {t('palette.newDeployment')}
    </ButtonLink>
  ) : null;
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader title={t('nav.deployments')} actions={create} />
      <DataTable
        label={t('nav.deployments')}
        storageKey="deployments"
        source={source}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        onOpen={open}
        filters={
          <SegmentedControl
            aria-label={t('deployments.columns.status')}
            value={status ?? all}
            data={[
              { value: all, label: t('common.all') },
              ...statuses.map((value) => ({ value, label: t(`deployments.status.${value}`) })),
            ]}
            onChange={(next) => {
              const chosen = statuses.find((each) => each === next);
              void navigate({ search: chosen ? { status: chosen } : {}, replace: true });
            }}
          />
        }
        empty={
          status === undefined ? (
            <Empty icon={IconRocket} title={t('deployments.none')} text={t('deployments.noneText')} />
          ) : (
            <Empty icon={IconRocket} title={t('table.noMatch')} text={t('table.noMatchText')} />
          )
        }
      />
    </div>
  );
}

const idOf = (row: DeploymentRow) => row.id;
const nameOf = (row: DeploymentRow) => row.name;
