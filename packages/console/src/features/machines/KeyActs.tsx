import { IconBan, IconKey, IconRefresh } from '@tabler/icons-react';
import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import { ActMenu } from '../../ui/ActMenu.tsx';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useDecide } from '../enrollment/enrollment.queries.ts';
import { useRenewKeys } from './machines.queries.ts';
import { useTellOutcome } from './use-tell-outcome.ts';

const keyActs = [
  ['renewKeys', IconRefresh],
  ['revoke', IconBan],
] as const;

export type KeyAction = (typeof keyActs)[number][0];

export function KeyMenu({ onChoose }: { readonly onChoose: (act: KeyAction) => void }) {
  const { t } = useTranslation();
  return (
    <ActMenu
      label={t('machines.acts.keys')}
      icon={IconKey}
      acts={keyActs}
      textOf={(act) => t(`machines.acts.${act}`)}
      onChoose={onChoose}
    />
  );
}

interface Props {
  readonly machine: MachineDetail;
  readonly onClose: () => void;
}

export function RenewKeys({ machine, onClose }: Props) {
  const { t } = useTranslation();
  const renew = useRenewKeys();
  const tellOutcome = useTellOutcome();
  return (
    <ConfirmAct
      title={t('machines.renewKeysTitle', { name: machine.name })}
      act={t('machines.acts.renewKeys')}
      onAct={async () => tellOutcome(t('machines.acts.renewKeys'), await renew.mutateAsync([machine.id]))}
      onClose={onClose}
    >
      <p>{t('machines.renewKeysText')}</p>
    </ConfirmAct>
  );
}

export function RevokeKey({ machine, onClose }: Props) {
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
