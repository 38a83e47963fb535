import type { RunRow } from '@tenkai/protocol/api/deployments.ts';
import type { TFunction } from 'i18next';
import type { Formats } from '../../i18n/format.ts';
import type { Column } from '../../ui/table/columns.ts';
import { RowLink } from '../../ui/table/RowLink.tsx';
import { When } from '../../ui/When.tsx';
import { RunStateLabel } from './RunStateLabel.tsx';
import { RunStep } from './RunStep.tsx';
import { RunWhy } from './RunWhy.tsx';

/** Columns of runs, on the page of a deployment (by machine), where they fit a window of 1280 pixels, or of a machine. */
export function runColumns(t: TFunction, formats: Formats, by: 'machine' | 'deployment'): Column<RunRow>[] {
  return [
    by === 'machine' ? machineColumn(t) : deploymentColumn(t),
    {
      id: 'status',
      header: t('runs.columns.status'),
      meta: { min: 160, grow: 0, isFixed: true },
      cell: ({ row }) => <RunStateLabel status={row.original.status} />,
    },
    {
      id: 'step',
      header: t('runs.columns.step'),
      meta: { min: 130, grow: 2 },
      cell: ({ row }) => <RunStep run={row.original} />,
    },
    {
      id: 'why',
      header: t('runs.columns.why'),
      meta: { min: 200, grow: 3 },
      cell: ({ row }) => <RunWhy run={row.original} />,
    },
    {
      id: 'versions',
      header: t('runs.columns.versions'),
      meta: { min: 120, grow: 1 },
      cell: ({ row }) => versionsOf(row.original),
    },
    {
      id: 'verifiedBy',
      header: t('runs.columns.verifiedBy'),
      meta: { min: 150, grow: 1 },
      cell: ({ row }) => row.original.verifiedBy ?? '',
    },
    {
      id: 'attempt',
      header: t('runs.columns.attempt'),
      meta: { min: 70, grow: 0, isNumber: true, isExtra: true },
      cell: ({ row }) => row.original.attempt,
    },
    {
      id: 'started',
      header: t('runs.columns.started'),
      meta: { min: 110, grow: 0, isExtra: by === 'machine' },
      cell: ({ row }) => <When at={row.original.startedAt} />,
    },
    {
      id: 'took',
      header: t('runs.columns.took'),
      meta: { min: 90, grow: 0, isNumber: true },
      cell: ({ row }) => tookOf(row.original, formats),
    },
  ];
}

function machineColumn(t: TFunction): Column<RunRow> {
  return {
    id: 'machine',
    header: t('runs.columns.machine'),
    meta: { min: 130, grow: 1, isFixed: true },
    cell: ({ row }) => <RowLink href={`/runs/${row.original.id}`}>{row.original.machineName}</RowLink>,
  };
}

function deploymentColumn(t: TFunction): Column<RunRow> {
  return {
    id: 'deployment',
    header: t('runs.columns.deployment'),
    meta: { min: 200, grow: 2, isFixed: true },
    cell: ({ row }) => <RowLink href={`/runs/${row.original.id}`}>{row.original.deploymentName}</RowLink>,
  };
}

function versionsOf({ versionBefore, versionAfter }: RunRow): string {
  if (versionBefore === null && versionAfter === null) return '';
  return `${versionBefore ?? '–'} → ${versionAfter ?? '–'}`;
}

function tookOf({ startedAt, finishedAt }: RunRow, formats: Formats): string {
  return startedAt !== null && finishedAt !== null ? formats.duration(finishedAt - startedAt) : '';
}
