import { Button, Group } from '@mantine/core';
import { IconAdjustments, IconEyeOff, IconRefreshDot } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { UpdatePackageRow } from '@tenkai/protocol/api/updates.ts';
import type { TFunction } from 'i18next';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { Empty } from '../../ui/Empty.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { StateBar } from '../../ui/StateBar.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { querySource } from '../../ui/table/row-source.ts';
import { useMay } from '../session/session.queries.ts';
import { ExcludedDialog } from './ExcludedDialog.tsx';
import { KindsDialog } from './KindsDialog.tsx';
import { PolicyDialog } from './PolicyDialog.tsx';
import { kindOfState, shownStates } from './update-states.ts';
import { useUpdatePackages, useUpdatePolicy } from './updates.queries.ts';

/** 自動更新: what goes to machines by itself, and how far it is. */
export function UpdatesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const query = useUpdatePackages();
  const policy = useUpdatePolicy();
  const [dialog, setDialog] = useState<'policy' | 'excluded' | 'kinds'>();
  const { reasonText } = useSentences();
  const columns = useMemo(() => packageColumns(t, reasonText), [t, reasonText]);
  const open = useCallback(
    ({ packageId }: UpdatePackageRow) => void navigate({ to: '/updates/$packageId', params: { packageId } }),
    [navigate],
  );
  return (
    <div className="tk-page tk-page-fill">
      <PageHeader
        title={t('nav.updates')}
        note={
          policy.data?.isOn === false ? <StateLabel kind="waiting" text={t('updates.isOff')} /> : undefined
        }
        actions={
          <Group gap="xs">
            <Button variant="subtle" onClick={() => setDialog('kinds')}>
              {t('updates.kinds')}
            </Button>
            <Button
              variant="default"
              leftSection={<IconEyeOff size={16} />}
              onClick={() => setDialog('excluded')}
            >
              {t('updates.excluded')}
            </Button>
            {may('manage-site') ? (
              <Button leftSection={<IconAdjustments size={16} />} onClick={() => setDialog('policy')}>
                {t('updates.policy')}
              </Button>
            ) : null}
          </Group>
        }
      />
      <DataTable
        label={t('nav.updates')}
        storageKey="updates"
        source={querySource(query, query.data?.items ?? [])}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        onOpen={open}
        empty={<Empty icon={IconRefreshDot} title={t('updates.none')} text={t('updates.noneText')} />}
      />
      {dialog === 'policy' && policy.data ? (
        <PolicyDialog policy={policy.data} onClose={() => setDialog(undefined)} />
      ) : null}
      {dialog === 'kinds' ? <KindsDialog onClose={() => setDialog(undefined)} /> : null}
      {dialog === 'excluded' ? <ExcludedDialog onClose={() => setDialog(undefined)} /> : null}
    </div>
  );
}

const idOf = (row: UpdatePackageRow) => row.packageId;
const nameOf = (row: UpdatePackageRow) => row.name;

type ReasonText = ReturnType<typeof useSentences>['reasonText'];

function packageColumns(t: TFunction, reasonText: ReasonText): Column<UpdatePackageRow>[] {
  return [
    {
      id: 'name',
      header: t('common.name'),
      meta: { min: 160, grow: 1, isFixed: true },
      cell: ({ row }) => `${row.original.name} ${row.original.version}`,
    },
    {
      id: 'urgency',
      header: t('packages.fields.urgency'),
      meta: { min: 90, grow: 0 },
      cell: ({ row }) => t(`packages.urgencies.${row.original.urgency}`),
    },
    {
      id: 'ring',
      header: t('updates.ring'),
      meta: { min: 80, grow: 0 },
      cell: ({ row }) => `${row.original.openRing + 1} / ${row.original.ringCount}`,
    },
    {
      id: 'states',
      header: t('updates.states'),
      meta: { min: 220, grow: 2 },
      cell: ({ row }) => (
        <div className="tk-cell-bar">
          <StateBar
            isCompact
            label={row.original.name}
            parts={shownStates.map((state) => ({
              key: state,
              kind: kindOfState[state],
              label: t(`updates.state.${state}`),
              count: row.original.counts[state] ?? 0,
            }))}
          />
        </div>
      ),
    },
    {
      id: 'held',
      header: t('updates.held'),
      meta: { min: 200, grow: 2 },
      cell: ({ row }) =>
        row.original.held ? <StateLabel kind="failed" text={reasonText(row.original.held)} /> : null,
    },
  ];
}
