import { defineFailures, type FieldProblem } from '../failure.ts';
import type { Schedule } from './schedule.ts';
import { daysInMonth, isTimeZone } from './zone.ts';

/** What can be wrong with a schedule that its schema cannot say. */
export const scheduleFailures = defineFailures({
  'schedule-instant': {
    kind: 'invalid',
    message: '"{text}" is no date and time.',
    remedy: 'Write it as 2026-04-01T22:00:00+09:00, or with Z for UTC.',
  },
  'schedule-time-zone': {
    kind: 'invalid',
    message: 'There is no time zone {timeZone}.',
    remedy: 'Choose an IANA name such as Asia/Tokyo.',
  },
  'schedule-end': {
    kind: 'invalid',
    message: 'A schedule cannot end before it starts.',
    remedy: 'Choose a later end, or none.',
  },
  'schedule-rule': {
    kind: 'invalid',
    message:
      'Weekdays belong to weekly schedules, days of the month to monthly ones; this one is for every {every}.',
    remedy: 'Take the days out, or choose another interval.',
  },
});

const instantPattern = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Empty when the schedule may be saved. */
export function scheduleProblems(schedule: Schedule): FieldProblem[] {
  if (schedule.kind === 'now') return [];
  if (schedule.kind === 'at') return instantProblems('at', schedule.at);
  const { rule, startsAt, endsAt } = schedule;
  const problems = [...instantProblems('startsAt', startsAt), ...instantProblems('endsAt', endsAt)];
  if (!isTimeZone(schedule.timeZone))
    problems.push({ field: 'timeZone', code: 'schedule-time-zone', params: { timeZone: schedule.timeZone } });
  const isForWeek = rule.weekdays !== undefined;
  const isForMonth = rule.dayOfMonth !== undefined || rule.nthWeekday !== undefined;
  if ((isForWeek && rule.every !== 'week') || (isForMonth && rule.every !== 'month'))
    problems.push({ field: 'rule', code: 'schedule-rule', params: { every: rule.every } });
  if (endsAt !== undefined && Date.parse(endsAt) < Date.parse(startsAt))
    problems.push({ field: 'endsAt', code: 'schedule-end', params: {} });
  return problems;
}

function instantProblems(field: 'at' | 'startsAt' | 'endsAt', text: string | undefined): FieldProblem[] {
  if (text === undefined || isInstant(text)) return [];
  return [{ field, code: 'schedule-instant', params: { text } }];
}

/** `Date.parse` alone takes the 30th of February for a day in March. */
function isInstant(text: string): boolean {
  const [, year, month, day] = instantPattern.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  return Number.isFinite(Date.parse(text)) && day <= daysInMonth(year, month);
}
