import type { Static } from 'typebox';
import * as Type from 'typebox';

const instant = () =>
  Type.String({ minLength: 1, maxLength: 40, description: 'ISO 8601 with an offset or Z' });

export const Weekday = Type.Union([
  Type.Literal('monday'),
  Type.Literal('tuesday'),
  Type.Literal('wednesday'),
  Type.Literal('thursday'),
  Type.Literal('friday'),
  Type.Literal('saturday'),
  Type.Literal('sunday'),
]);
export type Weekday = Static<typeof Weekday>;

/** The second Tuesday, the last Friday (`nth` -1), or some days after it: Patch Tuesday + 3. */
export const NthWeekday = Type.Object({
  nth: Type.Union([
    Type.Literal(1),
    Type.Literal(2),
    Type.Literal(3),
    Type.Literal(4),
    Type.Literal(5),
    Type.Literal(-1),
  ]),
  weekday: Weekday,
  offsetDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 27 })),
});
export type NthWeekday = Static<typeof NthWeekday>;

/**
 * Which local days, and when on them. Intervals count from the day of `startsAt`: with `every: 'week'` from its
 * week (Monday first), with `every: 'month'` from its month.
 */
export const RecurrenceRule = Type.Object({
  every: Type.Union([Type.Literal('day'), Type.Literal('week'), Type.Literal('month')]),
  interval: Type.Integer({ minimum: 1, maximum: 366 }),
  at: Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }),
  /** `week` only; absent: the weekday of `startsAt`. */
  weekdays: Type.Optional(Type.Array(Weekday, { minItems: 1, maxItems: 7 })),
  /** `month` only; in a shorter month its last day. Absent without `nthWeekday`: the day of `startsAt`. */
  dayOfMonth: Type.Optional(Type.Integer({ minimum: 1, maximum: 31 })),
  /** `month` only; goes before `dayOfMonth`. A month without a fifth such day has no occurrence. */
  nthWeekday: Type.Optional(NthWeekday),
});
export type RecurrenceRule = Static<typeof RecurrenceRule>;

export const OnceSchedule = Type.Object({ kind: Type.Literal('at'), at: instant() });
export type OnceSchedule = Static<typeof OnceSchedule>;

export const RecurringSchedule = Type.Object({
  kind: Type.Literal('recurring'),
  rule: RecurrenceRule,
  /** IANA name, `Asia/Tokyo`. */
  timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  startsAt: instant(),
  /** No occurrence begins after it. */
  endsAt: Type.Optional(instant()),
});
export type RecurringSchedule = Static<typeof RecurringSchedule>;

export const Schedule = Type.Union([
  Type.Object({ kind: Type.Literal('now') }),
  OnceSchedule,
  RecurringSchedule,
]);
export type Schedule = Static<typeof Schedule>;
