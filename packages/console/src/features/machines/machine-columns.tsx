import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import type { TFunction } from 'i18next';
import type { Column } from '../../ui/table/columns.ts';
import { RowLink } from '../../ui/table/RowLink.tsx';
import { When } from '../../ui/When.tsx';
import { RunStateLabel } from '../deployments/RunStateLabel.tsx';
import { CertificateLabel } from './certificate-states.tsx';
import { ActivityLabel, EnrollmentLabel, InboundLabel, PowerLabel } from './MachineStates.tsx';

/** Together with the box to choose a row they fit a window of 1280 pixels. */
export function machineColumns(t: TFunction): Column<MachineRow>[] {
  return [
    {
      id: 'name',
      header: t('machines.columns.name'),
      meta: { min: 140, grow: 2, sort: 'name', isFixed: true },
      cell: ({ row }) => <RowLink href={`/machines/${row.original.id}`}>{row.original.name}</RowLink>,
    },
    {
      id: 'power',
      header: t('machines.columns.power'),
      meta: { min: 106, grow: 0 },
      cell: ({ row }) => <PowerLabel state={row.original.powerState} />,
    },
    {
      id: 'activity',
      header: t('machines.columns.activity'),
      meta: { min: 164, grow: 0 },
      cell: ({ row }) => <ActivityLabel activity={row.original.activity} />,
    },
    {
      id: 'operatingSystem',
      header: t('machines.columns.operatingSystem'),
      meta: { min: 150, grow: 3 },
      cell: ({ row }) => row.original.operatingSystem,
    },
    {
      id: 'servicePack',
      header: t('machines.columns.servicePack'),
      meta: { min: 110, grow: 0, isExtra: true },
      cell: ({ row }) => row.original.servicePack,
    },
    {
      id: 'architecture',
      header: t('machines.columns.architecture'),
      meta: { min: 80, grow: 0, isExtra: true },
      cell: ({ row }) => row.original.architecture,
    },
    {
      id: 'address',
      header: t('machines.columns.address'),
      meta: { min: 130, grow: 0 },
      cell: ({ row }) => <span className="tk-mono">{row.original.address}</span>,
    },
    {
      id: 'lastRun',
      header: t('machines.columns.lastRun'),
      meta: { min: 190, grow: 2 },
      cell: ({ row }) => <LastRun row={row.original} />,
    },
    {
      id: 'lastSeen',
      header: t('machines.columns.lastSeen'),
      meta: { min: 100, grow: 0, sort: 'lastSeenAt' },
      cell: ({ row }) => <When at={row.original.lastSeenAt} />,
    },
    {
      id: 'enrollment',
      header: t('machines.columns.enrollment'),
      meta: { min: 130, grow: 0, isExtra: true },
      cell: ({ row }) => <EnrollmentLabel status={row.original.enrollment} />,
    },
    {
      id: 'certificates',
      header: t('certificates.title'),
      meta: { min: 150, grow: 0, isExtra: true },
      cell: ({ row }) => <CertificateLabel state={row.original.certificates} />,
    },
    {
      id: 'inbound',
      header: t('machines.columns.inbound'),
      meta: { min: 150, grow: 0, isExtra: true },
      cell: ({ row }) => <InboundLabel state={row.original.inbound} />,
    },
    {
      id: 'agent',
      header: t('machines.columns.agent'),
      meta: { min: 100, grow: 0, isExtra: true },
      cell: ({ row }) => row.original.agentVersion,
    },
  ];
}

function LastRun({ row }: { readonly row: MachineRow }) {
  if (!row.lastRun) return <span className="tk-muted">–</span>;
  return (
    <span className="tk-cell-pair">
      <RunStateLabel status={row.lastRun.status} />
      <span>{row.lastRun.deploymentName}</span>
    </span>
  );
}
