import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { MachineNames } from './MachineNames.tsx';
import { useClearErrors } from './machines.queries.ts';
import { useTellOutcome } from './use-tell-outcome.ts';

interface Props {
  readonly machines: readonly Pick<MachineRow, 'id' | 'name' | 'activity'>[];
  /** Absent: for all deployments. */
  readonly deployment?: { readonly id: string; readonly name: string };
  readonly onClose: () => void;
}

/** エラー解除 (BCON-07, BSCN-36). */
export function ClearErrors({ machines, deployment, onClose }: Props) {
  const { t } = useTranslation();
  const clear = useClearErrors();
  const tellOutcome = useTellOutcome();
  const inError = machines.filter(({ activity }) => activity === 'error');
  const act = async () => {
    const { results } = await clear.mutateAsync({
      machineIds: machines.map(({ id }) => id),
      ...(deployment ? { deploymentId: deployment.id } : {}),
    });
    tellOutcome(t('machines.acts.clearErrors'), results);
  };
  return (
    <ConfirmAct
      title={t('machines.acts.clearErrors')}
      act={t('machines.acts.clearErrors')}
      onAct={act}
      onClose={onClose}
    >
      <p>
        {deployment
          ? t('machines.clearErrorsOf', { name: deployment.name })
          : t('machines.clearErrorsText', { inError: inError.length, count: machines.length })}
      </p>
      <MachineNames machines={machines} />
    </ConfirmAct>
  );
}
