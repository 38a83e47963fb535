import { Select } from '@mantine/core';
import type { PulledPackage } from '@tenkai/protocol/api/repositories.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { type Decision, useDecide } from './repositories.queries.ts';

interface Props {
  readonly repositoryId: string;
  readonly pulled: PulledPackage;
  readonly verb: Decision['verb'];
  readonly onClose: () => void;
}

const levels = ['highest', 'high', 'normal', 'low'] as const;

/** Says what a decision leads to before it is made. */
export function DecidePackage({ repositoryId, pulled, verb, onClose }: Props) {
  const { t } = useTranslation();
  const decide = useDecide(repositoryId);
  const [urgency, setUrgency] = useState('');
  const { packageId, offered } = pulled;
  const level = levels.find((each) => each === urgency);
  return (
    <ConfirmAct
      title={t(`repositories.${verb}Title`, { id: packageId })}
      act={t(`repositories.${verb}`)}
      onAct={() => decide.mutateAsync({ verb, packageId, offered, ...(level ? { urgency: level } : {}) })}
      onClose={onClose}
    >
      <p>{t(`repositories.${verb}Text`)}</p>
      {verb === 'approve' ? (
        <Select
          label={t('packages.fields.urgency')}
          data={[
            { value: '', label: t('repositories.asPublished') },
            ...levels.map((each) => ({ value: each, label: t(`packages.urgencies.${each}`) })),
          ]}
          allowDeselect={false}
          value={urgency}
          onChange={(value) => setUrgency(value ?? '')}
        />
      ) : null}
    </ConfirmAct>
  );
}
