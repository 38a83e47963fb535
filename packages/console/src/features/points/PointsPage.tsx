import { Button } from '@mantine/core';
import { IconPlus, IconServer2 } from '@tabler/icons-react';
import type { DistributionPointRow } from '@tenkai/protocol/api/distribution-points.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Formats } from '../../i18n/format.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { querySource } from '../../ui/table/row-source.ts';
import { useMay } from '../session/session.queries.ts';
import { PointDialog } from './PointDialog.tsx';
import { usePoints } from './points.queries.ts';

/** Where machines get content from: the site, and any static web server that holds its files. */
export function PointsPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const query = usePoints();
  const [edited, setEdited] = useState<DistributionPointRow | 'new'>();
  const columns = useMemo(() => pointColumns(t, formats), [t, formats]);
  const canChange = may('manage-site');
  const open = useCallback(
    (row: DistributionPointRow) => {
      if (canChange) setEdited(row);
    },
    [canChange],
  );
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={t('nav.points')}
        actions={
          canChange ? (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
              {t('points.new')}
            </Button>
          ) : null
        }
      />
      <DataTable
        label={t('nav.points')}
        storageKey="points"
        source={querySource(query, query.data?.items ?? [])}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        onOpen={open}
        empty={<Empty icon={IconServer2} title={t('points.none')} />}
      />
      {edited ? (
        <PointDialog point={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      ) : null}
    </div>
  );
}

const idOf = (row: DistributionPointRow) => row.id;
const nameOf = (row: DistributionPointRow) => row.name;

function pointColumns(t: TFunction, formats: Formats): Column<DistributionPointRow>[] {
  return [
    {
      id: 'name',
      header: t('common.name'),
      meta: { min: 160, grow: 1, isFixed: true },
      cell: ({ row }) => (row.original.isBuiltIn ? t('packages.places.site') : row.original.name),
    },
    {
      id: 'state',
      header: t('users.state'),
      meta: { min: 160, grow: 0 },
      cell: ({ row }) => <PointState point={row.original} />,
    },
    {
      id: 'baseUrl',
      header: t('points.baseUrl'),
      meta: { min: 220, grow: 2 },
      cell: ({ row }) => <span className="tk-mono">{row.original.baseUrl}</span>,
    },
    {
      id: 'published',
      header: t('points.published'),
      meta: { min: 100, grow: 0, isNumber: true },
      cell: ({ row }) => formats.number(row.original.publishedCount),
    },
    {
      id: 'pending',
      header: t('points.pending'),
      meta: { min: 100, grow: 0, isNumber: true },
      cell: ({ row }) => formats.number(row.original.pendingCount),
    },
    {
      id: 'preference',
      header: t('points.preference'),
      meta: { min: 90, grow: 0, isNumber: true },
      cell: ({ row }) => row.original.preference,
    },
  ];
}

function PointState({ point }: { readonly point: DistributionPointRow }) {
  const { t } = useTranslation();
  if (!point.isEnabled) return <StateLabel kind="neutral" text={t('points.disabled')} />;
  if (point.failedCount > 0) {
    return <StateLabel kind="failed" text={t('points.failed', { count: point.failedCount })} />;
  }
  if (point.pendingCount > 0) return <StateLabel kind="running" text={t('packages.places.publishing')} />;
  return <StateLabel kind="succeeded" text={t('packages.places.current')} />;
}
