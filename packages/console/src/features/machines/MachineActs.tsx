import { Button, Menu } from '@mantine/core';
import {
  IconChevronDown,
  IconEraser,
  IconPower,
  IconRadar2,
  IconRocket,
  IconRotateClockwise,
  IconSunrise,
  IconTopologyStar3,
} from '@tabler/icons-react';
import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Selection } from '../../ui/table/selection.ts';
import { useMay } from '../session/session.queries.ts';
import { AddToCollection } from './AddToCollection.tsx';
import { ClearErrors } from './ClearErrors.tsx';
import type { PowerAction } from './machines.queries.ts';
import { PowerAct } from './PowerAct.tsx';

type Open = PowerAction | 'clear-errors' | 'add-to-collection' | 'deploy' | undefined;

const powerActs = [
  ['wake', IconSunrise],
  ['restart', IconRotateClockwise],
  ['shut-down', IconPower],
  ['query', IconRadar2],
] as const;

/** What can be done with the chosen machines; each act shows what it will do before it does it. */
export function MachineActs({ selection }: { readonly selection: Selection<MachineRow> }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<Open>();
  const machines = [...selection.rows.values()];
  if (machines.length === 0) return null;
  const close = () => setOpen(undefined);
  return (
    <>
      {may('operate') ? (
        <>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button
                variant="default"
                leftSection={<IconPower size={16} />}
                rightSection={<IconChevronDown size={14} />}
              >
                {t('machines.acts.power')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {powerActs.map(([action, Shape]) => (
                <Menu.Item
                  key={action}
                  leftSection={<Shape size={16} stroke={1.6} />}
                  onClick={() => setOpen(action)}
                >
                  {t(`machines.acts.${action}`)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          <Button
            variant="default"
            leftSection={<IconEraser size={16} />}
            onClick={() => setOpen('clear-errors')}
          >
            {t('machines.acts.clearErrors')}
          </Button>
        </>
      ) : null}
      {may('manage-collections') ? (
        <Button
          variant="default"
          leftSection={<IconTopologyStar3 size={16} />}
          onClick={() => setOpen('add-to-collection')}
        >
          {t('machines.acts.addToCollection')}
        </Button>
      ) : null}
      {may('operate') && may('manage-collections') ? (
        <Button leftSection={<IconRocket size={16} />} onClick={() => setOpen('deploy')}>
          {t('machines.acts.deploy')}
        </Button>
      ) : null}
      {open === 'clear-errors' ? <ClearErrors machines={machines} onClose={close} /> : null}
      {open === 'add-to-collection' || open === 'deploy' ? (
        <AddToCollection machines={machines} isForDeployment={open === 'deploy'} onClose={close} />
      ) : null}
      {powerActs.some(([action]) => action === open) ? (
        <PowerAct action={open as PowerAction} machines={machines} onClose={close} />
      ) : null}
    </>
  );
}
