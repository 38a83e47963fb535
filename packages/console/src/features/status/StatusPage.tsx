import { Select } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { ComponentSummary } from './ComponentSummary.tsx';
import { SeveritySelect } from './SeveritySelect.tsx';
import { StatusTable } from './StatusTable.tsx';
import { useComponents, useStatusList } from './status.queries.ts';

const route = getRouteApi('/inside/status');
const dayMs = 86_400_000;

/** What happened on the site and on its machines, newest first. */
export function StatusPage() {
  const { t } = useTranslation();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const [from] = useState(() => Date.now() - dayMs);
  const components = useComponents(from);
  const known = (components.data?.items ?? []).map(({ component }) => component);
  const change = (part: Record<string, string | null>) =>
    void navigate({
      search: (before) =>
        Object.fromEntries(Object.entries({ ...before, ...part }).filter(([, value]) => value !== null)),
      replace: true,
    });
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader title={t('nav.status')} />
      <ComponentSummary
        query={components}
        chosen={filter.component}
        onChoose={(component) => change({ component })}
      />
      <StatusTable
        list={useStatusList(filter)}
        storageKey="status"
        filters={
          <>
            <SeveritySelect value={filter.severity ?? null} onChange={(severity) => change({ severity })} />
            <Select
              aria-label={t('status.component')}
              placeholder={t('status.allComponents')}
              clearable
              w={200}
              data={[...new Set([...known, ...(filter.component ? [filter.component] : [])])]}
              value={filter.component ?? null}
              onChange={(component) => change({ component })}
            />
          </>
        }
      />
    </div>
  );
}
