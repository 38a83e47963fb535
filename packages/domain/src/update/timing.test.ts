import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultUpdatePolicy, policyProblems } from './policy.ts';
import { judgeRing, ringOf } from './rings.ts';
import { nextSetTime, type TimingQuestion, timingOf } from './timing.ts';

const at = (text: string) => Date.parse(`2026-01-${text}:00Z`);
const policy = { time: '03:00', timeZone: 'UTC' };

function ask(over: Partial<TimingQuestion>): string {
  const timing = timingOf(
    {
      urgency: 'high',
      isOn: true,
      startedAt: null,
      knownAt: null,
      startDelayMs: 0,
      sinceMs: at('05T01:00'),
      registeredMs: at('05T01:00'),
      isContinuing: false,
      nowMs: at('05T02:59'),
      ...over,
    },
    policy,
  );
  if (timing.isDue) return 'now';
  const until = timing.until === null ? '' : ` ${new Date(timing.until).toISOString().slice(8, 16)}`;
  return `${timing.state}${until}`;
}

test('BAUT-03, BAUT-04, BAUT-05, BAUT-06: urgency x power', () => {
  const eight = at('05T08:00');
  const rows: [string, Partial<TimingQuestion>, string][] = [
    ['BAUT-03 highest, on', { urgency: 'highest' }, 'now'],
    ['BAUT-04 highest, off', { urgency: 'highest', isOn: false }, 'waiting-start'],
    ['BAUT-04 highest, started', { urgency: 'highest', startedAt: eight, nowMs: eight }, 'now'],
    [
      'BAUT-03 highest, started just before',
      { urgency: 'highest', startedAt: at('05T00:59'), startDelayMs: 9e9 },
      'now',
    ],
    ['BAUT-05 high, on, 02:59', {}, 'waiting-time 05T03:00'],
    ['BAUT-05 high, on, 03:00', { nowMs: at('05T03:00') }, 'now'],
    ['BAUT-05 high, on, made after it', { sinceMs: at('05T04:00'), nowMs: eight }, 'waiting-time 06T03:00'],
    ['BAUT-06 high, off at 03:00', { isOn: false, nowMs: at('05T03:00') }, 'waiting-start'],
    ['BAUT-06 high, on at 08:00', { startedAt: eight, nowMs: eight }, 'now'],
    ['high, on long before it was made', { startedAt: at('04T08:00') }, 'waiting-time 05T03:00'],
    ['a chain goes on', { isContinuing: true }, 'now'],
    ['a chain does not wake', { isContinuing: true, isOn: false }, 'waiting-start'],
  ];
  for (const [name, question, expected] of rows) assert.equal(ask(question), expected, name);
});

test('BAUT-08: after a start the turn comes with its delay, for both urgencies, and for a chain without', () => {
  const started = { startedAt: at('05T08:00'), startDelayMs: 600_000, nowMs: at('05T08:09') };
  for (const urgency of ['highest', 'high'] as const) {
    assert.equal(ask({ ...started, urgency }), 'waiting-start 05T08:10');
    assert.equal(ask({ ...started, urgency, nowMs: at('05T08:10') }), 'now');
    assert.equal(ask({ ...started, urgency, isContinuing: true }), 'now');
  }
});

test('BAUT-08: a machine that is known only after its start has its delay too; what came after the start has none', () => {
  const fresh = { urgency: 'highest' as const, startedAt: at('05T08:00'), startDelayMs: 600_000 };
  const looked = { ...fresh, sinceMs: at('05T08:01'), nowMs: at('05T08:01') };
  assert.equal(ask({ ...looked, registeredMs: at('05T01:00') }), 'waiting-start 05T08:10');
  assert.equal(ask({ ...looked, registeredMs: at('05T08:01') }), 'now');
  const known = { ...looked, startedAt: null, knownAt: at('05T08:00'), registeredMs: at('05T01:00') };
  assert.equal(ask(known), 'waiting-start 05T08:10', 'it was on when it was first heard');
  const high = { ...known, urgency: 'high' as const, sinceMs: at('05T08:00') };
  assert.equal(ask(high), 'waiting-time 06T03:00', 'which is no start: high has its set time');
});

test('BAUT-07: the set time is local to its zone, over a change of clocks too', () => {
  const tokyo = nextSetTime({ time: '03:00', timeZone: 'Asia/Tokyo' }, at('05T02:00'));
  assert.equal(tokyo, at('05T18:00'));
  const berlin = { time: '02:30', timeZone: 'Europe/Berlin' };
  const skipped = nextSetTime(berlin, Date.parse('2026-03-28T12:00:00Z'));
  assert.equal(skipped, Date.parse('2026-03-29T01:00:00Z'), 'a time that is skipped fires at the change');
  const once = nextSetTime(berlin, Date.parse('2026-10-24T12:00:00Z')) as number;
  assert.equal(
    nextSetTime(berlin, once),
    Date.parse('2026-10-26T01:30:00Z'),
    'a time that comes twice fires once',
  );
});

test('a policy that cannot be kept is refused field by field', () => {
  const ring = { collectionId: 'a', successPercent: 80, soakMinutes: 0 };
  const wrong = { ...defaultUpdatePolicy, timeZone: 'Mars/Olympus', rings: [ring, ring] };
  assert.deepEqual(
    policyProblems(wrong).map(({ field, code }) => `${field} ${code}`),
    ['timeZone update-zone-unknown', 'rings[1] update-ring-twice'],
  );
  assert.deepEqual(policyProblems(defaultUpdatePolicy), []);
});

test('BAUT-25: rings advance when enough have it and it has proved itself, and stop at the failure rate', () => {
  const rules = {
    rings: [{ collectionId: 'pilot', successPercent: 80, soakMinutes: 60 }],
    failureLimitPercent: 20,
    failureSample: 5,
  };
  const verdict = (
    openRing: number,
    counts: [number, number, number],
    enoughSince: number | null = null,
    now = 0,
  ) => {
    const [targets, succeeded, failed] = counts;
    const answer = judgeRing(
      { openRing, counts: { targets, succeeded, failed }, enoughSince, nowMs: now },
      rules,
    );
    return answer.kind === 'soak' ? `soak ${answer.until}` : answer.kind;
  };
  const hour = 3_600_000;
  const rows: [string, ReturnType<typeof verdict>, string][] = [
    ['nobody yet', verdict(0, [10, 0, 0]), 'stay'],
    ['79 %', verdict(0, [100, 79, 0]), 'stay'],
    ['80 %', verdict(0, [100, 80, 0]), `soak ${hour}`],
    ['soaked', verdict(0, [100, 80, 0], 0, hour), 'advance'],
    ['soaks still', verdict(0, [100, 80, 0], 0, hour - 1), `soak ${hour}`],
    ['nobody is to have it', verdict(0, [0, 0, 0]), 'advance'],
    ['too few ended to say', verdict(0, [10, 0, 4]), 'stay'],
    ['five ended, all failed', verdict(0, [10, 0, 5]), 'halt'],
    ['exactly the limit', verdict(0, [10, 4, 1]), 'stay'],
    ['above the limit, though enough have it', verdict(0, [10, 8, 3], 0, hour), 'halt'],
    ['a small ring counts as a whole', verdict(0, [2, 0, 2]), 'halt'],
    ['the last ring stops too', verdict(1, [1000, 10, 10]), 'halt'],
    ['the last ring has no next', verdict(1, [1000, 1000, 0]), 'stay'],
  ];
  for (const [name, actual, expected] of rows) assert.equal(actual, expected, name);
  assert.deepEqual([ringOf(rules, new Set(['pilot'])), ringOf(rules, new Set(['other']))], [0, 1]);
});
