import { NumberInput, SegmentedControl, Select } from '@mantine/core';
import type { NthWeekday, RecurrenceRule, Weekday } from '@tenkai/domain/schedule/schedule.ts';
import { useTranslation } from 'react-i18next';
import { weekdays } from './weekdays.ts';

interface Props {
  readonly rule: RecurrenceRule;
  readonly onChange: (rule: RecurrenceRule) => void;
}

const nths: readonly NthWeekday['nth'][] = [1, 2, 3, 4, 5, -1];
const mostOffsetDays = 27;

/** Which day of a month: the 15th, or the second Tuesday and three days. */
export function MonthDays({ rule, onChange }: Props) {
  const { t } = useTranslation();
  const { every, interval, at, nthWeekday } = rule;
  const base = { every, interval, at };
  const setNth = (next: NthWeekday) => onChange({ ...base, nthWeekday: next });
  return (
    <div className="tk-row" style={{ alignItems: 'flex-end' }}>
      <SegmentedControl
        aria-label={t('schedule.byDay')}
        value={nthWeekday ? 'weekday' : 'date'}
        data={[
          { value: 'weekday', label: t('schedule.byNthWeekday') },
          { value: 'date', label: t('schedule.byDayOfMonth') },
        ]}
        onChange={(kind) =>
          onChange(
            kind === 'date'
              ? { ...base, dayOfMonth: 1 }
              : { ...base, nthWeekday: { nth: 2, weekday: 'tuesday' } },
          )
        }
      />
      {nthWeekday ? (
        <>
          <Select
            label={t('schedule.nth')}
            w={110}
            allowDeselect={false}
            data={nths.map((nth) => ({ value: String(nth), label: t(`schedule.nthNames.${nth}`) }))}
            value={String(nthWeekday.nth)}
            onChange={(nth) => setNth({ ...nthWeekday, nth: Number(nth) as NthWeekday['nth'] })}
          />
          <Select
            label={t('schedule.weekday')}
            w={140}
            allowDeselect={false}
            data={weekdays.map((day) => ({ value: day, label: t(`schedule.weekdayNames.${day}`) }))}
            value={nthWeekday.weekday}
            onChange={(weekday) => setNth({ ...nthWeekday, weekday: weekday as Weekday })}
          />
          <NumberInput
            label={t('schedule.offsetDays')}
            w={110}
            min={0}
            max={mostOffsetDays}
            value={nthWeekday.offsetDays ?? 0}
            onChange={(days) => setNth({ ...nthWeekday, offsetDays: Number(days) || 0 })}
          />
        </>
      ) : (
        <NumberInput
          label={t('schedule.dayOfMonth')}
          w={120}
          min={1}
          max={31}
          value={rule.dayOfMonth ?? 1}
          onChange={(day) => onChange({ ...base, dayOfMonth: Number(day) || 1 })}
        />
      )}
    </div>
  );
}
