import { IconAlertTriangle, IconFlame } from '@tabler/icons-react';
import type { PackageRow } from '@tenkai/protocol/api/packages.ts';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Formats } from '../../i18n/format.ts';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { RowLink } from '../../ui/table/RowLink.tsx';
import { When } from '../../ui/When.tsx';

export function packageColumns(t: TFunction, formats: Formats): Column<PackageRow>[] {
  return [
    {
      id: 'name',
      header: t('packages.columns.name'),
      meta: { min: 240, grow: 3, isFixed: true },
      cell: ({ row }) => <RowLink href={`/packages/${row.original.id}`}>{row.original.displayName}</RowLink>,
    },
    {
      id: 'version',
      header: t('packages.fields.version'),
      meta: { min: 110, grow: 1 },
      cell: ({ row }) => row.original.version,
    },
    {
      id: 'id',
      header: t('packages.fields.id'),
      meta: { min: 150, grow: 1 },
      cell: ({ row }) => <span className="tk-mono">{row.original.id}</span>,
    },
    {
      id: 'type',
      header: t('packages.fields.type'),
      meta: { min: 130, grow: 0 },
      cell: ({ row }) => t(`packages.types.${row.original.type as 'application'}`),
    },
    {
      id: 'systems',
      header: t('packages.targets.operatingSystem'),
      meta: { min: 130, grow: 1 },
      cell: ({ row }) => row.original.operatingSystems.join(', ') || t('packages.everySystem'),
    },
    {
      id: 'urgency',
      header: t('packages.fields.urgency'),
      meta: { min: 100, grow: 0 },
      cell: ({ row }) => <UrgencyLabel urgency={row.original.urgency} />,
    },
    {
      id: 'size',
      header: t('packages.columns.size'),
      meta: { min: 100, grow: 0, isNumber: true },
      cell: ({ row }) =>
        row.original.contentId === null ? t('packages.noContent') : formats.bytes(row.original.contentBytes),
    },
    {
      id: 'revision',
      header: t('packages.columns.revision'),
      meta: { min: 80, grow: 0, isNumber: true },
      cell: ({ row }) => row.original.revision,
    },
    {
      id: 'updated',
      header: t('common.changed'),
      meta: { min: 110, grow: 0 },
      cell: ({ row }) => <When at={row.original.updatedAt} />,
    },
    {
      id: 'origin',
      header: t('packages.columns.origin'),
      meta: { min: 100, grow: 0, isExtra: true },
      cell: ({ row }) => row.original.origin,
    },
  ];
}

const kinds = { highest: 'failed', high: 'waiting', normal: 'neutral', low: 'faint' } as const;

/** 緊急度 as a state: the two that also go out by themselves stand out. */
export function UrgencyLabel({ urgency }: { readonly urgency: string }) {
  const { t } = useTranslation();
  const known = urgency as keyof typeof kinds;
  const icon =
    known === 'highest' ? { icon: IconFlame } : known === 'high' ? { icon: IconAlertTriangle } : {};
  return <StateLabel kind={kinds[known] ?? 'neutral'} text={t(`packages.urgencies.${known}`)} {...icon} />;
}
