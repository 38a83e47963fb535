import { Button } from '@mantine/core';
import { IconMapPin, IconMapSearch, IconPlus } from '@tabler/icons-react';
import type { BoundaryListRow } from '@tenkai/protocol/api/boundaries.ts';
import type { TFunction } from 'i18next';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { querySource } from '../../ui/table/row-source.ts';
import { useMay } from '../session/session.queries.ts';
import { BoundaryDialog } from './BoundaryDialog.tsx';
import { useBoundaries } from './boundaries.queries.ts';
import { LocateDialog } from './LocateDialog.tsx';
import { overlapTexts } from './overlap-texts.ts';

/** By which the locator tells machines their site (SITE-16). */
export function BoundariesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useBoundaries();
  const [opened, setOpened] = useState<BoundaryListRow | 'new' | 'locate'>();
  const columns = useMemo(() => boundaryColumns(t), [t]);
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={t('nav.boundaries')}
        actions={
          <>
            <Button
              variant="default"
              leftSection={<IconMapSearch size={16} />}
              onClick={() => setOpened('locate')}
            >
              {t('boundaries.locate')}
            </Button>
            {may('manage-site') ? (
              <Button leftSection={<IconPlus size={16} />} onClick={() => setOpened('new')}>
                {t('boundaries.new')}
              </Button>
            ) : null}
          </>
        }
      />
      <DataTable
        label={t('nav.boundaries')}
        storageKey="boundaries"
        source={querySource(query, query.data?.items ?? [])}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        onOpen={setOpened}
        empty={<Empty icon={IconMapPin} title={t('boundaries.none')} text={t('boundaries.noneText')} />}
      />
      {opened === 'locate' ? <LocateDialog onClose={() => setOpened(undefined)} /> : null}
      {opened && opened !== 'locate' ? (
        <BoundaryDialog
          boundary={opened === 'new' ? undefined : opened}
          onClose={() => setOpened(undefined)}
        />
      ) : null}
    </div>
  );
}

const idOf = (row: BoundaryListRow) => row.id;
const nameOf = (row: BoundaryListRow) => row.name;

function boundaryColumns(t: TFunction): Column<BoundaryListRow>[] {
  return [
    {
      id: 'name',
      header: t('common.name'),
      meta: { min: 120, grow: 1, isFixed: true },
      cell: ({ row }) => row.original.name,
    },
    {
      id: 'range',
      header: t('boundaries.range'),
      meta: { min: 170, grow: 1 },
      cell: ({ row }) => <span className="tk-mono">{row.original.range}</span>,
    },
    {
      id: 'site',
      header: t('boundaries.site'),
      meta: { min: 60, grow: 0 },
      cell: ({ row }) => row.original.siteCode,
    },
    {
      id: 'managementPoint',
      header: t('boundaries.managementPoint'),
      meta: { min: 110, grow: 1 },
      cell: ({ row }) => row.original.managementPoint ?? t('boundaries.thisServer'),
    },
    {
      id: 'assigns',
      header: t('boundaries.assigns'),
      meta: { min: 130, grow: 0 },
      cell: ({ row }) =>
        row.original.isForAssignment ? (
          <StateLabel kind="succeeded" text={t('boundaries.assignsYes')} />
        ) : (
          <StateLabel kind="neutral" text={t('boundaries.assignsNo')} />
        ),
    },
    {
      id: 'overlaps',
      header: t('boundaries.overlaps'),
      meta: { min: 130, grow: 2 },
      cell: ({ row }) => overlapTexts(t, row.original).join(t('boundaries.comma')),
    },
  ];
}
