import { Button } from '@mantine/core';
import { IconArrowRight, IconDoorExit, IconPlayerPlay } from '@tabler/icons-react';
import type { RunRow } from '@tenkai/protocol/api/deployments.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { MachineNames } from '../machines/MachineNames.tsx';
import { useTellOutcome } from '../machines/use-tell-outcome.ts';
import { useMay } from '../session/session.queries.ts';
import { useRunsAct } from './deployments.queries.ts';

type Kind = 'leaveGroup' | 'runsGoUnicast' | 'requestRuns';

const icons = { leaveGroup: IconDoorExit, runsGoUnicast: IconArrowRight, requestRuns: IconPlayerPlay };

/** Which of the chosen runs an act fits; where none fits, the act is not there. */
const fits: Readonly<Record<Kind, (run: RunRow) => boolean>> = {
  leaveGroup: (run) => run.isInGroup,
  runsGoUnicast: (run) => run.isInGroup,
  requestRuns: (run) => run.reason?.code === 'not-requested',
};
const kinds = ['requestRuns', 'leaveGroup', 'runsGoUnicast'] as const;

/** Acts on runs that wait: for others of their group, or for being asked for. */
export function WaitingRunActs({ runs }: { readonly runs: readonly RunRow[] }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<Kind>();
  if (!may('operate')) return null;
  return (
    <>
      {kinds.map((kind) => {
        const Icon = icons[kind];
        return runs.some(fits[kind]) ? (
          <Button key={kind} variant="default" leftSection={<Icon size={16} />} onClick={() => setOpen(kind)}>
            {t(`runs.acts.${kind}`)}
          </Button>
        ) : null;
      })}
      {open ? (
        <ConfirmRunsAct kind={open} runs={runs.filter(fits[open])} onClose={() => setOpen(undefined)} />
      ) : null}
    </>
  );
}

interface ConfirmProps {
  readonly kind: Kind;
  readonly runs: readonly RunRow[];
  readonly onClose: () => void;
}

function ConfirmRunsAct({ kind, runs, onClose }: ConfirmProps) {
  const { t } = useTranslation();
  const act = useRunsAct(kind);
  const tellOutcome = useTellOutcome();
  const title = t(`runs.acts.${kind}`);
  return (
    <ConfirmAct
      title={title}
      act={title}
      onAct={async () => {
        const { results } = await act.mutateAsync(runs.map(({ id }) => id));
        tellOutcome(title, results);
      }}
      onClose={onClose}
    >
      <p>{t(`runs.actTexts.${kind}`)}</p>
      <MachineNames
        machines={runs.map(({ machineId, machineName }) => ({
          id: machineId,
          name: machineName,
          activity: 'waiting' as const,
        }))}
      />
    </ConfirmAct>
  );
}
