import { Button, Menu } from '@mantine/core';
import {
  IconBan,
  IconChevronDown,
  IconPower,
  IconRadar2,
  IconRotateClockwise,
  IconStethoscope,
  IconSunrise,
  IconTrash,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useDecide } from '../enrollment/enrollment.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { AddToCollection } from './AddToCollection.tsx';
import { DiagnoseMachine } from './DiagnoseMachine.tsx';
import { type PowerAction, useForgetMachine } from './machines.queries.ts';
import { PowerAct } from './PowerAct.tsx';
import { useTellOutcome } from './use-tell-outcome.ts';

const powerActs = [
  ['wake', IconSunrise],
  ['restart', IconRotateClockwise],
  ['shut-down', IconPower],
  ['query', IconRadar2],
] as const;

const isPowerAction = (act: string): act is PowerAction => powerActs.some(([action]) => action === act);

/** What can be done with the one machine of this page. */
export function MachineOwnActs({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<PowerAction | 'forget' | 'deploy' | 'diagnose' | 'revoke'>();
  const close = () => setOpen(undefined);
  return (
    <>
      {may('operate') ? (
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
      ) : null}
      {may('operate') ? (
        <Button
          variant="default"
          leftSection={<IconStethoscope size={16} />}
          onClick={() => setOpen('diagnose')}
        >
          {t('machines.acts.diagnose')}
        </Button>
      ) : null}
      {may('operate') && may('manage-collections') ? (
        <Button onClick={() => setOpen('deploy')}>{t('machines.acts.deploy')}</Button>
      ) : null}
      {may('manage-machines') && machine.enrollment === 'enrolled' ? (
        <Button variant="default" leftSection={<IconBan size={16} />} onClick={() => setOpen('revoke')}>
          {t('machines.acts.revoke')}
        </Button>
      ) : null}
      {may('manage-machines') ? (
        <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => setOpen('forget')}>
          {t('machines.acts.forget')}
        </Button>
      ) : null}
      {open === 'deploy' ? <AddToCollection machines={[machine]} isForDeployment onClose={close} /> : null}
      {open === 'forget' ? <ForgetMachine machine={machine} onClose={close} /> : null}
      {open === 'revoke' ? <RevokeKey machine={machine} onClose={close} /> : null}
      {open === 'diagnose' ? <DiagnoseMachine machine={machine} onClose={close} /> : null}
      {open !== undefined && isPowerAction(open) ? (
        <PowerAct action={open} machines={[machine]} onClose={close} />
      ) : null}
    </>
  );
}

function ForgetMachine({
  machine,
  onClose,
}: {
  readonly machine: MachineDetail;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const forget = useForgetMachine();
  return (
    <ConfirmAct
      title={t('machines.forgetTitle', { name: machine.name })}
      act={t('machines.acts.forget')}
      isDestructive
      typed={machine.name}
      onAct={async () => {
        await forget.mutateAsync(machine.id);
        await navigate({ to: '/machines' });
      }}
      onClose={onClose}
    >
      <p>{t('machines.forgetText')}</p>
    </ConfirmAct>
  );
}

function RevokeKey({ machine, onClose }: { readonly machine: MachineDetail; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const decide = useDecide();
  const tellOutcome = useTellOutcome();
  return (
    <ConfirmAct
      title={t('machines.revokeTitle', { name: machine.name })}
      act={t('machines.acts.revoke')}
      isDestructive
      onAct={async () => {
        const { results } = await decide.mutateAsync({ machineIds: [machine.id], decision: 'revoke' });
        tellOutcome(t('machines.acts.revoke'), results);
      }}
      onClose={onClose}
    >
      <p>{t('machines.revokeText')}</p>
    </ConfirmAct>
  );
}
