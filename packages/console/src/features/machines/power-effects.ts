import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import type { PowerAction } from './machines.queries.ts';

/** What a power command means for a machine in the state that we know of. */
export type PowerEffect = 'now' | 'held' | 'nothing' | 'sent' | 'asked';

/** BAGT-11: a command to a machine that is starting is held until it checks in; it never fails for that. */
export function powerEffect(
  action: PowerAction,
  machine: Pick<MachineRow, 'powerState' | 'isOnline'>,
): PowerEffect {
  if (action === 'query') return 'asked';
  if (action === 'wake') return machine.isOnline || machine.powerState === 'on' ? 'nothing' : 'sent';
  if (machine.isOnline) return 'now';
  return machine.powerState === 'off' ? 'nothing' : 'held';
}

const order: readonly PowerEffect[] = ['now', 'sent', 'asked', 'held', 'nothing'];

export function usePowerEffects(action: PowerAction, machines: readonly MachineRow[]) {
  const { t } = useTranslation();
  const formats = useFormats();
  const groups = Map.groupBy(machines, (machine) => powerEffect(action, machine));
  return order
    .filter((effect) => groups.has(effect))
    .map((effect) => ({
      key: effect,
      count: formats.number(groups.get(effect)?.length ?? 0),
      text: t(`machines.power.effect.${effect}`),
    }));
}
