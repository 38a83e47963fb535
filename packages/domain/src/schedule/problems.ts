import type { Schedule } from './schedule.ts';
import { isTimeZone } from './zone.ts';

/** One thing that is wrong with a schedule that its schema cannot say; `code` has a sentence in the console. */
export interface ScheduleProblem {
  readonly field: 'at' | 'timeZone' | 'startsAt' | 'endsAt' | 'rule';
  readonly code: 'not-an-instant' | 'unknown-time-zone' | 'ends-before-it-starts' | 'not-for-this-rule';
}

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Empty when the schedule may be saved. */
export function scheduleProblems(schedule: Schedule): ScheduleProblem[] {
  if (schedule.kind === 'now') return [];
  if (schedule.kind === 'at') return instantProblems('at', schedule.at);
  const { rule, startsAt, endsAt } = schedule;
  const problems = [...instantProblems('startsAt', startsAt), ...instantProblems('endsAt', endsAt)];
  if (!isTimeZone(schedule.timeZone)) problems.push({ field: 'timeZone', code: 'unknown-time-zone' });
  const isForWeek = rule.weekdays !== undefined;
  const isForMonth = rule.dayOfMonth !== undefined || rule.nthWeekday !== undefined;
  if ((isForWeek && rule.every !== 'week') || (isForMonth && rule.every !== 'month'))
    problems.push({ field: 'rule', code: 'not-for-this-rule' });
  if (endsAt !== undefined && Date.parse(endsAt) < Date.parse(startsAt))
    problems.push({ field: 'endsAt', code: 'ends-before-it-starts' });
  return problems;
}

function instantProblems(field: 'at' | 'startsAt' | 'endsAt', text: string | undefined): ScheduleProblem[] {
  if (text === undefined || (instantPattern.test(text) && Number.isFinite(Date.parse(text)))) return [];
  return [{ field, code: 'not-an-instant' }];
}
