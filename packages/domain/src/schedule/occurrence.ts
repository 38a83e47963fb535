import type { NthWeekday, RecurrenceRule, RecurringSchedule, Schedule, Weekday } from './schedule.ts';
import {
  dateOfDayNumber,
  dayNumber,
  daysInMonth,
  instantOf,
  type LocalDate,
  localDateOf,
  weekdayOfDayNumber,
} from './zone.ts';

const weekdays: readonly Weekday[] = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
];

/**
 * The first time after `afterEpochMs` (itself excluded) at which a schedule fires, in epoch milliseconds; null when
 * there is none. `now` has no later occurrence: whoever starts something now does so at once. Recurring times are
 * local: over a change of clocks a skipped time fires at the change, a repeated one the first time only.
 * @throws RangeError for an unknown time zone; see `scheduleProblems`.
 */
export function nextOccurrence(schedule: Schedule, afterEpochMs: number): number | null {
  if (schedule.kind === 'now') return null;
  if (schedule.kind === 'at') return laterThan(Date.parse(schedule.at), afterEpochMs);
  return nextRecurrence(schedule, afterEpochMs);
}

function laterThan(at: number, afterEpochMs: number): number | null {
  return at > afterEpochMs ? at : null;
}

/** Intervals beyond these lie outside of any calendar that JavaScript has: a year of 9999 ends the search. */
const lastInstant = Date.UTC(9999, 0, 1);

function nextRecurrence(schedule: RecurringSchedule, afterEpochMs: number): number | null {
  const { rule, timeZone } = schedule;
  const startsAt = Date.parse(schedule.startsAt);
  const endsAt = Math.min(
    schedule.endsAt === undefined ? lastInstant : Date.parse(schedule.endsAt),
    lastInstant,
  );
  const earliest = Math.max(startsAt, afterEpochMs + 1);
  if (!(earliest <= endsAt)) return null;
  const anchor = localDateOf(timeZone, startsAt);
  const minute = minuteOfDay(rule.at);
  for (let period = periodOf(rule, anchor, localDateOf(timeZone, earliest)); ; period += 1) {
    const days = daysOfPeriod(rule, anchor, period);
    for (const day of days) {
      const instant = instantOf(timeZone, dateOfDayNumber(day), minute);
      if (instant > endsAt) return null;
      if (instant >= earliest) return instant;
    }
    if (days.length === 0 && dayNumber(monthOfPeriod(rule, anchor, period)) * 86_400_000 > endsAt)
      return null;
  }
}

function minuteOfDay(at: string): number {
  const [hours = '0', minutes = '0'] = at.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/**
 * The number of the interval since the anchor in which to begin to look: one before that of the earliest day, for
 * local days move against instants and an offset may carry an occurrence into the next month.
 */
function periodOf(rule: RecurrenceRule, anchor: LocalDate, earliest: LocalDate): number {
  const units: Record<RecurrenceRule['every'], number> = {
    day: dayNumber(earliest) - dayNumber(anchor),
    week: (mondayOf(earliest) - mondayOf(anchor)) / 7,
    month: monthNumber(earliest) - monthNumber(anchor),
  };
  const slack = rule.every === 'month' ? 2 : 1;
  return Math.max(0, Math.floor((units[rule.every] - slack) / rule.interval));
}

/** The days on which a rule fires in its n-th interval, ascending. */
function daysOfPeriod(rule: RecurrenceRule, anchor: LocalDate, period: number): number[] {
  if (rule.every === 'day') return [dayNumber(anchor) + period * rule.interval];
  if (rule.every === 'week') return daysOfWeek(rule, anchor, mondayOf(anchor) + period * rule.interval * 7);
  const month = monthOfPeriod(rule, anchor, period);
  if (rule.nthWeekday) return nthWeekdayOf(month, rule.nthWeekday);
  const day = Math.min(rule.dayOfMonth ?? anchor.day, daysInMonth(month.year, month.month));
  return [dayNumber({ ...month, day })];
}

function daysOfWeek(rule: RecurrenceRule, anchor: LocalDate, monday: number): number[] {
  if (!rule.weekdays) return [monday + weekdayOfDayNumber(dayNumber(anchor))];
  const chosen = rule.weekdays;
  return weekdays.flatMap((weekday, index) => (chosen.includes(weekday) ? [monday + index] : []));
}

function nthWeekdayOf(month: LocalDate, { nth, weekday, offsetDays = 0 }: NthWeekday): number[] {
  const first = dayNumber(month);
  const length = daysInMonth(month.year, month.month);
  const firstMatch = first + ((weekdays.indexOf(weekday) - weekdayOfDayNumber(first) + 7) % 7);
  const matches = [0, 7, 14, 21, 28].map((days) => firstMatch + days).filter((day) => day < first + length);
  const match = matches.at(nth === -1 ? -1 : nth - 1);
  return match === undefined ? [] : [match + offsetDays];
}

function mondayOf(date: LocalDate): number {
  const days = dayNumber(date);
  return days - weekdayOfDayNumber(days);
}

function monthNumber({ year, month }: LocalDate): number {
  return year * 12 + month - 1;
}

function monthOfPeriod(rule: RecurrenceRule, anchor: LocalDate, period: number): LocalDate {
  const months = monthNumber(anchor) + period * (rule.every === 'month' ? rule.interval : 0);
  return { year: Math.floor(months / 12), month: (months % 12) + 1, day: 1 };
}
