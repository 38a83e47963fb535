import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dateOfDayNumber, dayNumber, instantOf, isTimeZone, localDateOf, zoneOffsetMs } from './zone.ts';

const at = (timeZone: string, local: string): string => {
  const [date = '', time = ''] = local.split(' ');
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return new Date(instantOf(timeZone, { year, month, day }, hour * 60 + minute)).toISOString();
};

test('local times become instants, also where clocks change', () => {
  const rows = [
    ['Asia/Tokyo', '2026-03-29 02:30', '2026-03-28T17:30:00.000Z'],
    ['Europe/Berlin', '2026-03-29 01:59', '2026-03-29T00:59:00.000Z'],
    ['Europe/Berlin', '2026-03-29 02:00', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29 02:30', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29 03:00', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25 01:59', '2026-10-24T23:59:00.000Z'],
    ['Europe/Berlin', '2026-10-25 02:30', '2026-10-25T00:30:00.000Z'],
    ['Europe/Berlin', '2026-10-25 03:00', '2026-10-25T02:00:00.000Z'],
    ['America/New_York', '2026-03-08 02:30', '2026-03-08T07:00:00.000Z'],
    ['America/New_York', '2026-11-01 01:30', '2026-11-01T05:30:00.000Z'],
    ['Australia/Lord_Howe', '2026-10-04 02:15', '2026-10-03T15:30:00.000Z'],
    ['Pacific/Apia', '2011-12-30 10:00', '2011-12-30T10:00:00.000Z'],
    ['Pacific/Apia', '2011-12-31 00:00', '2011-12-30T10:00:00.000Z'],
  ];
  for (const [zone = '', local = '', instant] of rows)
    assert.equal(at(zone, local), instant, `${zone} ${local}`);
});

const zones = fc.constantFrom(
  'Europe/Berlin',
  'Asia/Tokyo',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Apia',
);

test("a valid local time and its instant are each other's inverse", () => {
  fc.assert(
    fc.property(
      zones,
      fc.integer({ min: 0, max: 40_000 }),
      fc.integer({ min: 0, max: 1439 }),
      (zone, days, minute) => {
        const instant = instantOf(zone, dateOfDayNumber(days), minute);
        const wall = instant + zoneOffsetMs(zone, instant);
        const wanted = days * 86_400_000 + minute * 60_000;
        if (wall === wanted) return;
        assert.ok(wall > wanted, 'a skipped time moves forward');
        assert.notEqual(
          zoneOffsetMs(zone, instant - 1000),
          zoneOffsetMs(zone, instant),
          'to the moment of the change',
        );
      },
    ),
  );
});

test("day numbers and dates are each other's inverse", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -100_000, max: 2_000_000 }),
      (days) => dayNumber(dateOfDayNumber(days)) === days,
    ),
  );
});

test('the local day of an instant is that of the zone', () => {
  const instant = Date.parse('2026-12-31T20:00:00Z');
  assert.deepEqual(localDateOf('Asia/Tokyo', instant), { year: 2027, month: 1, day: 1 });
  assert.deepEqual(localDateOf('America/New_York', instant), { year: 2026, month: 12, day: 31 });
});

test('unknown time zones are recognised', () => {
  assert.equal(isTimeZone('Europe/Berlin'), true);
  assert.equal(isTimeZone('Europe/Atlantis'), false);
});
