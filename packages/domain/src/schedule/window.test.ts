import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type MaintenanceWindow, nextSpan, windowState } from './window.ts';
import { fitsWindow } from './window-fit.ts';

const minute = 60_000;
const hour = 60 * minute;
const ms = (text: string) => Date.parse(text);

const daily = (id: string, at: string, durationMinutes: number, timeZone = 'UTC'): MaintenanceWindow => ({
  id,
  name: id,
  schedule: {
    kind: 'recurring',
    rule: { every: 'day', interval: 1, at },
    timeZone,
    startsAt: '2026-01-01T00:00:00Z',
  },
  durationMinutes,
});
const once = (id: string, at: string, durationMinutes: number): MaintenanceWindow => ({
  id,
  name: id,
  schedule: { kind: 'at', at },
  durationMinutes,
});

test('without windows it is always open', () => {
  assert.deepEqual(windowState([], 0), { isOpen: true, span: null });
  assert.deepEqual(fitsWindow({ windows: [], nowMs: 0, maxRunTimeMs: 99 * hour }), {
    fits: true,
    opensAt: null,
    closesAt: null,
  });
});

test('a window is open from its first to before its last moment', () => {
  const windows = [daily('night', '22:00', 120)];
  const span = { opensAt: ms('2026-05-01T22:00:00Z'), closesAt: ms('2026-05-02T00:00:00Z') };
  assert.deepEqual(windowState(windows, span.opensAt - 1), { isOpen: false, next: span });
  assert.deepEqual(windowState(windows, span.opensAt), { isOpen: true, span });
  assert.deepEqual(windowState(windows, span.closesAt - 1), { isOpen: true, span });
  assert.equal(windowState(windows, span.closesAt).isOpen, false);
});

test('overlapping and adjoining windows are one span', () => {
  const windows = [daily('late', '22:00', 120), daily('early', '00:00', 120), daily('inner', '23:00', 30)];
  assert.deepEqual(nextSpan(windows, ms('2026-05-01T12:00:00Z')), {
    opensAt: ms('2026-05-01T22:00:00Z'),
    closesAt: ms('2026-05-02T02:00:00Z'),
  });
});

test('windows that adjoin for ever end the search', () => {
  const span = nextSpan([daily('always', '00:00', 1440)], ms('2026-05-01T12:00:00Z'));
  assert.ok(span && span.closesAt - span.opensAt >= 62 * 24 * hour);
});

test('a run fits when its longest time and the margin end before the window does', () => {
  const windows = [daily('night', '22:00', 120)];
  const nowMs = ms('2026-05-01T22:25:00Z');
  const span = { opensAt: ms('2026-05-01T22:00:00Z'), closesAt: ms('2026-05-02T00:00:00Z') };
  assert.deepEqual(fitsWindow({ windows, nowMs, maxRunTimeMs: 90 * minute }), { fits: true, ...span });
  assert.deepEqual(fitsWindow({ windows, nowMs, maxRunTimeMs: 91 * minute }), {
    fits: false,
    reason: { code: 'window-too-little-left', params: { neededMs: 96 * minute, remainingMs: 95 * minute } },
    earliestAt: ms('2026-05-02T22:00:00Z'),
  });
  assert.equal(fitsWindow({ windows, nowMs, maxRunTimeMs: 95 * minute, marginMs: 0 }).fits, true);
});

test('a closed window says when it opens and when the run may begin', () => {
  const windows = [daily('short', '12:00', 30), daily('long', '22:00', 120)];
  const nowMs = ms('2026-05-01T10:00:00Z');
  assert.deepEqual(fitsWindow({ windows, nowMs, maxRunTimeMs: hour }), {
    fits: false,
    reason: { code: 'window-closed', params: { opensAt: ms('2026-05-01T12:00:00Z') } },
    earliestAt: ms('2026-05-01T22:00:00Z'),
  });
});

test('a run that is longer than every window never fits, unless windows join', () => {
  const nowMs = ms('2026-05-01T10:00:00Z');
  const late = daily('late', '22:00', 120);
  assert.deepEqual(fitsWindow({ windows: [late], nowMs, maxRunTimeMs: 116 * minute }), {
    fits: false,
    reason: { code: 'window-never-fits', params: { neededMs: 121 * minute, longestMs: 120 * minute } },
    earliestAt: null,
  });
  const joined = fitsWindow({
    windows: [late, daily('early', '00:00', 60)],
    nowMs,
    maxRunTimeMs: 116 * minute,
  });
  assert.equal(joined.fits ? null : joined.earliestAt, ms('2026-05-01T22:00:00Z'));
});

test('windows that lie in the past leave none', () => {
  const windows = [once('gone', '2026-01-01T00:00:00Z', 600)];
  const fit = fitsWindow({ windows, nowMs: ms('2026-05-01T00:00:00Z'), maxRunTimeMs: hour });
  assert.deepEqual(fit.fits ? null : [fit.reason.code, fit.earliestAt], ['window-none-left', null]);
  const last = fitsWindow({ windows, nowMs: ms('2026-01-01T09:00:00Z'), maxRunTimeMs: 2 * hour });
  assert.deepEqual(last.fits ? null : [last.reason.code, last.earliestAt], ['window-none-left', null]);
});

test('a far long window is found behind many short ones', () => {
  const windows = [daily('short', '12:00', 10), once('far', '2029-01-01T00:00:00Z', 600)];
  const fit = fitsWindow({ windows, nowMs: ms('2026-05-01T00:00:00Z'), maxRunTimeMs: hour });
  assert.equal(fit.fits ? null : fit.earliestAt, ms('2029-01-01T00:00:00Z'));
});

test('over a change of clocks a window lasts its real minutes', () => {
  const span = nextSpan([daily('night', '01:00', 180, 'Europe/Berlin')], ms('2026-03-28T12:00:00Z'));
  assert.deepEqual(span, { opensAt: ms('2026-03-29T00:00:00Z'), closesAt: ms('2026-03-29T03:00:00Z') });
});

const anyWindow = fc
  .tuple(fc.constantFrom('00:00', '06:30', '22:00'), fc.integer({ min: 1, max: 900 }), fc.boolean())
  .map(([at, duration, isOnce]) =>
    isOnce ? once(at, `2026-05-03T${at}:00Z`, duration) : daily(at, at, duration),
  );

test('what fits ends before the span does, and the earliest time that is named does fit', () => {
  const windows = fc.array(anyWindow, { minLength: 1, maxLength: 4 });
  const now = fc.integer({ min: ms('2026-05-01T00:00:00Z'), max: ms('2026-05-05T00:00:00Z') });
  fc.assert(
    fc.property(windows, now, fc.integer({ min: 1, max: 900 }), (some, nowMs, minutes) => {
      const question = { windows: some, nowMs, maxRunTimeMs: minutes * minute };
      const fit = fitsWindow(question);
      if (fit.fits) {
        assert.ok(fit.closesAt !== null && nowMs + question.maxRunTimeMs + 300_000 <= fit.closesAt);
        return;
      }
      if (fit.earliestAt === null) return;
      assert.ok(fit.earliestAt > nowMs);
      assert.equal(fitsWindow({ ...question, nowMs: fit.earliestAt }).fits, true);
      const shortlyBefore = fitsWindow({ ...question, nowMs: fit.earliestAt - 1 });
      assert.equal(shortlyBefore.fits, false);
    }),
  );
});
