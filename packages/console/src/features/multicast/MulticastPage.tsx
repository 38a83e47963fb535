import { IconBroadcast } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { MulticastSessionRow } from '@tenkai/protocol/api/multicast.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Formats } from '../../i18n/format.ts';
import { useSentences } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { querySource } from '../../ui/table/row-source.ts';
import { useMulticast } from './multicast.queries.ts';
import { SessionState } from './SessionState.tsx';

const route = getRouteApi('/inside/multicast');

/** What is sent once to many machines, now and before, and whether this site can. */
export function MulticastPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const { reasonText } = useSentences();
  const navigate = route.useNavigate();
  const query = useMulticast();
  const columns = useMemo(() => sessionColumns(t, formats), [t, formats]);
  const open = useCallback(
    (row: MulticastSessionRow) =>
      void navigate({ to: '/multicast/$sessionId', params: { sessionId: row.id } }),
    [navigate],
  );
  const { refusal, interface: card } = query.data ?? { refusal: null, interface: null };
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader title={t('nav.multicast')} />
      {refusal ? <p>{reasonText(refusal)}</p> : null}
      {card === null ? null : <p>{t('multicast.card', { card })}</p>}
      <DataTable
        label={t('nav.multicast')}
        storageKey="multicast"
        source={querySource(query, query.data?.items ?? [])}
        columns={columns}
        rowId={idOf}
        rowName={addressOf}
        onOpen={open}
        empty={<Empty icon={IconBroadcast} title={t('multicast.none')} text={t('multicast.noneText')} />}
      />
    </div>
  );
}

const idOf = (row: MulticastSessionRow) => row.id;
const addressOf = (row: MulticastSessionRow) => `${row.address}:${row.port}`;

function sessionColumns(t: TFunction, formats: Formats): Column<MulticastSessionRow>[] {
  return [
    {
      id: 'started',
      header: t('multicast.started'),
      meta: { min: 180, grow: 0, isFixed: true },
      cell: ({ row }) => formats.dateTime(row.original.startedAt),
    },
    {
      id: 'state',
      header: t('users.state'),
      meta: { min: 130, grow: 0 },
      cell: ({ row }) => <SessionState session={row.original} />,
    },
    {
      id: 'address',
      header: t('multicast.address'),
      meta: { min: 160, grow: 0 },
      cell: ({ row }) => <span className="tk-mono">{addressOf(row.original)}</span>,
    },
    {
      id: 'from',
      header: t('multicast.sender'),
      meta: { min: 160, grow: 1 },
      cell: ({ row }) => row.original.representative?.machineName ?? t('multicast.site'),
    },
    {
      id: 'machines',
      header: t('nav.machines'),
      meta: { min: 150, grow: 0 },
      cell: ({ row: { original } }) =>
        t('multicast.complete', {
          complete: formats.number(original.members.filter(({ state }) => state === 'complete').length),
          all: formats.number(original.members.length),
        }),
    },
    {
      id: 'size',
      header: t('multicast.content'),
      meta: { min: 100, grow: 0, isNumber: true },
      cell: ({ row }) => formats.bytes(row.original.contentBytes),
    },
    {
      id: 'rate',
      header: t('multicast.rate'),
      meta: { min: 100, grow: 0, isNumber: true },
      cell: ({ row: { original } }) =>
        original.bytesPerSecond === null ? '' : formats.rate(original.bytesPerSecond),
    },
  ];
}
