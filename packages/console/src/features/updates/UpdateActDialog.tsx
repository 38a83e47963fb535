import { TextInput } from '@mantine/core';
import type { UpdateMachineRow } from '@tenkai/protocol/api/updates.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { useHold, useOptOut, useRelease } from './updates.queries.ts';

export type UpdateAct = 'hold' | 'release' | 'exclude';

interface Props {
  readonly act: UpdateAct;
  readonly packageId: string;
  /** None: the package as a whole. */
  readonly machines: readonly UpdateMachineRow[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Says for whom before it is done: for the chosen machines, or for all. */
export function UpdateActDialog({ act, packageId, machines, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const [note, setNote] = useState('');
  const hold = useHold();
  const release = useRelease();
  const optOut = useOptOut();
  const ids = machines.map(({ machineId }) => machineId);
  const whom = { packageId, ...(ids.length > 0 ? { machineIds: ids } : {}) };
  const carryOut = async () => {
    if (act === 'hold') await hold.mutateAsync({ ...whom, note });
    else if (act === 'release') await release.mutateAsync(whom);
    else await optOut.mutateAsync({ machineIds: ids, isOptedOut: true });
    onDone();
  };
  return (
    <ConfirmAct
      title={t(`updates.acts.${act}`)}
      act={t(`updates.acts.${act}`)}
      isDisabled={act === 'hold' && note.trim() === ''}
      onAct={carryOut}
      onClose={onClose}
    >
      <p>
        {ids.length > 0
          ? t(`updates.actText.${act}`, { count: ids.length })
          : t(`updates.actTextAll.${act === 'release' ? 'release' : 'hold'}`, { name: packageId })}
      </p>
      {act === 'hold' ? (
        <TextInput
          label={t('updates.note')}
          value={note}
          maxLength={255}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
      ) : null}
    </ConfirmAct>
  );
}
