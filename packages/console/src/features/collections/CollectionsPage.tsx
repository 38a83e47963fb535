import { IconPlus, IconTopologyStar3 } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { CollectionRow } from '@tenkai/protocol/api/collections.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Formats } from '../../i18n/format.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { RowLink } from '../../ui/table/RowLink.tsx';
import { querySource } from '../../ui/table/row-source.ts';
import { When } from '../../ui/When.tsx';
import { useMay } from '../session/session.queries.ts';
import { useCollections } from './collections.queries.ts';

const route = getRouteApi('/inside/collections');

export function CollectionsPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const { search = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useCollections();
  const all = query.data?.items;
  const rows = useMemo(() => matching(all ?? [], search), [all, search]);
  const columns = useMemo(() => collectionColumns(t, formats, all ?? []), [t, formats, all]);
  const change = useCallback(
    (text: string) => void navigate({ search: text ? { search: text } : {}, replace: true }),
    [navigate],
  );
  const open = useCallback(
    (row: CollectionRow) =>
      void navigate({ to: '/collections/$collectionId', params: { collectionId: row.id } }),
    [navigate],
  );
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={t('nav.collections')}
        actions={
          may('manage-collections') ? (
            <ButtonLink to="/collections/new" leftSection={<IconPlus size={16} />}>
              {t('palette.newCollection')}
            </ButtonLink>
          ) : null
        }
      />
      <DataTable
        label={t('nav.collections')}
        storageKey="collections"
        source={querySource(query, rows)}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        onOpen={open}
        filters={<SearchBox value={search} label={t('common.name')} onChange={change} />}
        empty={<Empty icon={IconTopologyStar3} title={search ? t('table.noMatch') : t('collections.none')} />}
      />
    </div>
  );
}

const idOf = (row: CollectionRow) => row.id;
const nameOf = (row: CollectionRow) => row.name;

function matching(rows: readonly CollectionRow[], search: string): CollectionRow[] {
  const wanted = search.toLowerCase();
  return rows.filter(({ name, description = '' }) => `${name} ${description}`.toLowerCase().includes(wanted));
}

function collectionColumns(
  t: TFunction,
  formats: Formats,
  all: readonly CollectionRow[],
): Column<CollectionRow>[] {
  const names = new Map(all.map(({ id, name }) => [id, name]));
  return [
    {
      id: 'name',
      header: t('common.name'),
      meta: { min: 180, grow: 2, isFixed: true },
      cell: ({ row }) => <RowLink href={`/collections/${row.original.id}`}>{row.original.name}</RowLink>,
    },
    {
      id: 'members',
      header: t('collections.memberCount'),
      meta: { min: 100, grow: 0, isNumber: true },
      cell: ({ row }) => formats.number(row.original.memberCount),
    },
    {
      id: 'limit',
      header: t('collections.limit'),
      meta: { min: 140, grow: 1 },
      cell: ({ row }) => {
        const { limitingCollectionId: id } = row.original;
        return id === null ? <span className="tk-muted">–</span> : (names.get(id) ?? id);
      },
    },
    {
      id: 'rules',
      header: t('collections.ruleCount'),
      meta: { min: 70, grow: 0, isNumber: true },
      cell: ({ row }) => formats.number(row.original.rules.length),
    },
    {
      id: 'evaluated',
      header: t('collections.evaluated'),
      meta: { min: 110, grow: 0 },
      cell: ({ row }) => <When at={row.original.evaluatedAt} />,
    },
    {
      id: 'description',
      header: t('common.description'),
      meta: { min: 180, grow: 2 },
      cell: ({ row }) =>
        row.original.isBuiltIn && !row.original.description
          ? t('collections.builtIn')
          : (row.original.description ?? ''),
    },
  ];
}
