import { NumberInput, Switch, TextInput } from '@mantine/core';
import type { UpdatePolicy } from '@tenkai/domain/update/policy.ts';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { RingsField } from './RingsField.tsx';
import { UpdateWhatIfPanel } from './UpdateWhatIfPanel.tsx';
import { useChangePolicy } from './updates.queries.ts';

const numbers = [
  { name: 'startDelayMinutes', min: 0, max: 240 },
  { name: 'attempts', min: 1, max: 20 },
  { name: 'retryMinutes', min: 1, max: 10_080 },
  { name: 'restartWarningSeconds', min: 0, max: 86_400 },
  { name: 'failureLimitPercent', min: 0, max: 100 },
  { name: 'failureSample', min: 1, max: 10_000 },
] as const;

interface Props {
  readonly policy: UpdatePolicy;
  readonly onClose: () => void;
}

/** The rules of automatic update, and what they would do now (BAUT-07). */
export function PolicyDialog({ policy, onClose }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(policy);
  const change = useChangePolicy();
  const set = (more: Partial<UpdatePolicy>) => setDraft((before) => ({ ...before, ...more }));
  return (
    <ConfirmAct
      title={t('updates.policy')}
      act={t('common.save')}
      size="xl"
      labelOf={(field) => fieldName(t, field)}
      onAct={() => change.mutateAsync(draft)}
      onClose={onClose}
    >
      <Switch
        label={t('updates.fields.isOn')}
        checked={draft.isOn}
        onChange={(event) => set({ isOn: event.currentTarget.checked })}
      />
      <Switch
        label={t('updates.fields.upgradesAgents')}
        description={t('updates.help.upgradesAgents')}
        checked={draft.upgradesAgents}
        onChange={(event) => set({ upgradesAgents: event.currentTarget.checked })}
      />
      <div className="tk-row">
        <TextInput
          flex={1}
          type="time"
          label={t('updates.fields.time')}
          description={t('updates.help.time')}
          value={draft.time}
          onChange={(event) => set({ time: event.currentTarget.value })}
        />
        <TextInput
          flex={1}
          label={t('updates.fields.timeZone')}
          description={t('updates.help.timeZone')}
          value={draft.timeZone}
          onChange={(event) => set({ timeZone: event.currentTarget.value })}
        />
      </div>
      {(['installWindows', 'restartWindows'] as const).map((name) => (
        <Switch
          key={name}
          label={t(`updates.fields.${name}`)}
          checked={draft[name] === 'respect'}
          onChange={(event) => set({ [name]: event.currentTarget.checked ? 'respect' : 'ignore' })}
        />
      ))}
      {numbers.map(({ name, min, max }) => (
        <NumberInput
          key={name}
          label={t(`updates.fields.${name}`)}
          min={min}
          max={max}
          value={draft[name]}
          onChange={(value) => typeof value === 'number' && set({ [name]: value })}
        />
      ))}
      <RingsField rings={draft.rings} onChange={(rings) => set({ rings })} />
      <UpdateWhatIfPanel policy={draft} />
    </ConfirmAct>
  );
}

/** `rings[1]` is the second ring. */
function fieldName(t: TFunction, field: string): string {
  const ring = /^rings\[(\d+)\]/.exec(field);
  if (ring) return `${t('updates.ring')} ${Number(ring[1]) + 1}`;
  return field === 'timeZone' ? t('updates.fields.timeZone') : field;
}
