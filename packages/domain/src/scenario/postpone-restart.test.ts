import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aMachine, aPackage, aScenario } from '@tenkai/testkit/builders.ts';
import type { FrozenStep } from './frozen-step.ts';
import { plan } from './plan.ts';
import {
  announceRestart,
  postponed,
  type RestartAnnouncement,
  refusePostponement,
  timeToRestartMs,
} from './postpone-restart.ts';
import type { TimingDraft } from './run-settings.ts';
import type { ScenarioOptions } from './scenario.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_000 * hour;
const usual: RestartAnnouncement = {
  announcedAt: now,
  warningMs: 5 * minute,
  postponement: { times: 2, hours: 8 },
  windowClosesAt: null,
  restMs: 10 * minute,
};

const latest: [string, Partial<RestartAnnouncement>, number, boolean][] = [
  ['the hours of the administrator', {}, 8 * hour, true],
  ['none allowed', { postponement: null }, 5 * minute, false],
  ['a window that closes later', { windowClosesAt: now + 24 * hour }, 8 * hour, true],
  ['a window that closes earlier', { windowClosesAt: now + 2 * hour }, 2 * hour - 10 * minute, true],
  ['a window with room for the warning alone', { windowClosesAt: now + 12 * minute }, 5 * minute, false],
  ['a warning longer than the hours', { warningMs: 10 * hour }, 10 * hour, false],
];
for (const [name, over, wanted, mayBePostponed] of latest) {
  test(`a restart happens at the latest: ${name}`, () => {
    const restart = announceRestart({ ...usual, ...over });
    assert.deepEqual([restart.latestAt - now, restart.mayBePostponed], [wanted, mayBePostponed]);
  });
}

const once = postponed(announceRestart(usual), now + hour);
const twice = postponed(once, now + 2 * hour);
const asked: [string, typeof once, number, number, string | null][] = [
  ['an hour', announceRestart(usual), hour, 0, null],
  ['to the last moment', announceRestart(usual), 8 * hour, 0, null],
  ['beyond it', announceRestart(usual), 8 * hour + 1, 0, 'restart-too-late'],
  ['to now', announceRestart(usual), 0, 0, 'restart-not-later'],
  ['to when it is', announceRestart(usual), 5 * minute, 0, 'restart-not-later'],
  ['to no time at all', announceRestart(usual), Number.NaN, 0, 'restart-not-later'],
  ['again', once, 2 * hour, hour / 2, null],
  ['once too often', twice, 3 * hour, hour, 'restart-postponed-enough'],
  ['when it has begun', announceRestart(usual), hour, 5 * minute, 'restart-has-begun'],
  [
    'where none is allowed',
    announceRestart({ ...usual, postponement: null }),
    hour,
    0,
    'restart-not-postponable',
  ],
];
for (const [name, restart, until, at, wanted] of asked) {
  test(`a restart put off ${name}: ${wanted ?? 'yes'}`, () => {
    assert.equal(refusePostponement(restart, now + until, now + at), wanted);
  });
}

/** Deterministic pseudo-random numbers below `limit` (mulberry32). */
function numbers(seed: number) {
  let state = seed;
  return (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

test('whatever is asked for, with any clock, a restart keeps its limits (10,000 seeded restarts)', () => {
  for (let seed = 1; seed <= 10_000; seed += 1) {
    const any = numbers(seed);
    const postponement = any(5) === 0 ? null : { times: 1 + any(4), hours: 1 + any(24) };
    const windowClosesAt = any(2) === 0 ? null : now + any(30 * hour);
    const announced = announceRestart({
      announcedAt: now,
      warningMs: any(2 * hour),
      postponement,
      windowClosesAt,
      restMs: any(hour),
    });
    let restart = announced;
    let taken = 0;
    for (let round = 0; round < 12; round += 1) {
      const until = now - hour + any(30 * hour);
      // The clock may be anywhere, before the announcement too.
      const clock = now - 2 * hour + any(10 * hour);
      const refusal = refusePostponement(restart, until, clock);
      // A record that nobody checked must not help either.
      if (refusal === null || any(4) === 0) restart = postponed(restart, until);
      if (refusal === null) taken += 1;
      assert.ok(restart.restartAt <= announced.latestAt, `seed ${seed}`);
      assert.ok(restart.restartAt >= announced.restartAt, `seed ${seed}`);
      assert.ok(timeToRestartMs(restart, clock) <= announced.latestAt - now, `seed ${seed}`);
    }
    assert.ok(taken <= (postponement?.times ?? 0), `seed ${seed}`);
    const byLimit = now + (postponement?.hours ?? 0) * hour;
    assert.ok(announced.latestAt <= Math.max(announced.restartAt, byLimit), `seed ${seed}`);
  }
});

const eight = { times: 3, hours: 8 };
const plainOptions = { restartAfter: true, powerOffAtEnd: false, restartAtStart: false };
type Restart = Extract<FrozenStep, { kind: 'restart' }>;
const planned: [
  string,
  TimingDraft,
  Partial<ScenarioOptions>,
  Pick<Restart, 'delaySeconds' | 'postponement'>,
][] = [
  ['nobody says anything', {}, {}, { delaySeconds: 0 }],
  ['the scenario allows it', {}, { restartPostponement: eight }, { delaySeconds: 300, postponement: eight }],
  [
    'the deployment allows it',
    { restartPostponement: eight },
    {},
    { delaySeconds: 300, postponement: eight },
  ],
  [
    'the deployment forbids it',
    { restartPostponement: null },
    { restartPostponement: eight },
    { delaySeconds: 0 },
  ],
  [
    'the warning is given',
    { restartPostponement: eight },
    { restartWarningSeconds: 60 },
    { delaySeconds: 60, postponement: eight },
  ],
];
for (const [name, deployed, options, wanted] of planned) {
  test(`restarts as they are planned where ${name}`, () => {
    const { steps } = plan({
      scenario: aScenario({ options: { ...plainOptions, ...options } }),
      packages: new Map([['hello', aPackage({ restartAfterInstall: true })]]),
      facts: aMachine(),
      deployed,
      variables: {},
      matches: () => true,
    });
    const restarts = steps.filter((step) => step.kind === 'restart');
    assert.ok(restarts.length > 0);
    for (const { delaySeconds, postponement } of restarts)
      assert.deepEqual({ delaySeconds, ...(postponement ? { postponement } : {}) }, wanted);
  });
}
