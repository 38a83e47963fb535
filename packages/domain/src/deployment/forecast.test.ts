import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { defaultDelivery } from './delivery.ts';
import { forecast } from './forecast.ts';
import type { ForecastMachine, ForecastQuestion } from './forecast-question.ts';

const noon = Date.parse('2026-03-02T12:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const night = {
  id: 'night',
  name: 'night',
  schedule: {
    kind: 'recurring' as const,
    rule: { every: 'day' as const, interval: 1, at: '22:00' },
    timeZone: 'UTC',
    startsAt: '2026-01-01T00:00:00Z',
  },
  durationMinutes: 120,
};

function machine(id: string, over: Partial<ForecastMachine> = {}, maxRunTimeMs = hour): ForecastMachine {
  return {
    id,
    plan: { state: 'applicable', reasons: [], timing: 'after-delivery', maxRunTimeMs },
    facts: { isOnline: true, powerState: 'on' },
    windows: [],
    beginsWithWake: false,
    busy: null,
    full: null,
    ...over,
  };
}
const off = { facts: { isOnline: false, powerState: 'off' as const } };
const fleet = (count: number, over: Partial<ForecastMachine> = {}) =>
  Array.from({ length: count }, (_, index) => machine(`m${index}`, over));

function ask(machines: ForecastMachine[], over: Partial<ForecastQuestion> = {}): ForecastQuestion {
  return {
    machines,
    draft: { purpose: 'required', respectsWindows: true, wakesMachines: false },
    delivery: { ...defaultDelivery, ignored: [] },
    slots: { limit: 100, reason: { code: 'slot-site', params: { limit: 100 } } },
    busyUntil: [],
    startsAt: noon,
    ...over,
  };
}
const slots = (limit: number) => ({ slots: { limit, reason: { code: 'slot-site', params: { limit } } } });
const group = (maxTargets: number | null, maxWaitMinutes: number | null) => ({
  delivery: { ...defaultDelivery, maxTargets, maxWaitMinutes, ignored: [] },
});
const wakes = { draft: { purpose: 'required' as const, respectsWindows: true, wakesMachines: true } };
const available = { draft: { purpose: 'available' as const, respectsWindows: true, wakesMachines: false } };
const unsuited = {
  state: 'not-applicable' as const,
  reasons: [{ code: 'platform', params: {} }],
  timing: 'after-delivery' as const,
  maxRunTimeMs: 0,
};

/** `m0 starts 0..60 wave 1: reasons`: times in minutes after noon. */
function told(question: ForecastQuestion): string[] {
  const at = (time: number | null) => (time === null ? '?' : (time - noon) / minute);
  return forecast(question).rows.map(({ id, outcome, startsAt, latestStartAt, wave, reasons }) =>
    [
      id,
      outcome,
      ...(outcome === 'starts' ? [`${at(startsAt)}..${at(latestStartAt)}`] : []),
      ...(wave === null ? [] : [`wave ${wave}`]),
      ...reasons.map(({ code }) => code),
    ].join(' '),
  );
}

const table: [string, ForecastQuestion, string[]][] = [
  ['a machine that is there begins at once', ask([machine('m0')]), ['m0 starts 0..0']],
  [
    'a package for other systems never comes, and says why',
    ask([machine('m0', { plan: unsuited })]),
    ['m0 not-applicable platform'],
  ],
  [
    'BSCN-25: a window later today dates the start',
    ask([machine('m0', { windows: [night] })]),
    ['m0 starts 600..600 window-closed'],
  ],
  [
    'who never fits a window is named with the reason',
    ask([machine('m0', { windows: [night] }, 3 * hour)]),
    ['m0 never window-never-fits'],
  ],
  [
    'windows that are ignored keep nobody',
    ask([machine('m0', { windows: [night] })], {
      draft: { purpose: 'required', respectsWindows: false, wakesMachines: false },
    }),
    ['m0 starts 0..0'],
  ],
  ['a machine that is off is waited for', ask([machine('m0', off)]), ['m0 waits machine-off']],
  [
    'a machine that is off is woken first',
    ask([machine('m0', off)], wakes),
    ['m0 starts 1..1 machine-waking'],
  ],
  ['what is available waits for being asked for', ask(fleet(1), available), ['m0 waits not-requested']],
  [
    'a machine without inventory waits for it',
    ask([machine('m0', { plan: { ...unsuited, state: 'unknown' } })]),
    ['m0 waits inventory-missing'],
  ],
  [
    'another run on the machine delays it at most until its longest time is over',
    ask([machine('m0', { busy: { isStaged: false, endsAt: noon + 30 * minute } })]),
    ['m0 starts 0..30 earlier-run'],
  ],
  [
    'BAGT-15: what waits for the next start of the machine comes first',
    ask([machine('m0', { busy: { isStaged: true, endsAt: noon } })]),
    ['m0 waits next-start-update'],
  ],
  [
    'BSRV-16: over the limit the next begins when one ends',
    ask(fleet(3), slots(1)),
    ['m0 starts 0..0', 'm1 starts 0..60 slot-site', 'm2 starts 0..120 slot-site'],
  ],
  [
    'slots that others hold are free at the latest when they must end',
    ask(fleet(1), { ...slots(1), busyUntil: [noon + 7 * minute] }),
    ['m0 starts 0..7 slot-site'],
  ],
  [
    'whose turn comes too late for the window begins in the next one',
    ask(fleet(2, { windows: [night] }), slots(1)),
    [
      'm0 starts 600..600 window-closed',
      'm1 starts 600..2040 window-closed slot-site window-too-little-left',
    ],
  ],
  [
    'BSCN-13: five with at most two: two waves at once, the last waits its longest',
    ask(fleet(5), group(2, 10)),
    [
      'm0 starts 0..0 wave 1',
      'm1 starts 0..0 wave 1',
      'm2 starts 0..0 wave 2',
      'm3 starts 0..0 wave 2',
      'm4 starts 10..10 wave 3 forecast-group',
    ],
  ],
  [
    'a number alone: the rest begins at once where nobody else can come',
    ask([...fleet(3), machine('m3', { plan: unsuited })], group(2, null)),
    ['m0 starts 0..0 wave 1', 'm1 starts 0..0 wave 1', 'm2 starts 0..0 wave 2', 'm3 not-applicable platform'],
  ],
  [
    'a number alone: the rest waits while a machine that is off may come',
    ask([...fleet(1), machine('m1', off)], group(2, null)),
    ['m0 waits forecast-group', 'm1 waits machine-off'],
  ],
  [
    'a wave is made of those whose window opens together',
    ask(
      [machine('m0'), machine('m1', { windows: [night] }), machine('m2', { windows: [night] })],
      group(2, 10),
    ),
    [
      'm0 starts 10..10 wave 1 forecast-group',
      'm1 starts 600..600 wave 2 window-closed',
      'm2 starts 600..600 wave 2 window-closed',
    ],
  ],
  [
    'BSCN-23: no room for one more run at the next start',
    ask([
      machine('m0', {
        plan: { ...machine('m0').plan, timing: 'at-next-start' },
        full: { code: 'next-start-full', params: {} },
      }),
    ]),
    ['m0 waits next-start-full'],
  ],
];

describe('what a deployment will do, machine by machine', () => {
  for (const [name, question, expected] of table)
    test(name, () => assert.deepEqual(told(question), expected));

  test('waves are listed with cause, time and number', () => {
    const { waves } = forecast(ask(fleet(3), group(2, 10)));
    assert.deepEqual(waves, [
      { number: 1, cause: 'full', startsAt: noon, count: 2 },
      { number: 2, cause: 'waited', startsAt: noon + 10 * minute, count: 1 },
    ]);
  });

  test('hundreds of machines with one slot are decided in bounded time, and what lies too far ahead says so', () => {
    const { rows } = forecast(ask(fleet(500, { windows: [night] }), slots(1)));
    assert.ok(rows.every(({ outcome }) => outcome === 'starts'));
    assert.ok(rows.some(({ latestStartAt }) => latestStartAt === null));
  });
});

const someMachine = fc.record({
  isOn: fc.boolean(),
  minutes: fc.integer({ min: 1, max: 180 }),
  hasWindow: fc.boolean(),
  isBusy: fc.boolean(),
});
const someQuestion = fc
  .record({
    machines: fc.array(someMachine, { maxLength: 30 }),
    limit: fc.integer({ min: 1, max: 5 }),
    maxTargets: fc.option(fc.integer({ min: 1, max: 6 })),
    maxWait: fc.option(fc.integer({ min: 1, max: 90 })),
  })
  .map(({ machines, limit, maxTargets, maxWait }) =>
    ask(
      machines.map(({ isOn, minutes, hasWindow, isBusy }, index) =>
        machine(
          `m${index}`,
          {
            ...(isOn ? {} : off),
            windows: hasWindow ? [night] : [],
            busy: isBusy ? { isStaged: false, endsAt: noon + 20 * minute } : null,
          },
          minutes * minute,
        ),
      ),
      { ...slots(limit), ...group(maxTargets, maxWait) },
    ),
  );

test('whatever is asked: everybody has one row, a late start is no earlier, and no wave is over the maximum', () => {
  fc.assert(
    fc.property(someQuestion, (question) => {
      const { rows, waves } = forecast(question);
      assert.deepEqual(
        rows.map(({ id }) => id),
        question.machines.map(({ id }) => id),
      );
      for (const row of rows) {
        assert.equal(row.startsAt !== null, row.outcome === 'starts');
        assert.ok(row.outcome === 'starts' || row.reasons.length > 0, JSON.stringify(row));
      }
      for (const wave of waves) {
        assert.ok(wave.count <= (question.delivery.maxTargets ?? Number.POSITIVE_INFINITY));
        assert.equal(rows.filter((row) => row.wave === wave.number).length, wave.count);
      }
    }),
  );
});
