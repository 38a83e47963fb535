import { IconTimeline } from '@tabler/icons-react';
import type { TimelineEntry } from '@tenkai/protocol/api/machines.ts';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Formats } from '../../i18n/format.ts';
import { statusText } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { RowLink } from '../../ui/table/RowLink.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { SeverityLabel } from '../status/SeverityLabel.tsx';
import { useTimeline } from './machines.queries.ts';

/** What happened on a machine, newest first, each with its number. */
export function MachineTimeline({ machineId }: { readonly machineId: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const source = listSource(useTimeline(machineId));
  const columns = useMemo(() => timelineColumns(t, formats), [t, formats]);
  return (
    <DataTable
      label={t('machines.tabs.timeline')}
      storageKey="machine-timeline"
      source={source}
      columns={columns}
      rowId={idOf}
      rowName={textOf}
      empty={<Empty icon={IconTimeline} title={t('machines.timelineNone')} />}
    />
  );
}

const idOf = (row: TimelineEntry) => String(row.id);
const textOf = (row: TimelineEntry) => statusText(row);

function timelineColumns(t: TFunction, formats: Formats): Column<TimelineEntry>[] {
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
      meta: { min: 120, grow: 0 },
      cell: ({ row }) => <SeverityLabel severity={row.original.severity} />,
    },
    {
      id: 'message',
      header: t('machines.timeline.message'),
      meta: { min: 300, grow: 1, isFixed: true },
      cell: ({ row }) =>
        row.original.runId ? (
          <RowLink href={`/runs/${row.original.runId}`}>{statusText(row.original)}</RowLink>
        ) : (
          statusText(row.original)
        ),
    },
    {
      id: 'id',
      header: t('machines.timeline.id'),
      meta: { min: 90, grow: 0, isNumber: true },
      cell: ({ row }) => row.original.id,
    },
  ];
}
