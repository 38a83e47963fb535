import { IconApps } from '@tabler/icons-react';
import type { InstalledSoftware } from '@tenkai/domain/machine/inventory.ts';
import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../ui/Empty.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { rowsSource } from '../../ui/table/row-source.ts';

/** The installed software of a machine, searched in the browser: all of it is here already. */
export function MachineSoftware({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const change = useCallback((text: string) => setSearch(text), []);
  const software = machine.inventory?.software;
  const source = useMemo(() => rowsSource(matching(software ?? [], search)), [software, search]);
  const columns = useMemo(() => softwareColumns(t), [t]);
  return (
    <DataTable
      label={t('machines.tabs.software')}
      storageKey="machine-software"
      source={source}
      columns={columns}
      rowId={keyOf}
      rowName={nameOf}
      filters={<SearchBox value={search} label={t('machines.softwareSearch')} onChange={change} />}
      empty={<Empty icon={IconApps} title={search ? t('table.noMatch') : t('machines.softwareNone')} />}
    />
  );
}

const keyOf = (row: InstalledSoftware) =>
  `${row.source} ${row.name} ${row.architecture ?? ''} ${row.version}`;
const nameOf = (row: InstalledSoftware) => row.name;

function matching(software: readonly InstalledSoftware[], search: string): InstalledSoftware[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return software.filter(({ name, publisher = '', version }) => {
    const text = `${name} ${publisher} ${version}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function softwareColumns(t: TFunction): Column<InstalledSoftware>[] {
  return [
    {
      id: 'name',
      header: t('machines.software.name'),
      meta: { min: 220, grow: 3, isFixed: true },
      cell: ({ row }) => row.original.name,
    },
    {
      id: 'version',
      header: t('machines.software.version'),
      meta: { min: 150, grow: 2 },
      cell: ({ row }) => row.original.version,
    },
    {
      id: 'publisher',
      header: t('machines.software.publisher'),
      meta: { min: 150, grow: 2 },
      cell: ({ row }) => row.original.publisher ?? '',
    },
    {
      id: 'source',
      header: t('machines.software.source'),
      meta: { min: 70, grow: 0 },
      cell: ({ row }) => row.original.source,
    },
    {
      id: 'architecture',
      header: t('machines.software.architecture'),
      meta: { min: 125, grow: 0 },
      cell: ({ row }) => row.original.architecture ?? '',
    },
    {
      id: 'installedAt',
      header: t('machines.software.installedAt'),
      meta: { min: 120, grow: 0, isExtra: true },
      cell: ({ row }) => row.original.installedAt ?? '',
    },
  ];
}
