import { Button } from '@mantine/core';
import { IconRefreshDot, IconX } from '@tabler/icons-react';
import type { UpdatePolicy } from '@tenkai/domain/update/policy.ts';
import type { UpdateWhatIfRow } from '@tenkai/protocol/api/updates.ts';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Formats } from '../../i18n/format.ts';
import { reasonText } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { FilterSelect } from '../../ui/FilterSelect.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { changes, kindOfChange } from './update-changes.ts';
import { type UpdateWhatIfFilter, useWhatIfPairs } from './update-what-if.queries.ts';
import { useUpdatePackages } from './updates.queries.ts';

interface Props {
  readonly policy: UpdatePolicy;
  readonly asOf: number;
  readonly filter: UpdateWhatIfFilter;
  readonly onFilter: (filter: UpdateWhatIfFilter) => void;
}

/** Each package on each machine: its date now and then. */
export function UpdateWhatIfPairs({ policy, asOf, filter, onFilter }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const packages = useUpdatePackages().data?.items;
  const source = listSource(useWhatIfPairs(policy, asOf, filter));
  const columns = useMemo(() => {
    const names = new Map(packages?.map(({ packageId, name }) => [packageId, name]));
    return pairColumns(t, formats, (id) => names.get(id) ?? id);
  }, [t, formats, packages]);
  return (
    <DataTable
      label={t('whatIf.update.change')}
      storageKey="update-what-if"
      source={source}
      columns={columns}
      rowId={idOf}
      rowName={nameOf}
      filters={
        <>
          <FilterSelect
            label={t('whatIf.update.change')}
            w={220}
            data={changes.map((value) => ({ value, label: t(`whatIf.update.changes.${value}`) }))}
            value={filter.change ?? null}
            onChange={(next) => {
              const change = changes.find((each) => each === next);
              onFilter(change ? { change } : {});
            }}
          />
          {filter.reason ? (
            <Button
              variant="light"
              rightSection={<IconX size={14} aria-hidden="true" />}
              title={reasonText(filter.reason)}
              onClick={() => onFilter({})}
            >
              {t('whatIf.byReason')}
            </Button>
          ) : null}
        </>
      }
      empty={<Empty icon={IconRefreshDot} title={t('whatIf.update.noChange')} />}
    />
  );
}

const idOf = (row: UpdateWhatIfRow) => `${row.machineId} ${row.packageId}`;
const nameOf = (row: UpdateWhatIfRow) => row.machineName;

function pairColumns(
  t: TFunction,
  formats: Formats,
  packageName: (id: string) => string,
): Column<UpdateWhatIfRow>[] {
  const time = (at: number | null) => (at === null ? t('whatIf.update.noDate') : formats.dateTime(at));
  return [
    {
      id: 'machine',
      header: t('whatIf.machine'),
      meta: { min: 120, grow: 1, isFixed: true },
      cell: ({ row }) => row.original.machineName,
    },
    {
      id: 'package',
      header: t('whatIf.update.package'),
      meta: { min: 110, grow: 1 },
      cell: ({ row }) => <span title={row.original.packageId}>{packageName(row.original.packageId)}</span>,
    },
    {
      id: 'change',
      header: t('whatIf.update.change'),
      meta: { min: 195, grow: 0, isFixed: true },
      cell: ({ row }) => (
        <StateLabel
          kind={kindOfChange[row.original.change]}
          text={t(`whatIf.update.changes.${row.original.change}`)}
        />
      ),
    },
    {
      id: 'present',
      header: t('whatIf.update.present'),
      meta: { min: 172, grow: 0 },
      cell: ({ row }) => time(row.original.present.startsAt),
    },
    {
      id: 'proposed',
      header: t('whatIf.update.proposed'),
      meta: { min: 172, grow: 0 },
      cell: ({ row }) => time(row.original.proposed.startsAt),
    },
    {
      id: 'ring',
      header: t('updates.ring'),
      meta: { min: 60, grow: 0, isNumber: true, isExtra: true },
      cell: ({ row }) => formats.number(row.original.proposed.ring + 1),
    },
    {
      id: 'why',
      header: t('whatIf.whyEach'),
      meta: { min: 240, grow: 3 },
      cell: ({ row }) => (row.original.proposed.reason ? reasonText(row.original.proposed.reason) : ''),
    },
  ];
}
