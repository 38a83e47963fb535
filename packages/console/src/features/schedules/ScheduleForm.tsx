import { SegmentedControl, TextInput } from '@mantine/core';
import type { RecurringSchedule, Schedule } from '@tenkai/domain/schedule/schedule.ts';
import { useTranslation } from 'react-i18next';
import { browserTimeZone, fromLocalInput, toLocalInput } from './local-time.ts';
import { RecurrenceForm } from './RecurrenceForm.tsx';

interface Props {
  readonly label: string;
  readonly value: Schedule;
  readonly onChange: (value: Schedule) => void;
  /** Maintenance windows do not begin *at once*. */
  readonly hasNow?: boolean;
}

const hourMs = 3_600_000;

/** When: at once, at a time, or again and again. */
export function ScheduleForm({ label, value, onChange, hasNow = true }: Props) {
  const { t } = useTranslation();
  const kinds = hasNow ? (['now', 'at', 'recurring'] as const) : (['at', 'recurring'] as const);
  return (
    <div className="tk-stack">
      <SegmentedControl
        aria-label={label}
        value={value.kind}
        data={kinds.map((kind) => ({ value: kind, label: t(`deployments.wizard.${kind}`) }))}
        onChange={(kind) => onChange(firstOf(kind as Schedule['kind']))}
      />
      {value.kind === 'at' ? (
        <TextInput
          type="datetime-local"
          label={t('schedule.date')}
          description={browserTimeZone()}
          value={toLocalInput(value.at)}
          onChange={(event) => {
            const at = fromLocalInput(event.currentTarget.value);
            if (at) onChange({ kind: 'at', at });
          }}
        />
      ) : null}
      {value.kind === 'recurring' ? <RecurrenceForm value={value} onChange={onChange} /> : null}
    </div>
  );
}

/** What a kind begins with: the next full hour, or every week at night. */
export function firstOf(kind: Schedule['kind']): Schedule {
  if (kind === 'now') return { kind };
  const nextHour = new Date(Math.ceil((Date.now() + 1) / hourMs) * hourMs).toISOString();
  if (kind === 'at') return { kind, at: nextHour };
  const recurring: RecurringSchedule = {
    kind,
    rule: { every: 'week', interval: 1, at: '22:00', weekdays: ['saturday'] },
    timeZone: browserTimeZone(),
    startsAt: new Date().toISOString(),
  };
  return recurring;
}
