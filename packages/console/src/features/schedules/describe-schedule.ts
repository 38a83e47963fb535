import type { RecurrenceRule, Schedule } from '@tenkai/domain/schedule/schedule.ts';
import type { TFunction } from 'i18next';
import type { Formats } from '../../i18n/format.ts';

/** A schedule as a sentence: `Every 2 weeks on Tuesday at 22:00 (Asia/Tokyo)`. */
export function describeSchedule(t: TFunction, formats: Formats, schedule: Schedule): string {
  if (schedule.kind === 'now') return t('schedule.now');
  if (schedule.kind === 'at') return t('schedule.at', { time: formats.dateTime(Date.parse(schedule.at)) });
  const { rule, timeZone, startsAt, endsAt } = schedule;
  const parts = [
    rule.interval === 1
      ? t(`schedule.eachOne.${rule.every}`)
      : t(`schedule.every.${rule.every}`, { count: rule.interval }),
    describeDays(t, formats, rule),
    t('schedule.atTime', { time: rule.at }),
    t('schedule.inZone', { zone: timeZone }),
    Date.parse(startsAt) > Date.now()
      ? t('schedule.from', { time: formats.dateTime(Date.parse(startsAt)) })
      : '',
    endsAt === undefined ? '' : t('schedule.until', { time: formats.dateTime(Date.parse(endsAt)) }),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function describeDays(t: TFunction, formats: Formats, rule: RecurrenceRule): string {
  if (rule.weekdays) {
    const days = rule.weekdays.map((day) => t(`schedule.weekdayNames.${day}`));
    return t('schedule.onDays', { days: formats.list(days) });
  }
  if (rule.nthWeekday) {
    const { nth, weekday, offsetDays } = rule.nthWeekday;
    const names = {
      nth: t(`schedule.nthNames.${nth}`),
      weekday: t(`schedule.weekdayNames.${weekday}`),
    };
    const after = offsetDays ? ` ${t('schedule.plusDays', { count: offsetDays })}` : '';
    return t('schedule.onNth', names) + after;
  }
  return rule.dayOfMonth === undefined ? '' : t('schedule.onDay', { day: rule.dayOfMonth });
}
