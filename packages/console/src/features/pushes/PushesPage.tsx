import { IconTerminal2, IconUpload } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import type { PushRow } from '@tenkai/protocol/api/pushes.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { querySource } from '../../ui/table/row-source.ts';
import { When } from '../../ui/When.tsx';
import { BelievedHosts } from './BelievedHosts.tsx';
import { DefaultProperties } from './DefaultProperties.tsx';
import { pushStateKinds } from './push-states.ts';
import { usePushes } from './pushes.queries.ts';
import { SiteKeys } from './SiteKeys.tsx';

/** The agent, installed by the server over SSH: every push, and the keys on both sides. */
export function PushesPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const query = usePushes();
  const columns = useMemo(() => pushColumns(t), [t]);
  const open = useCallback(
    ({ id }: PushRow) => void navigate({ to: '/machines/pushes/$pushId', params: { pushId: id } }),
    [navigate],
  );
  const begin = (
    <ButtonLink to="/machines/pushes/new" leftSection={<IconUpload size={16} />}>
      {t('pushes.new')}
    </ButtonLink>
  );
  return (
    <div className="tk-page">
      <PageHeader
        title={t('pushes.title')}
        trail={<Link to="/machines">{t('nav.machines')}</Link>}
        note={t('pushes.text')}
        actions={begin}
      />
      <div className="tk-enrollment">
        <DataTable
          label={t('pushes.title')}
          storageKey="pushes"
          source={querySource(query, query.data?.items ?? [])}
          columns={columns}
          rowId={idOf}
          rowName={idOf}
          onOpen={open}
          empty={<Empty icon={IconTerminal2} title={t('pushes.none')} text={t('pushes.noneText')} />}
        />
      </div>
      <DefaultProperties />
      <SiteKeys />
      <BelievedHosts />
    </div>
  );
}

const idOf = (row: PushRow) => row.id;

function pushColumns(t: TFunction): Column<PushRow>[] {
  return [
    {
      id: 'createdAt',
      header: t('pushes.begun'),
      meta: { min: 130, grow: 0, isFixed: true },
      cell: ({ row }) => (
        <Link to="/machines/pushes/$pushId" params={{ pushId: row.original.id }} tabIndex={-1}>
          <When at={row.original.createdAt} />
        </Link>
      ),
    },
    {
      id: 'state',
      header: t('pushes.state'),
      meta: { min: 190, grow: 0 },
      cell: ({ row: { original } }) => (
        <StateLabel kind={pushStateKinds[original.state]} text={t(`pushes.states.${original.state}`)} />
      ),
    },
    numberColumn('machines', t('nav.machines'), (row) => row.hostCount),
    numberColumn('done', t('pushes.hostStates.done'), (row) => row.counts.done ?? 0),
    numberColumn('failed', t('pushes.hostStates.failed'), (row) => row.counts.failed ?? 0),
    {
      id: 'by',
      header: t('pushes.by'),
      meta: { min: 120, grow: 1 },
      cell: ({ row }) => row.original.by,
    },
  ];
}

const numberColumn = (id: string, header: string, numberOf: (row: PushRow) => number): Column<PushRow> => ({
  id,
  header,
  meta: { min: 90, grow: 0, isNumber: true },
  cell: ({ row }) => numberOf(row.original),
});
