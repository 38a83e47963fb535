import { IconRocket } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { DeploymentRow, RunRow } from '@tenkai/protocol/api/deployments.ts';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { FilterSelect } from '../../ui/FilterSelect.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { useSelection } from '../../ui/table/selection.ts';
import { fetchAllRuns, useRunList } from './deployments.queries.ts';
import { RunActs } from './RunActs.tsx';
import { runColumns } from './run-columns.tsx';
import { runStatusOrder } from './run-counts.ts';

const route = getRouteApi('/inside/deployments/$deploymentId');

/** The runs of a deployment, machine by machine, live. */
export function DeploymentRuns({ deployment }: { readonly deployment: DeploymentRow }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { status, search } = route.useSearch();
  const navigate = route.useNavigate();
  const filter = { ...(status ? { status } : {}), ...(search ? { search } : {}) };
  const source = listSource(useRunList(deployment.id, filter));
  const columns = useMemo(() => runColumns(t, formats, 'machine'), [t, formats]);
  const selection = useSelection<RunRow>();
  const change = useCallback(
    (text: string) =>
      void navigate({
        search: ({ search: _before, ...rest }) => (text ? { ...rest, search: text } : rest),
        replace: true,
      }),
    [navigate],
  );
  const open = useCallback(
    (row: RunRow) => void navigate({ to: '/runs/$runId', params: { runId: row.id } }),
    [navigate],
  );
  const selectAll = async () =>
    selection.add((await fetchAllRuns(deployment.id, filter)).map((row) => [row.id, row]));
  const isFiltered = status !== undefined || search !== undefined;
  return (
    <DataTable
      label={t('deployments.tabs.runs')}
      storageKey="runs"
      source={source}
      columns={columns}
      rowId={idOf}
      rowName={nameOf}
      selection={selection}
      onSelectAll={() => void selectAll()}
      onOpen={open}
      filters={
        <>
          <SearchBox value={search ?? ''} label={t('runs.searchMachine')} onChange={change} />
          <FilterSelect
            label={t('runs.columns.status')}
            w={180}
            data={runStatusOrder.map((value) => ({ value, label: t(`runs.status.${value}`) }))}
            value={status ?? null}
            onChange={(next) => {
              const chosen = runStatusOrder.find((each) => each === next);
              void navigate({
                search: ({ status: _before, ...rest }) => (chosen ? { ...rest, status: chosen } : rest),
                replace: true,
              });
            }}
          />
          <RunActs selection={selection} />
        </>
      }
      empty={
        isFiltered ? (
          <Empty icon={IconRocket} title={t('table.noMatch')} text={t('table.noMatchText')} />
        ) : (
          <Empty icon={IconRocket} title={t('runs.none')} text={t('runs.noneText')} />
        )
      }
    />
  );
}

const idOf = (row: RunRow) => row.id;
const nameOf = (row: RunRow) => row.machineName;
