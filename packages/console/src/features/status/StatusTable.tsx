import { IconActivity } from '@tabler/icons-react';
import type { StatusMessage } from '@tenkai/protocol/api/status.ts';
import type { TFunction } from 'i18next';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListOnScreen } from '../../api/use-keyset-list.ts';
import type { Formats } from '../../i18n/format.ts';
import { statusText } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { RowLink } from '../../ui/table/RowLink.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { SeverityLabel } from './SeverityLabel.tsx';

interface Props {
  readonly list: ListOnScreen<StatusMessage>;
  readonly storageKey: string;
  readonly filters?: ReactNode;
}

/** Status messages as a list. */
export function StatusTable({ list, storageKey, filters }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const columns = useMemo(() => statusColumns(t, formats), [t, formats]);
  return (
    <DataTable
      label={t('nav.status')}
      storageKey={storageKey}
      source={listSource(list)}
      columns={columns}
      rowId={idOf}
      rowName={textOf}
      filters={filters}
      empty={<Empty icon={IconActivity} title={t('status.none')} />}
    />
  );
}

const idOf = (row: StatusMessage) => String(row.seq);
const textOf = (row: StatusMessage) => statusText(row);

function statusColumns(t: TFunction, formats: Formats): Column<StatusMessage>[] {
  return [
    {
      id: 'at',
      header: t('machines.timeline.at'),
      meta: { min: 180, grow: 0, isFixed: true },
      cell: ({ row }) => formats.dateTime(row.original.at),
    },
    {
      id: 'severity',
      header: t('machines.timeline.severity'),
      meta: { min: 115, grow: 0 },
      cell: ({ row }) => <SeverityLabel severity={row.original.severity} />,
    },
    {
      id: 'message',
      header: t('machines.timeline.message'),
      meta: { min: 320, grow: 3, isFixed: true },
      cell: ({ row }) => <span title={statusText(row.original)}>{statusText(row.original)}</span>,
    },
    {
      id: 'machine',
      header: t('runs.columns.machine'),
      meta: { min: 140, grow: 1 },
      cell: ({ row }) =>
        row.original.machineId ? (
          <RowLink href={`/machines/${row.original.machineId}`}>
            {row.original.machineName ?? row.original.machineId}
          </RowLink>
        ) : null,
    },
    {
      id: 'component',
      header: t('status.component'),
      meta: { min: 120, grow: 0 },
      cell: ({ row }) => row.original.component,
    },
    {
      id: 'id',
      header: t('machines.timeline.id'),
      meta: { min: 70, grow: 0, isNumber: true },
      cell: ({ row }) => row.original.id,
    },
  ];
}
