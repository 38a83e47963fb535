import { IconRocket } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { RunRow } from '@tenkai/protocol/api/deployments.ts';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { runColumns } from '../deployments/run-columns.tsx';
import { useMachineRuns } from './machines.queries.ts';

/** What was deployed to a machine, newest first. */
export function MachineRuns({ machineId }: { readonly machineId: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const navigate = useNavigate();
  const source = listSource(useMachineRuns(machineId));
  const columns = useMemo(() => runColumns(t, formats, 'deployment'), [t, formats]);
  const open = useCallback(
    (row: RunRow) => void navigate({ to: '/runs/$runId', params: { runId: row.id } }),
    [navigate],
  );
  return (
    <DataTable
      label={t('machines.tabs.runs')}
      storageKey="machine-runs"
      source={source}
      columns={columns}
      rowId={idOf}
      rowName={nameOf}
      onOpen={open}
      empty={<Empty icon={IconRocket} title={t('machines.runsNone')} />}
    />
  );
}

const idOf = (row: RunRow) => row.id;
const nameOf = (row: RunRow) => row.deploymentName;
