import { Button } from '@mantine/core';
import { IconBuildingWarehouse, IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import type { RepositoryRow } from '@tenkai/protocol/api/repositories.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { querySource } from '../../ui/table/row-source.ts';
import { When } from '../../ui/When.tsx';
import { useMay } from '../session/session.queries.ts';
import { RepositoryDialog } from './RepositoryDialog.tsx';
import { RepositoryState } from './RepositoryState.tsx';
import { useRepositories } from './repositories.queries.ts';

/** Where this site pulls packages from. */
export function RepositoriesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const query = useRepositories();
  const [isAdding, setAdding] = useState(false);
  const columns = useMemo(() => repositoryColumns(t), [t]);
  const open = useCallback(
    ({ id }: RepositoryRow) => {
      void navigate({ to: '/repositories/$repositoryId', params: { repositoryId: id } });
    },
    [navigate],
  );
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={t('nav.repositories')}
        actions={
          may('manage-site') ? (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
              {t('repositories.new')}
            </Button>
          ) : null
        }
      />
      <DataTable
        label={t('nav.repositories')}
        storageKey="repositories"
        source={querySource(query, query.data?.items ?? [])}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        onOpen={open}
        empty={
          <Empty
            icon={IconBuildingWarehouse}
            title={t('repositories.none')}
            text={t('repositories.noneText')}
          />
        }
      />
      {isAdding ? <RepositoryDialog row={undefined} onClose={() => setAdding(false)} /> : null}
    </div>
  );
}

const idOf = (row: RepositoryRow) => row.id;
const nameOf = (row: RepositoryRow) => row.name;

function repositoryColumns(t: TFunction): Column<RepositoryRow>[] {
  return [
    {
      id: 'name',
      header: t('common.name'),
      meta: { min: 140, grow: 1, isFixed: true },
      cell: ({ row }) => (
        <Link to="/repositories/$repositoryId" params={{ repositoryId: row.original.id }} tabIndex={-1}>
          {row.original.name}
        </Link>
      ),
    },
    {
      id: 'state',
      header: t('repositories.state'),
      meta: { min: 180, grow: 0 },
      cell: ({ row }) => <RepositoryState row={row.original} />,
    },
    {
      id: 'url',
      header: t('repositories.url'),
      meta: { min: 200, grow: 2 },
      cell: ({ row }) => <span className="tk-mono">{row.original.url}</span>,
    },
    {
      id: 'gate',
      header: t('repositories.gate'),
      meta: { min: 150, grow: 0 },
      cell: ({ row }) => t(`repositories.gates.${row.original.gate.kind}`),
    },
    {
      id: 'packages',
      header: t('repositories.packages'),
      meta: { min: 90, grow: 0, isNumber: true },
      cell: ({ row }) => row.original.packageCount,
    },
    {
      id: 'pulledAt',
      header: t('repositories.pulledAt'),
      meta: { min: 120, grow: 0 },
      cell: ({ row }) => <When at={row.original.pulledAt} />,
    },
    {
      id: 'nextPullAt',
      header: t('repositories.nextPullAt'),
      meta: { min: 120, grow: 0 },
      cell: ({ row }) => <When at={row.original.nextPullAt} />,
    },
  ];
}
