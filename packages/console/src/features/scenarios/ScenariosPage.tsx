import { IconListTree, IconPlus } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { ScenarioRow } from '@tenkai/protocol/api/scenarios.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { RowLink } from '../../ui/table/RowLink.tsx';
import { querySource } from '../../ui/table/row-source.ts';
import { When } from '../../ui/When.tsx';
import { useMay } from '../session/session.queries.ts';
import { useScenarios } from './scenarios.queries.ts';

const route = getRouteApi('/inside/scenarios');

/** シナリオ一覧 (BCON-05). */
export function ScenariosPage() {
  const { t } = useTranslation();
  const may = useMay();
  const { search = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useScenarios();
  const all = query.data?.items;
  const rows = useMemo(() => matching(all ?? [], search), [all, search]);
  const columns = useMemo(() => scenarioColumns(t), [t]);
  const change = useCallback(
    (text: string) => void navigate({ search: text ? { search: text } : {}, replace: true }),
    [navigate],
  );
  const open = useCallback(
    (row: ScenarioRow) => void navigate({ to: '/scenarios/$scenarioId', params: { scenarioId: row.id } }),
    [navigate],
  );
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={t('nav.scenarios')}
        actions={
          may('manage-scenarios') ? (
            <ButtonLink to="/scenarios/new" leftSection={<IconPlus size={16} />}>
              {t('palette.newScenario')}
            </ButtonLink>
          ) : null
        }
      />
      <DataTable
        label={t('nav.scenarios')}
        storageKey="scenarios"
        source={querySource(query, rows)}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        onOpen={open}
        filters={<SearchBox value={search} label={t('common.name')} onChange={change} />}
        empty={
          search ? (
            <Empty icon={IconListTree} title={t('table.noMatch')} text={t('table.noMatchText')} />
          ) : (
            <Empty icon={IconListTree} title={t('scenarios.none')} text={t('scenarios.noneText')} />
          )
        }
      />
    </div>
  );
}

const idOf = (row: ScenarioRow) => row.id;
const nameOf = (row: ScenarioRow) => row.name;

function matching(rows: readonly ScenarioRow[], search: string): ScenarioRow[] {
  const wanted = search.toLowerCase();
  return rows.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted));
}

function scenarioColumns(t: TFunction): Column<ScenarioRow>[] {
  return [
    {
      id: 'name',
      header: t('common.name'),
      meta: { min: 220, grow: 2, isFixed: true },
      cell: ({ row }) => <RowLink href={`/scenarios/${row.original.id}`}>{row.original.name}</RowLink>,
    },
    {
      id: 'kinds',
      header: t('scenarios.kind'),
      meta: { min: 150, grow: 1 },
      cell: ({ row }) =>
        row.original.kinds.map((kind) => t(`packages.types.${kind as 'tool'}`)).join(', ') ||
        t('scenarios.otherKind'),
    },
    {
      id: 'steps',
      header: t('scenarios.steps'),
      meta: { min: 90, grow: 0, isNumber: true },
      cell: ({ row }) => row.original.stepCount,
    },
    {
      id: 'description',
      header: t('common.description'),
      meta: { min: 220, grow: 3 },
      cell: ({ row }) =>
        row.original.isBuiltIn && !row.original.description
          ? t('scenarios.builtIn')
          : row.original.description,
    },
    {
      id: 'revision',
      header: t('packages.columns.revision'),
      meta: { min: 90, grow: 0, isNumber: true },
      cell: ({ row }) => row.original.revision,
    },
    {
      id: 'updated',
      header: t('common.changed'),
      meta: { min: 120, grow: 0 },
      cell: ({ row }) => <When at={row.original.updatedAt} />,
    },
  ];
}
