import { Button, Group } from '@mantine/core';
import { IconDeviceDesktop } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { UpdateState } from '@tenkai/domain/update/update-state.ts';
import type { UpdateMachineRow } from '@tenkai/protocol/api/updates.ts';
import type { TFunction } from 'i18next';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Formats } from '../../i18n/format.ts';
import { useSentences } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { FilterSelect } from '../../ui/FilterSelect.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { useSelection } from '../../ui/table/selection.ts';
import { useMay } from '../session/session.queries.ts';
import { type UpdateAct, UpdateActDialog } from './UpdateActDialog.tsx';
import { kindOfState, shownStates } from './update-states.ts';
import { useUpdateMachines, useUpdatePackages } from './updates.queries.ts';

const route = getRouteApi('/inside/updates/$packageId');

/** One package of automatic update: every machine that it concerns, and why it is where it is (BAUT-27). */
export function UpdatePackagePage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const { packageId } = route.useParams();
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const { reasonText } = useSentences();
  const row = useUpdatePackages().data?.items.find((one) => one.packageId === packageId);
  const source = listSource(useUpdateMachines(packageId, state));
  const selection = useSelection<UpdateMachineRow>();
  const [act, setAct] = useState<UpdateAct>();
  const columns = useMemo(() => machineColumns(t, formats, reasonText), [t, formats, reasonText]);
  const chosen = [...selection.rows.values()];
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={row ? `${row.name} ${row.version}` : packageId}
        note={row?.held ? <StateLabel kind="failed" text={reasonText(row.held)} /> : undefined}
        actions={
          may('operate') ? (
            <Group gap="xs">
              {(['hold', 'release', 'exclude'] as const).map((one) => (
                <Button
                  key={one}
                  variant="default"
                  disabled={one === 'exclude' && chosen.length === 0}
                  onClick={() => setAct(one)}
                >
                  {t(`updates.acts.${one}`)}
                </Button>
              ))}
            </Group>
          ) : null
        }
      />
      <DataTable
        label={t('updates.machines')}
        storageKey="update-machines"
        source={source}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        selection={selection}
        filters={
          <FilterSelect
            label={t('updates.states')}
            data={shownStates.map((one) => ({ value: one, label: t(`updates.state.${one}`) }))}
            value={state ?? null}
            onChange={(next) =>
              void navigate({ search: next ? { state: next as UpdateState } : {}, replace: true })
            }
          />
        }
        empty={<Empty icon={IconDeviceDesktop} title={t('updates.noMachines')} />}
      />
      {act ? (
        <UpdateActDialog
          act={act}
          packageId={packageId}
          machines={chosen}
          onDone={selection.clear}
          onClose={() => setAct(undefined)}
        />
      ) : null}
    </div>
  );
}

const idOf = (row: UpdateMachineRow) => row.machineId;
const nameOf = (row: UpdateMachineRow) => row.machineName;

type ReasonText = ReturnType<typeof useSentences>['reasonText'];

function machineColumns(t: TFunction, formats: Formats, reasonText: ReasonText): Column<UpdateMachineRow>[] {
  return [
    {
      id: 'name',
      header: t('common.name'),
      meta: { min: 160, grow: 1, isFixed: true },
      cell: ({ row }) => row.original.machineName,
    },
    {
      id: 'state',
      header: t('updates.states'),
      meta: { min: 170, grow: 0 },
      cell: ({ row }) => (
        <StateLabel kind={kindOfState[row.original.state]} text={t(`updates.state.${row.original.state}`)} />
      ),
    },
    {
      id: 'until',
      header: t('updates.until'),
      meta: { min: 170, grow: 0 },
      cell: ({ row }) => (row.original.until === null ? '' : formats.dateTime(row.original.until)),
    },
    {
      id: 'attempts',
      header: t('updates.attempts'),
      meta: { min: 80, grow: 0, isNumber: true },
      cell: ({ row }) => formats.number(row.original.attempts),
    },
    {
      id: 'reason',
      header: t('updates.why'),
      meta: { min: 240, grow: 3 },
      cell: ({ row }) => (row.original.reason ? reasonText(row.original.reason) : ''),
    },
    {
      id: 'lastError',
      header: t('updates.lastError'),
      meta: { min: 160, grow: 2 },
      cell: ({ row }) => (row.original.lastError ? reasonText(row.original.lastError) : ''),
    },
  ];
}
