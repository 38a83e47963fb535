import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Value from 'typebox/value';
import { reasonSentence } from '../reason.ts';
import { nextOccurrence } from './occurrence.ts';
import { scheduleProblems } from './problems.ts';
import { type RecurrenceRule, type RecurringSchedule, Schedule } from './schedule.ts';
import { MaintenanceWindow, windowState } from './window.ts';
import { fitsWindow } from './window-fit.ts';

const minute = 60_000;
const hour = 60 * minute;
const ms = (text: string) => Date.parse(text);
const daily = { every: 'day', interval: 1, at: '22:00' } as const;

function recurring(rule: RecurrenceRule, over: Partial<RecurringSchedule> = {}): RecurringSchedule {
  return { kind: 'recurring', rule, timeZone: 'UTC', startsAt: '2026-01-01T00:00:00Z', ...over };
}
function windowOf(schedule: MaintenanceWindow['schedule'], durationMinutes: number): MaintenanceWindow {
  return { id: 'w', name: 'w', schedule, durationMinutes };
}

const weekday = { nth: 5, weekday: 'monday' } as const;
const neverFits: [string, MaintenanceWindow[], string][] = [
  ['shorter than the run', [windowOf(recurring(daily), 120)], 'window-never-fits'],
  ['shorter by the margin alone', [windowOf(recurring(daily), 184)], 'window-never-fits'],
  [
    'two that do not join',
    [windowOf(recurring(daily), 120), windowOf(recurring({ ...daily, at: '01:00' }), 120)],
    'window-never-fits',
  ],
  ['over since yesterday', [windowOf({ kind: 'at', at: '2026-04-30T00:00:00Z' }, 600)], 'window-none-left'],
  [
    'a series that has ended',
    [windowOf(recurring(daily, { endsAt: '2026-02-01T00:00:00Z' }), 600)],
    'window-none-left',
  ],
  [
    'a day that never comes',
    [
      windowOf(
        recurring(
          { every: 'month', interval: 12, at: '12:00', nthWeekday: weekday },
          { startsAt: '2026-02-01T00:00:00Z', endsAt: '2040-01-01T00:00:00Z' },
        ),
        600,
      ),
    ],
    'window-none-left',
  ],
  [
    'long, but already in its last hour, and the last',
    [windowOf({ kind: 'at', at: '2026-05-01T00:30:00Z' }, 600)],
    'window-none-left',
  ],
];

for (const [name, windows, code] of neverFits)
  test(`a run of three hours never begins: ${name}`, () => {
    const fit = fitsWindow({ windows, nowMs: ms('2026-05-01T10:00:00Z'), maxRunTimeMs: 3 * hour });
    assert.deepEqual(fit.fits ? 'fits' : [fit.reason.code, fit.earliestAt], [code, null]);
  });

test('the explanation names the longest run time against what is left', () => {
  const windows = [windowOf(recurring(daily), 180)];
  const say = (nowMs: number, maxRunTimeMs: number) => {
    const fit = fitsWindow({ windows, nowMs, maxRunTimeMs });
    return fit.fits ? 'fits' : reasonSentence(fit.reason);
  };
  assert.equal(
    say(ms('2026-05-01T23:30:00Z'), 115 * minute),
    'The open maintenance window closes in 1 h 30 min; this may take 2 h at the longest.',
  );
  assert.equal(
    say(ms('2026-05-01T22:00:00Z'), 4 * hour),
    'It never fits: this may take 4 h 5 min at the longest, and the longest maintenance window has 3 h.',
  );
});

const good = recurring({
  every: 'month',
  interval: 1,
  at: '12:00',
  nthWeekday: { nth: 2, weekday: 'tuesday' },
});
const negative: [string, unknown][] = [
  ['an interval of 0', { ...good, rule: { ...good.rule, interval: 0 } }],
  ['an interval of -1', { ...good, rule: { ...good.rule, interval: -1 } }],
  ['half an interval', { ...good, rule: { ...good.rule, interval: 0.5 } }],
  ['a negative time of day', { ...good, rule: { ...good.rule, at: '-1:00' } }],
  ['24:00', { ...good, rule: { ...good.rule, at: '24:00' } }],
  ['12:60', { ...good, rule: { ...good.rule, at: '12:60' } }],
  [
    'days before the weekday',
    { ...good, rule: { ...good.rule, nthWeekday: { nth: 2, weekday: 'tuesday', offsetDays: -1 } } },
  ],
  ['day 0 of the month', { ...good, rule: { every: 'month', interval: 1, at: '12:00', dayOfMonth: 0 } }],
  ['no weekday at all', { ...good, rule: { every: 'week', interval: 1, at: '12:00', weekdays: [] } }],
];

test('negative and impossible numbers fit no schema', () => {
  assert.equal(Value.Check(Schedule, good), true);
  for (const [name, schedule] of negative) assert.equal(Value.Check(Schedule, schedule), false, name);
  for (const durationMinutes of [0, -1, 1.5, 44_641])
    assert.equal(
      Value.Check(MaintenanceWindow, windowOf(good, durationMinutes)),
      false,
      `${durationMinutes}`,
    );
});

test('times that no calendar has are refused', () => {
  const wrong = ['', 'tomorrow', '2026-02-30T00:00:00Z', '2026-02-29T00:00:00Z', '2026-04-31T00:00:00+09:00'];
  wrong.push('2026-13-01T00:00:00Z', '2026-00-10T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-01T25:00:00Z');
  wrong.push('-002026-01-01T00:00:00Z', '2026-01-01T00:00:00', '2026-01-01', '1767225600000');
  for (const at of wrong)
    assert.deepEqual(
      scheduleProblems({ kind: 'at', at }).map(({ code }) => code),
      ['schedule-instant'],
      at,
    );
  for (const at of ['2028-02-29T00:00:00Z', '2026-12-31T23:59:59.999+14:00'])
    assert.deepEqual(scheduleProblems({ kind: 'at', at }), [], at);
});

test('a negative run time counts as none, and times before 1970 are times', () => {
  const windows = [windowOf(recurring(daily, { startsAt: '1960-01-01T00:00:00Z' }), 120)];
  const at = ms('1965-05-01T22:00:00Z');
  assert.ok(at < 0);
  assert.equal(fitsWindow({ windows, nowMs: at, maxRunTimeMs: hour }).fits, true);
  const last = { windows, nowMs: at + 118 * minute };
  assert.equal(
    fitsWindow({ ...last, maxRunTimeMs: -hour }).fits,
    fitsWindow({ ...last, maxRunTimeMs: 0 }).fits,
  );
  assert.equal(nextOccurrence(recurring(daily), Number.NaN), null);
});

/** The clocks of Berlin went forward on 29 March 2026 at 01:00Z and back on 25 October at 01:00Z. */
const changes: [string, string, string, number][] = [
  [
    'the night when clocks go forward has its real minutes',
    '2026-03-28T20:00:00Z',
    '2026-03-29T00:00:00Z',
    180,
  ],
  ['the night when clocks go back has its real minutes', '2026-10-24T20:00:00Z', '2026-10-24T23:00:00Z', 180],
];

for (const [name, from, opensAt, minutes] of changes)
  test(name, () => {
    const windows = [windowOf(recurring({ ...daily, at: '01:00' }, { timeZone: 'Europe/Berlin' }), 180)];
    const fit = fitsWindow({ windows, nowMs: ms(from), maxRunTimeMs: (minutes - 5) * minute });
    assert.deepEqual(fit.fits ? null : fit.earliestAt, ms(opensAt));
    const open = windowState(windows, ms(opensAt) + 179 * minute);
    assert.deepEqual(open.isOpen && open.span?.closesAt, ms(opensAt) + 180 * minute);
  });

test('a clock that jumps meets the window of the moment to which it jumped, and no other', () => {
  const windows = [windowOf(recurring(daily), 120)];
  const askAt = (text: string) => fitsWindow({ windows, nowMs: ms(text), maxRunTimeMs: hour });
  const walk: [string, boolean, string | null][] = [
    ['2026-05-01T22:30:00Z', true, null],
    ['2026-05-01T12:00:00Z', false, '2026-05-01T22:00:00Z'],
    ['2026-05-03T22:30:00Z', true, null],
    ['2025-12-24T00:00:00Z', false, '2026-01-01T22:00:00Z'],
    ['2126-05-01T12:00:00Z', false, '2126-05-01T22:00:00Z'],
  ];
  for (const [now, fits, earliest] of walk) {
    const fit = askAt(now);
    assert.deepEqual([fit.fits, fit.fits ? null : fit.earliestAt], [fits, earliest && ms(earliest)], now);
  }
});
