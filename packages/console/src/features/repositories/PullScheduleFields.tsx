import { NumberInput, Select, TextInput } from '@mantine/core';
import type { PullSchedule } from '@tenkai/protocol/api/repositories.ts';
import { useTranslation } from 'react-i18next';
import { browserTimeZone, timeZones } from '../schedules/local-time.ts';

interface Props {
  readonly schedule: PullSchedule;
  readonly onChange: (schedule: PullSchedule) => void;
}

const kinds = ['interval', 'daily', 'manual'] as const;

function newSchedule(kind: string | null): PullSchedule {
  if (kind === 'interval') return { kind, minutes: 60 };
  if (kind === 'daily') return { kind, at: '03:00', timeZone: browserTimeZone() };
  return { kind: 'manual' };
}

/** When the site looks for something new. */
export function PullScheduleFields({ schedule, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t('repositories.schedule')}
        data={kinds.map((kind) => ({ value: kind, label: t(`repositories.schedules.${kind}`) }))}
        allowDeselect={false}
        value={schedule.kind}
        onChange={(kind) => onChange(newSchedule(kind))}
      />
      {schedule.kind === 'interval' ? (
        <NumberInput
          label={t('repositories.minutes')}
          min={1}
          max={10_080}
          value={schedule.minutes}
          onChange={(value) => onChange({ kind: 'interval', minutes: Number(value) || 60 })}
        />
      ) : null}
      {schedule.kind === 'daily' ? (
        <div className="tk-row">
          <TextInput
            type="time"
            label={t('repositories.at')}
            value={schedule.at}
            onChange={(event) => onChange({ ...schedule, at: event.currentTarget.value || '03:00' })}
          />
          <Select
            label={t('repositories.timeZone')}
            data={timeZones(schedule.timeZone)}
            searchable
            allowDeselect={false}
            value={schedule.timeZone}
            onChange={(timeZone) => onChange({ ...schedule, timeZone: timeZone ?? 'UTC' })}
          />
        </div>
      ) : null}
    </>
  );
}
