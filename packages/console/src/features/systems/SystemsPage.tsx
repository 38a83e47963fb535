import { IconListCheck } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { findSystems } from '@tenkai/domain/os-matrix/find-systems.ts';
import { capabilities, type SystemRow, verdicts } from '@tenkai/domain/os-matrix/system-row.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { given } from '../../search.ts';
import { Empty } from '../../ui/Empty.tsx';
import { FilterSelect } from '../../ui/FilterSelect.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { querySource } from '../../ui/table/row-source.ts';
import { useSystems } from './systems.queries.ts';
import { VerdictLabel } from './VerdictLabel.tsx';

const route = getRouteApi('/inside/systems');

/** Which operating system supports what (BOSM-01). */
export function SystemsPage() {
  const { t } = useTranslation();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const query = useSystems();
  const all = query.data?.items;
  const rows = useMemo(() => findSystems(all ?? [], filter), [all, filter]);
  const columns = useMemo(() => systemColumns(t), [t]);
  const change = useCallback(
    (next: typeof filter) =>
      void navigate({ search: (before) => given({ ...before, ...next }) as typeof filter, replace: true }),
    [navigate],
  );
  const changeSearch = useCallback(
    (text: string) => change({ search: text === '' ? undefined : text } as typeof filter),
    [change],
  );
  const open = useCallback(
    (row: SystemRow) => void navigate({ to: '/systems/$systemKey', params: { systemKey: row.key } }),
    [navigate],
  );
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader title={t('nav.systems')} />
      <DataTable
        label={t('nav.systems')}
        storageKey="systems"
        source={querySource(query, rows)}
        columns={columns}
        rowId={keyOf}
        rowName={nameOf}
        onOpen={open}
        filters={
          <>
            <SearchBox value={filter.search ?? ''} label={t('systems.search')} onChange={changeSearch} />
            <FilterSelect
              label={t('systems.capability')}
              w={200}
              data={capabilities.map((value) => ({ value, label: t(`systems.capabilities.${value}`) }))}
              value={filter.capability ?? null}
              onChange={(value) => change({ capability: value ?? undefined } as typeof filter)}
            />
            <FilterSelect
              label={t('systems.verdict')}
              w={170}
              data={verdicts.map((value) => ({ value, label: t(`systems.verdicts.${value}`) }))}
              value={filter.verdict ?? null}
              onChange={(value) => change({ verdict: value ?? undefined } as typeof filter)}
            />
          </>
        }
        empty={<Empty icon={IconListCheck} title={t('systems.none')} text={t('table.noMatchText')} />}
      />
    </div>
  );
}

const keyOf = (row: SystemRow) => row.key;
const nameOf = (row: SystemRow) => `${row.name} ${row.architecture}`;

function systemColumns(t: TFunction): Column<SystemRow>[] {
  return [
    {
      id: 'name',
      header: t('common.name'),
      meta: { min: 220, grow: 2, isFixed: true },
      cell: ({ row }) => row.original.name,
    },
    {
      id: 'architecture',
      header: t('machines.facts.architecture'),
      meta: { min: 90, grow: 0 },
      cell: ({ row }) => row.original.architecture,
    },
    ...capabilities.map(
      (name): Column<SystemRow> => ({
        id: name,
        header: t(`systems.capabilities.${name}`),
        meta: { min: 130, grow: 1, isExtra: extra.includes(name) },
        cell: ({ row }) => <VerdictLabel verdict={row.original.capabilities[name].verdict} />,
      }),
    ),
    {
      id: 'notes',
      header: t('systems.notes'),
      meta: { min: 80, grow: 0, isNumber: true },
      cell: ({ row }) => row.original.notes.length,
    },
  ];
}

const extra: readonly string[] = ['power', 'multicast', 'image-backup'];
