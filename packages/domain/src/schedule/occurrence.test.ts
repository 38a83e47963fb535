import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as Value from 'typebox/value';
import { nextOccurrence } from './occurrence.ts';
import { scheduleProblems } from './problems.ts';
import { type RecurrenceRule, type RecurringSchedule, Schedule } from './schedule.ts';
import { localDateOf } from './zone.ts';

const recurring = (
  rule: RecurrenceRule,
  timeZone = 'Europe/Berlin',
  startsAt = '2026-01-01T00:00:00Z',
  endsAt?: string,
) =>
  ({
    kind: 'recurring',
    rule,
    timeZone,
    startsAt,
    ...(endsAt ? { endsAt } : {}),
  }) satisfies RecurringSchedule;

function occurrences(schedule: Schedule, after: string, count: number): string[] {
  const found: string[] = [];
  let afterMs = Date.parse(after);
  while (found.length < count) {
    const next = nextOccurrence(schedule, afterMs);
    if (next === null) break;
    found.push(new Date(next).toISOString().replace(':00.000Z', 'Z'));
    afterMs = next;
  }
  return found;
}

test('now has no later occurrence, a time has one', () => {
  assert.equal(nextOccurrence({ kind: 'now' }, 0), null);
  const once = { kind: 'at', at: '2026-05-01T10:00:00+09:00' } as const;
  assert.deepEqual(occurrences(once, '2026-04-01T00:00:00Z', 5), ['2026-05-01T01:00Z']);
  assert.deepEqual(occurrences(once, '2026-05-01T01:00:00Z', 5), []);
});

test('daily at 02:30 fires on every local day, also when clocks change', () => {
  const berlin = recurring({ every: 'day', interval: 1, at: '02:30' });
  assert.deepEqual(occurrences(berlin, '2026-03-28T00:00:00Z', 3), [
    '2026-03-28T01:30Z',
    '2026-03-29T01:00Z',
    '2026-03-30T00:30Z',
  ]);
  assert.deepEqual(occurrences(berlin, '2026-10-24T12:00:00Z', 2), [
    '2026-10-25T00:30Z',
    '2026-10-26T01:30Z',
  ]);
  const tokyo = recurring({ every: 'day', interval: 1, at: '02:30' }, 'Asia/Tokyo');
  assert.deepEqual(occurrences(tokyo, '2026-03-28T00:00:00Z', 2), ['2026-03-28T17:30Z', '2026-03-29T17:30Z']);
  const newYork = recurring({ every: 'day', interval: 1, at: '01:30' }, 'America/New_York');
  assert.deepEqual(occurrences(newYork, '2026-10-31T12:00:00Z', 2), [
    '2026-11-01T05:30Z',
    '2026-11-02T06:30Z',
  ]);
});

test('intervals count from the start, not from the question', () => {
  const third = recurring({ every: 'day', interval: 3, at: '00:00' }, 'UTC');
  assert.deepEqual(occurrences(third, '2026-01-30T12:00:00Z', 2), ['2026-01-31T00:00Z', '2026-02-03T00:00Z']);
  const weeks = recurring({ every: 'week', interval: 2, at: '06:00', weekdays: ['sunday', 'monday'] }, 'UTC');
  assert.deepEqual(occurrences(weeks, '2026-01-01T00:00:00Z', 4), [
    '2026-01-04T06:00Z',
    '2026-01-12T06:00Z',
    '2026-01-18T06:00Z',
    '2026-01-26T06:00Z',
  ]);
  const sameDay = recurring({ every: 'week', interval: 1, at: '06:00' }, 'UTC');
  assert.deepEqual(occurrences(sameDay, '2026-01-02T00:00:00Z', 1), ['2026-01-08T06:00Z']);
});

test('months: last day in short ones, nth weekdays, days after Patch Tuesday', () => {
  const last = recurring({ every: 'month', interval: 1, at: '12:00', dayOfMonth: 31 }, 'UTC');
  assert.deepEqual(occurrences(last, '2028-01-01T00:00:00Z', 3), [
    '2028-01-31T12:00Z',
    '2028-02-29T12:00Z',
    '2028-03-31T12:00Z',
  ]);
  const nth = (nthWeekday: RecurrenceRule['nthWeekday']) =>
    recurring({ every: 'month', interval: 1, at: '12:00', ...(nthWeekday ? { nthWeekday } : {}) }, 'UTC');
  const from = '2026-01-01T00:00:00Z';
  assert.deepEqual(occurrences(nth({ nth: 2, weekday: 'tuesday' }), from, 2), [
    '2026-01-13T12:00Z',
    '2026-02-10T12:00Z',
  ]);
  assert.deepEqual(occurrences(nth({ nth: -1, weekday: 'friday' }), from, 2), [
    '2026-01-30T12:00Z',
    '2026-02-27T12:00Z',
  ]);
  assert.deepEqual(occurrences(nth({ nth: 5, weekday: 'friday' }), from, 2), [
    '2026-01-30T12:00Z',
    '2026-05-29T12:00Z',
  ]);
  const patch = nth({ nth: 2, weekday: 'tuesday', offsetDays: 3 });
  assert.deepEqual(occurrences(patch, from, 2), ['2026-01-16T12:00Z', '2026-02-13T12:00Z']);
  const late = nth({ nth: -1, weekday: 'saturday', offsetDays: 27 });
  assert.deepEqual(occurrences(late, '2026-02-20T00:00:00Z', 2), ['2026-02-27T12:00Z', '2026-03-27T12:00Z']);
});

test('nothing fires before the start or after the end', () => {
  const some = recurring(
    { every: 'day', interval: 1, at: '12:00' },
    'UTC',
    '2026-01-05T13:00:00Z',
    '2026-01-07T12:00:00Z',
  );
  assert.deepEqual(occurrences(some, '2020-01-01T00:00:00Z', 9), ['2026-01-06T12:00Z', '2026-01-07T12:00Z']);
  const never = recurring(
    { every: 'month', interval: 12, at: '12:00', nthWeekday: { nth: 5, weekday: 'monday' } },
    'UTC',
    '2026-02-01T00:00:00Z',
    '2040-01-01T00:00:00Z',
  );
  assert.equal(nextOccurrence(never, 0), null);
});

test('a schedule says what is wrong with it', () => {
  const good = recurring({ every: 'day', interval: 1, at: '12:00' });
  assert.deepEqual(scheduleProblems(good), []);
  assert.deepEqual(scheduleProblems({ kind: 'now' }), []);
  const codes = (schedule: Schedule) =>
    scheduleProblems(schedule).map(({ field, code }) => `${field}: ${code}`);
  assert.deepEqual(codes({ kind: 'at', at: 'tomorrow' }), ['at: schedule-instant']);
  assert.deepEqual(codes({ ...good, timeZone: 'Mars/Base' }), ['timeZone: schedule-time-zone']);
  assert.deepEqual(codes({ ...good, endsAt: '2025-01-01T00:00:00Z' }), ['endsAt: schedule-end']);
  const mixed = recurring({ every: 'day', interval: 1, at: '12:00', weekdays: ['monday'] });
  assert.deepEqual(codes(mixed), ['rule: schedule-rule']);
  assert.equal(Value.Check(Schedule, { ...good, rule: { ...good.rule, at: '24:00' } }), false);
  assert.equal(Value.Check(Schedule, good), true);
});

const weekday = fc.constantFrom('monday', 'wednesday', 'sunday') as fc.Arbitrary<'monday'>;
const rule: fc.Arbitrary<RecurrenceRule> = fc
  .oneof(
    fc.record({ every: fc.constant('day' as const) }),
    fc.record({ every: fc.constant('week' as const), weekdays: fc.uniqueArray(weekday, { minLength: 1 }) }),
    fc.record({ every: fc.constant('month' as const), dayOfMonth: fc.integer({ min: 1, max: 31 }) }),
    fc.record({
      every: fc.constant('month' as const),
      nthWeekday: fc.record({
        nth: fc.constantFrom(1, 2, 3, 4, 5, -1) as fc.Arbitrary<1>,
        weekday,
        offsetDays: fc.integer({ min: 0, max: 27 }),
      }),
    }),
  )
  .chain((base) =>
    fc
      .record({
        interval: fc.integer({ min: 1, max: 5 }),
        at: fc.constantFrom('00:00', '02:30', '12:00', '23:59'),
      })
      .map((more) => ({ ...base, ...more })),
  );
const instants = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2030-01-01') });

test('the next occurrence is later, and none lies between', () => {
  const zone = fc.constantFrom('Europe/Berlin', 'Asia/Tokyo', 'America/New_York');
  fc.assert(
    fc.property(
      rule,
      zone,
      instants,
      instants,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (someRule, timeZone, start, after, part) => {
        const schedule = recurring(someRule, timeZone, new Date(start).toISOString());
        const next = nextOccurrence(schedule, after);
        assert.ok(next !== null && next > after && next >= start);
        assert.equal(nextOccurrence(schedule, next - 1), next);
        const between = after + Math.floor((next - 1 - after) * part);
        assert.equal(nextOccurrence(schedule, between), next);
      },
    ),
  );
});

test('a daily schedule fires exactly once on every local day', () => {
  const zone = fc.constantFrom('Europe/Berlin', 'Asia/Tokyo', 'America/New_York');
  const minutes = fc.constantFrom('00:00', '01:30', '02:00', '02:30', '03:00', '23:59');
  fc.assert(
    fc.property(zone, minutes, instants, (timeZone, at, start) => {
      const schedule = recurring({ every: 'day', interval: 1, at }, timeZone, '2023-01-01T00:00:00Z');
      const first = nextOccurrence(schedule, start) ?? 0;
      const second = nextOccurrence(schedule, first) ?? 0;
      const [a, b] = [localDateOf(timeZone, first), localDateOf(timeZone, second)];
      assert.equal(Date.UTC(b.year, b.month - 1, b.day) - Date.UTC(a.year, a.month - 1, a.day), 86_400_000);
    }),
  );
});
