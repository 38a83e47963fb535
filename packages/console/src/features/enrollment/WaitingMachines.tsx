import { Button, SegmentedControl } from '@mantine/core';
import { IconUserQuestion } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { EnrollmentStatus, MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { DataTable } from '../../ui/table/DataTable.tsx';
import { listSource } from '../../ui/table/row-source.ts';
import { useSelection } from '../../ui/table/selection.ts';
import { MachineNames } from '../machines/MachineNames.tsx';
import { machineColumns } from '../machines/machine-columns.tsx';
import { fetchAllMachines, useMachineList } from '../machines/machines.queries.ts';
import { useTellOutcome } from '../machines/use-tell-outcome.ts';
import { useDecide } from './enrollment.queries.ts';

const statuses = ['pending', 'quarantined', 'refused'] as const satisfies readonly EnrollmentStatus[];
type Status = (typeof statuses)[number];
const shownColumns = ['name', 'operatingSystem', 'address', 'lastSeen', 'enrollment'];

/** Machines that somebody must decide about. */
export function WaitingMachines() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [status, setStatus] = useState<Status>('pending');
  const [decision, setDecision] = useState<'approve' | 'refuse'>();
  const source = listSource(useMachineList({ enrollment: status }));
  const selection = useSelection<MachineRow>();
  const columns = useMemo(
    () =>
      machineColumns(t)
        .filter(({ id }) => shownColumns.includes(id))
        .map((column) => ({ ...column, meta: { ...column.meta, isExtra: false } })),
    [t],
  );
  const open = useCallback(
    (row: MachineRow) => void navigate({ to: '/machines/$machineId', params: { machineId: row.id } }),
    [navigate],
  );
  const selectAll = async () =>
    selection.add((await fetchAllMachines({ enrollment: status })).map((row) => [row.id, row]));
  const chosen = [...selection.rows.values()];
  return (
    <section aria-label={t('enrollment.waiting')} className="tk-enrollment">
      <DataTable
        label={t('enrollment.waiting')}
        storageKey="enrollment"
        source={source}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        selection={selection}
        onSelectAll={() => void selectAll()}
        onOpen={open}
        filters={
          <>
            <SegmentedControl
              aria-label={t('machines.columns.enrollment')}
              value={status}
              data={statuses.map((value) => ({ value, label: t(`machines.enrollment.${value}`) }))}
              onChange={(next) => {
                selection.clear();
                setStatus(next as Status);
              }}
            />
            <Button disabled={chosen.length === 0} onClick={() => setDecision('approve')}>
              {t('enrollment.approve')}
            </Button>
            <Button
              variant="default"
              disabled={chosen.length === 0 || status === 'refused'}
              onClick={() => setDecision('refuse')}
            >
              {t('enrollment.refuse')}
            </Button>
          </>
        }
        empty={
          <Empty
            icon={IconUserQuestion}
            title={t(`enrollment.none.${status}`)}
            text={t(`enrollment.noneText.${status}`)}
          />
        }
      />
      {decision ? (
        <Decide
          decision={decision}
          machines={chosen}
          onDone={selection.clear}
          onClose={() => setDecision(undefined)}
        />
      ) : null}
    </section>
  );
}

const idOf = (row: MachineRow) => row.id;
const nameOf = (row: MachineRow) => row.name;

interface DecideProps {
  readonly decision: 'approve' | 'refuse';
  readonly machines: readonly MachineRow[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function Decide({ decision, machines, onDone, onClose }: DecideProps) {
  const { t } = useTranslation();
  const decide = useDecide();
  const tellOutcome = useTellOutcome();
  const act = async () => {
    const { results } = await decide.mutateAsync({ machineIds: machines.map(({ id }) => id), decision });
    tellOutcome(t(`enrollment.${decision}`), results);
    onDone();
  };
  return (
    <ConfirmAct
      title={t(`enrollment.${decision}Title`, { count: machines.length })}
      act={t(`enrollment.${decision}`)}
      isDestructive={decision === 'refuse'}
      onAct={act}
      onClose={onClose}
    >
      <p>{t(`enrollment.${decision}Text`)}</p>
      <MachineNames machines={machines} />
    </ConfirmAct>
  );
}
