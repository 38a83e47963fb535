import { IconDeviceDesktop, IconUpload } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { certificateStates } from '@tenkai/domain/machine/certificate-health.ts';
import { inboundStates } from '@tenkai/domain/machine/inbound-state.ts';
import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterSelect } from '../../ui/FilterSelect.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { useSelection } from '../../ui/table/selection.ts';
import { useCollections } from '../collections/collections.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { MachineActs } from './MachineActs.tsx';
import { machineColumns } from './machine-columns.tsx';
import { fetchAllMachines, type MachineFilter, useMachineList } from './machines.queries.ts';

const route = getRouteApi('/inside/machines');

const powerStates = ['on', 'off', 'booting', 'restarting', 'unreachable', 'unknown'] as const;
const activities = ['idle', 'waiting', 'running', 'patching', 'error'] as const;

export function MachinesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback(
    (part: Partial<Record<keyof MachineFilter, string | null>>) =>
      void navigate({
        search: (before) => cleaned({ ...before, ...part }),
        replace: true,
      }),
    [navigate],
  );
  const source = listSource(useMachineList(filter));
  const columns = useMemo(() => machineColumns(t), [t]);
  const selection = useSelection<MachineRow>();
  const isFiltered = Object.keys(filter).some((name) => name !== 'sort');
  const open = useCallback(
    (row: MachineRow) => void navigate({ to: '/machines/$machineId', params: { machineId: row.id } }),
    [navigate],
  );
  const selectAll = async () => selection.add((await fetchAllMachines(filter)).map((row) => [row.id, row]));
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={t('nav.machines')}
        actions={
          <>
            <MachineActs selection={selection} />
            {may('push-agents') && selection.rows.size === 0 ? (
              <ButtonLink to="/machines/pushes" variant="default" leftSection={<IconUpload size={16} />}>
                {t('pushes.title')}
              </ButtonLink>
            ) : null}
          </>
        }
      />
      <DataTable
        label={t('nav.machines')}
        storageKey="machines"
        source={source}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        sort={filter.sort ?? 'name'}
        onSort={(sort) => change({ sort })}
        selection={selection}
        onSelectAll={() => void selectAll()}
        onOpen={open}
        filters={<Filters filter={filter} onChange={change} />}
        empty={
          isFiltered ? (
            <Empty icon={IconDeviceDesktop} title={t('table.noMatch')} text={t('table.noMatchText')} />
          ) : (
            <Empty
              icon={IconDeviceDesktop}
              title={t('machines.none')}
              text={t('machines.noneText')}
              action={
                may('manage-machines') ? (
                  <ButtonLink to="/enrollment" size="xs">
                    {t('machines.enroll')}
                  </ButtonLink>
                ) : null
              }
            />
          )
        }
      />
    </div>
  );
}

const idOf = (row: MachineRow) => row.id;
const nameOf = (row: MachineRow) => row.name;

function cleaned(values: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ''));
}

interface FilterProps {
  readonly filter: MachineFilter;
  readonly onChange: (part: Partial<Record<keyof MachineFilter, string | null>>) => void;
}

function Filters({ filter, onChange }: FilterProps) {
  const { t } = useTranslation();
  const collections = useCollections();
  const search = useCallback((text: string) => onChange({ search: text }), [onChange]);
  return (
    <>
      <SearchBox value={filter.search ?? ''} label={t('machines.search')} onChange={search} />
      <FilterSelect
        label={t('machines.columns.power')}
        w={150}
        data={powerStates.map((value) => ({ value, label: t(`machines.power.${value}`) }))}
        value={filter.power ?? null}
        onChange={(power) => onChange({ power })}
      />
      <FilterSelect
        label={t('machines.columns.activity')}
        w={150}
        data={activities.map((value) => ({ value, label: t(`machines.activity.${value}`) }))}
        value={filter.activity ?? null}
        onChange={(activity) => onChange({ activity })}
      />
      <FilterSelect
        label={t('certificates.title')}
        w={170}
        data={certificateStates.map((value) => ({ value, label: t(`certificates.states.${value}`) }))}
        value={filter.certificates ?? null}
        onChange={(certificates) => onChange({ certificates })}
      />
      <FilterSelect
        label={t('machines.columns.inbound')}
        w={150}
        data={inboundStates.map((value) => ({ value, label: t(`machines.inbound.${value}`) }))}
        value={filter.inbound ?? null}
        onChange={(inbound) => onChange({ inbound })}
      />
      <FilterSelect
        label={t('machines.collection')}
        searchable
        w={190}
        data={(collections.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={filter.collection ?? null}
        onChange={(collection) => onChange({ collection })}
      />
    </>
  );
}
