import { IconPower, IconRadar2, IconRotateClockwise, IconSunrise } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ActMenu } from '../../ui/ActMenu.tsx';
import type { PowerAction } from './machines.queries.ts';

const powerActs = [
  ['wake', IconSunrise],
  ['restart', IconRotateClockwise],
  ['shut-down', IconPower],
  ['query', IconRadar2],
] as const;

export const isPowerAction = (act: string | undefined): act is PowerAction =>
  powerActs.some(([action]) => action === act);

export function PowerMenu({ onChoose }: { readonly onChoose: (action: PowerAction) => void }) {
  const { t } = useTranslation();
  return (
    <ActMenu
      label={t('machines.acts.power')}
      icon={IconPower}
      acts={powerActs}
      textOf={(action) => t(`machines.acts.${action}`)}
      onChoose={onChoose}
    />
  );
}
