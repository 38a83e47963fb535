import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import type { TFunction } from 'i18next';
import type { Formats } from '../../i18n/format.ts';
import { StateBar } from '../../ui/StateBar.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { RowLink } from '../../ui/table/RowLink.tsx';
import { When } from '../../ui/When.tsx';
import { collectionName } from '../collections/collection-name.ts';
import { DeploymentState } from './DeploymentState.tsx';
import { countParts } from './run-counts.ts';

export function deploymentColumns(t: TFunction, formats: Formats): Column<DeploymentRow>[] {
  return [
    {
      id: 'name',
      header: t('deployments.columns.name'),
      meta: { min: 200, grow: 2, isFixed: true },
      cell: ({ row }) => <RowLink href={`/deployments/${row.original.id}`}>{row.original.name}</RowLink>,
    },
    {
      id: 'status',
      header: t('deployments.columns.status'),
      meta: { min: 120, grow: 0 },
      cell: ({ row }) => <DeploymentState deployment={row.original} />,
    },
    {
      id: 'progress',
      header: t('deployments.columns.progress'),
      meta: { min: 180, grow: 2 },
      cell: ({ row }) => (
        <div className="tk-cell-bar">
          <StateBar parts={countParts(t, row.original)} label={row.original.name} isCompact />
        </div>
      ),
    },
    {
      id: 'targets',
      header: t('deployments.columns.targets'),
      meta: { min: 90, grow: 0, isNumber: true },
      cell: ({ row }) => formats.number(row.original.targetCount),
    },
    {
      id: 'subject',
      header: t('deployments.columns.subject'),
      meta: { min: 150, grow: 1 },
      cell: ({ row }) => row.original.subjectName,
    },
    {
      id: 'collection',
      header: t('deployments.columns.collection'),
      meta: { min: 140, grow: 1 },
      cell: ({ row }) =>
        collectionName(t, { id: row.original.draft.collectionId, name: row.original.collectionName }),
    },
    {
      id: 'started',
      header: t('deployments.columns.started'),
      meta: { min: 110, grow: 0 },
      cell: ({ row }) => <When at={row.original.startedAt ?? row.original.nextStartAt} />,
    },
    {
      id: 'createdBy',
      header: t('deployments.columns.createdBy'),
      meta: { min: 100, grow: 0, isExtra: true },
      cell: ({ row }) => row.original.createdBy,
    },
  ];
}
