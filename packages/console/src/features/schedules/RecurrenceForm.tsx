import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import type { RecurrenceRule, RecurringSchedule } from '@tenkai/domain/schedule/schedule.ts';
import { useTranslation } from 'react-i18next';
import { fromLocalInput, timeZones, toLocalInput } from './local-time.ts';
import { MonthDays } from './MonthDays.tsx';
import { weekdays } from './weekdays.ts';

interface Props {
  readonly value: RecurringSchedule;
  readonly onChange: (value: RecurringSchedule) => void;
}

const mostIntervals = 366;

/** Every so many days, weeks or months, on which days, at what time, in which zone. */
export function RecurrenceForm({ value, onChange }: Props) {
  const { t } = useTranslation();
  const { rule } = value;
  const setRule = (next: RecurrenceRule) => onChange({ ...value, rule: next });
  return (
    <>
      <div className="tk-row" style={{ alignItems: 'flex-end' }}>
        <NumberInput
          label={t('schedule.interval')}
          w={90}
          min={1}
          max={mostIntervals}
          value={rule.interval}
          onChange={(interval) => setRule({ ...rule, interval: Number(interval) || 1 })}
        />
        <Select
          aria-label={t('schedule.interval')}
          w={120}
          allowDeselect={false}
          data={(['day', 'week', 'month'] as const).map((unit) => ({
            value: unit,
            label: t(`schedule.unit.${unit}`),
          }))}
          value={rule.every}
          onChange={(every) => setRule(withUnit(rule, every as RecurrenceRule['every']))}
        />
        <TextInput
          type="time"
          label={t('schedule.time')}
          w={120}
          value={rule.at}
          onChange={(event) => {
            if (event.currentTarget.value) setRule({ ...rule, at: event.currentTarget.value.slice(0, 5) });
          }}
        />
        <Select
          label={t('schedule.timeZone')}
          w={210}
          searchable
          allowDeselect={false}
          data={timeZones(value.timeZone)}
          value={value.timeZone}
          onChange={(timeZone) => timeZone && onChange({ ...value, timeZone })}
        />
      </div>
      {rule.every === 'week' ? (
        <Checkbox.Group
          label={t('schedule.weekdays')}
          value={rule.weekdays ?? []}
          onChange={(days) => {
            const chosen = weekdays.filter((day) => days.includes(day));
            if (chosen.length > 0) setRule({ ...rule, weekdays: chosen });
          }}
        >
          <div className="tk-row">
            {weekdays.map((day) => (
              <Checkbox key={day} value={day} label={t(`schedule.weekdayNames.${day}`)} />
            ))}
          </div>
        </Checkbox.Group>
      ) : null}
      {rule.every === 'month' ? <MonthDays rule={rule} onChange={setRule} /> : null}
      <div className="tk-row">
        <TextInput
          type="datetime-local"
          label={t('schedule.startsAt')}
          value={toLocalInput(value.startsAt)}
          onChange={(event) => {
            const startsAt = fromLocalInput(event.currentTarget.value);
            if (startsAt) onChange({ ...value, startsAt });
          }}
        />
        <TextInput
          type="datetime-local"
          label={`${t('schedule.endsAt')} (${t('common.optional')})`}
          value={value.endsAt ? toLocalInput(value.endsAt) : ''}
          onChange={(event) => onChange(withEnd(value, fromLocalInput(event.currentTarget.value)))}
        />
      </div>
    </>
  );
}

/** Days belong to their unit: a week's days mean nothing to a month. */
function withUnit({ interval, at }: RecurrenceRule, every: RecurrenceRule['every']): RecurrenceRule {
  if (every === 'week') return { every, interval, at, weekdays: ['saturday'] };
  if (every === 'month') return { every, interval, at, nthWeekday: { nth: 2, weekday: 'tuesday' } };
  return { every, interval, at };
}

function withEnd(
  { endsAt: _before, ...value }: RecurringSchedule,
  endsAt: string | undefined,
): RecurringSchedule {
  return endsAt === undefined ? value : { ...value, endsAt };
}
