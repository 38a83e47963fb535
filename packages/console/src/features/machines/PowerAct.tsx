import { Checkbox, NumberInput } from '@mantine/core';
import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { MachineNames } from './MachineNames.tsx';
import { type PowerAction, usePower } from './machines.queries.ts';
import { usePowerEffects } from './power-effects.ts';
import { useTellOutcome } from './use-tell-outcome.ts';

interface Props {
  readonly action: PowerAction;
  readonly machines: readonly MachineRow[];
  readonly onClose: () => void;
}

const secondsPerMinute = 60;

/** Wakes, restarts or shuts down machines, after saying what that means for each state that they are in. */
export function PowerAct({ action, machines, onClose }: Props) {
  const { t } = useTranslation();
  const power = usePower();
  const tellOutcome = useTellOutcome();
  const effects = usePowerEffects(action, machines);
  const [delayMinutes, setDelayMinutes] = useState(0);
  const [isForced, setForced] = useState(false);
  const hasOptions = action === 'restart' || action === 'shut-down';
  const act = async () => {
    const { results } = await power.mutateAsync({
      machineIds: machines.map(({ id }) => id),
      action,
      ...(hasOptions ? { delaySeconds: delayMinutes * secondsPerMinute, force: isForced } : {}),
    });
    tellOutcome(t(`machines.acts.${action}`), results);
  };
  return (
    <ConfirmAct
      title={t(`machines.power.title.${action}`, { count: machines.length })}
      act={t(`machines.acts.${action}`)}
      isDestructive={action === 'shut-down' || action === 'restart'}
      onAct={act}
      onClose={onClose}
    >
      <ul className="tk-effects">
        {effects.map(({ key, count, text }) => (
          <li key={key}>
            <b className="tk-number">{count}</b> {text}
          </li>
        ))}
      </ul>
      <MachineNames machines={machines} />
      {hasOptions ? (
        <>
          <NumberInput
            label={t('machines.power.delay')}
            description={t('machines.power.delayText')}
            min={0}
            max={1440}
            value={delayMinutes}
            onChange={(value) => setDelayMinutes(Number(value) || 0)}
          />
          <Checkbox
            label={t('machines.power.force')}
            description={t('machines.power.forceText')}
            checked={isForced}
            onChange={(event) => setForced(event.currentTarget.checked)}
          />
        </>
      ) : null}
    </ConfirmAct>
  );
}
