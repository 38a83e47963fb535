import { Button } from '@mantine/core';
import { IconStethoscope, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useMay } from '../session/session.queries.ts';
import { AddToCollection } from './AddToCollection.tsx';
import { DiagnoseMachine } from './DiagnoseMachine.tsx';
import { type KeyAction, KeyMenu, RenewKeys, RevokeKey } from './KeyActs.tsx';
import { type PowerAction, useForgetMachine } from './machines.queries.ts';
import { PowerAct } from './PowerAct.tsx';
import { isPowerAction, PowerMenu } from './PowerMenu.tsx';

/** What can be done with the one machine of this page. */
export function MachineOwnActs({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<PowerAction | KeyAction | 'forget' | 'deploy' | 'diagnose'>();
  const close = () => setOpen(undefined);
  return (
    <>
      {may('operate') ? <PowerMenu onChoose={setOpen} /> : null}
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
      {may('manage-machines') && machine.enrollment === 'enrolled' ? <KeyMenu onChoose={setOpen} /> : null}
      {may('manage-machines') ? (
        <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => setOpen('forget')}>
          {t('machines.acts.forget')}
        </Button>
      ) : null}
      {open === 'deploy' ? <AddToCollection machines={[machine]} isForDeployment onClose={close} /> : null}
      {open === 'forget' ? <ForgetMachine machine={machine} onClose={close} /> : null}
      {open === 'renewKeys' ? <RenewKeys machine={machine} onClose={close} /> : null}
      {open === 'revoke' ? <RevokeKey machine={machine} onClose={close} /> : null}
      {open === 'diagnose' ? <DiagnoseMachine machine={machine} onClose={close} /> : null}
      {isPowerAction(open) ? <PowerAct action={open} machines={[machine]} onClose={close} /> : null}
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
