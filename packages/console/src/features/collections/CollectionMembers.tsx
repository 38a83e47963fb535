import { IconDeviceDesktop } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { CollectionRow } from '@tenkai/protocol/api/collections.ts';
import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../ui/Empty.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { useSelection } from '../../ui/table/selection.ts';
import { MachineActs } from '../machines/MachineActs.tsx';
import { machineColumns } from '../machines/machine-columns.tsx';
import { fetchAllMachines } from '../machines/machines.queries.ts';
import { useMembers } from './collections.queries.ts';

/** The machines in a collection, with the same acts as in the list of all machines. */
export function CollectionMembers({ collection }: { readonly collection: CollectionRow }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const change = useCallback((text: string) => setSearch(text), []);
  const source = listSource(useMembers(collection.id, search));
  const columns = useMemo(() => machineColumns(t).map(withoutSort), [t]);
  const selection = useSelection<MachineRow>();
  const open = useCallback(
    (row: MachineRow) => void navigate({ to: '/machines/$machineId', params: { machineId: row.id } }),
    [navigate],
  );
  const selectAll = async () => {
    const rows = await fetchAllMachines({ collection: collection.id, ...(search ? { search } : {}) });
    selection.add(rows.map((row) => [row.id, row]));
  };
  return (
    <DataTable
      label={t('collections.tabs.members')}
      storageKey="members"
      source={source}
      columns={columns}
      rowId={idOf}
      rowName={nameOf}
      selection={selection}
      onSelectAll={() => void selectAll()}
      onOpen={open}
      filters={
        <>
          <SearchBox value={search} label={t('machines.search')} onChange={change} />
          <MachineActs selection={selection} />
        </>
      }
      empty={
        <Empty icon={IconDeviceDesktop} title={search ? t('table.noMatch') : t('collections.noMembers')} />
      }
    />
  );
}

const idOf = (row: MachineRow) => row.id;
const nameOf = (row: MachineRow) => row.name;

type MachineColumn = ReturnType<typeof machineColumns>[number];

/** Members come in one order only. */
function withoutSort({ meta: { sort: _sort, ...meta }, ...column }: MachineColumn): MachineColumn {
  return { ...column, meta } as MachineColumn;
}
