import { NumberInput, TextInput } from '@mantine/core';
import type { MaintenanceWindow } from '@tenkai/domain/schedule/window.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { ScheduleForm } from '../schedules/ScheduleForm.tsx';

interface Props {
  readonly window: MaintenanceWindow;
  readonly onSave: (window: MaintenanceWindow) => Promise<unknown>;
  readonly onClose: () => void;
}

const longestMinutes = 44_640;

export function WindowForm({ window, onSave, onClose }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(window);
  return (
    <ConfirmAct
      title={t('collections.window')}
      act={t('common.save')}
      isDisabled={draft.name.trim() === ''}
      onAct={() => onSave(draft)}
      onClose={onClose}
      size="lg"
    >
      <TextInput
        label={t('common.name')}
        data-autofocus
        maxLength={255}
        value={draft.name}
        onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
      />
      <ScheduleForm
        label={t('collections.windowSchedule')}
        hasNow={false}
        value={draft.schedule}
        onChange={(schedule) => {
          if (schedule.kind !== 'now') setDraft({ ...draft, schedule });
        }}
      />
      <NumberInput
        label={t('collections.windowMinutes')}
        min={1}
        max={longestMinutes}
        value={draft.durationMinutes}
        onChange={(minutes) => setDraft({ ...draft, durationMinutes: Number(minutes) || 1 })}
      />
    </ConfirmAct>
  );
}
