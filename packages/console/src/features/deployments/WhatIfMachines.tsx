import { Button } from '@mantine/core';
import { IconDeviceDesktop, IconX } from '@tabler/icons-react';
import type { DeploymentDraft } from '@tenkai/domain/deployment/deployment.ts';
import type { DeploymentWhatIfRow } from '@tenkai/protocol/api/deployments.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Formats } from '../../i18n/format.ts';
import { reasonText } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { FilterSelect } from '../../ui/FilterSelect.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { useWhatIfMachines, type WhatIfFilter } from './what-if.queries.ts';
import { kindOfOutcome, outcomes } from './what-if-outcomes.ts';

interface Props {
  readonly draft: DeploymentDraft;
  readonly asOf: number;
  readonly filter: WhatIfFilter;
  readonly onFilter: (change: (before: WhatIfFilter) => WhatIfFilter) => void;
}

/** Machine by machine: when it would begin, or what keeps it. */
export function WhatIfMachines({ draft, asOf, filter, onFilter }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const source = listSource(useWhatIfMachines(draft, asOf, filter));
  const columns = useMemo(() => whatIfColumns(t, formats), [t, formats]);
  const search = useCallback(
    (text: string) =>
      onFilter(({ search: _before, ...rest }) => (text === '' ? rest : { ...rest, search: text })),
    [onFilter],
  );
  return (
    <DataTable
      label={t('nav.machines')}
      storageKey="what-if"
      source={source}
      columns={columns}
      rowId={idOf}
      rowName={nameOf}
      filters={
        <>
          <SearchBox value={filter.search ?? ''} label={t('runs.searchMachine')} onChange={search} />
          <FilterSelect
            label={t('whatIf.outcome')}
            w={200}
            data={outcomes.map((value) => ({ value, label: t(`whatIf.outcomes.${value}`) }))}
            value={filter.outcome ?? null}
            onChange={(next) => {
              const outcome = outcomes.find((each) => each === next);
              // A reason belongs to its outcome: another outcome ends it.
              onFilter(({ search: words }) => ({
                ...(words ? { search: words } : {}),
                ...(outcome ? { outcome } : {}),
              }));
            }}
          />
          {filter.reason ? (
            <Button
              variant="light"
              rightSection={<IconX size={14} aria-hidden="true" />}
              title={reasonText(filter.reason)}
              onClick={() => onFilter(({ reason: _before, outcome: _its, ...rest }) => rest)}
            >
              {t('whatIf.byReason')}
            </Button>
          ) : null}
        </>
      }
      empty={<Empty icon={IconDeviceDesktop} title={t('table.noMatch')} text={t('table.noMatchText')} />}
    />
  );
}

const idOf = (row: DeploymentWhatIfRow) => row.machineId;
const nameOf = (row: DeploymentWhatIfRow) => row.machineName;

function whatIfColumns(t: TFunction, formats: Formats): Column<DeploymentWhatIfRow>[] {
  const time = (at: number | null) => (at === null ? '' : formats.dateTime(at));
  const isTouched = ({ outcome }: DeploymentWhatIfRow) => outcome === 'starts' || outcome === 'waits';
  return [
    {
      id: 'machine',
      header: t('whatIf.machine'),
      meta: { min: 130, grow: 1, isFixed: true },
      cell: ({ row }) => row.original.machineName,
    },
    {
      id: 'outcome',
      header: t('whatIf.outcome'),
      meta: { min: 180, grow: 0, isFixed: true },
      cell: ({ row }) => (
        <StateLabel
          kind={kindOfOutcome[row.original.outcome]}
          text={t(`whatIf.outcomes.${row.original.outcome}`)}
        />
      ),
    },
    {
      id: 'why',
      header: t('whatIf.whyEach'),
      meta: { min: 210, grow: 3 },
      cell: ({ row }) => row.original.reasons.map((reason) => reasonText(reason)).join(' '),
    },
    {
      id: 'startsAt',
      header: t('whatIf.startsAt'),
      meta: { min: 175, grow: 0 },
      cell: ({ row }) => time(row.original.startsAt),
    },
    {
      id: 'latestStartAt',
      header: t('whatIf.latestStartAt'),
      meta: { min: 175, grow: 0 },
      cell: ({ row }) => time(row.original.latestStartAt),
    },
    {
      id: 'wave',
      header: t('whatIf.wave'),
      meta: { min: 60, grow: 0, isNumber: true },
      cell: ({ row }) => row.original.wave ?? '',
    },
    {
      id: 'bytes',
      header: t('whatIf.perMachine'),
      meta: { min: 85, grow: 0, isNumber: true },
      cell: ({ row }) => (isTouched(row.original) ? formats.bytes(row.original.bytes) : ''),
    },
    {
      id: 'restarts',
      header: t('whatIf.restartsEach'),
      meta: { min: 80, grow: 0, isNumber: true, isExtra: true },
      cell: ({ row }) => (isTouched(row.original) ? formats.number(row.original.restarts) : ''),
    },
  ];
}
