import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type GroupMember, type GroupQuestion, latestStartOf, nextWaves } from './waiting-group.ts';

const noon = Date.parse('2026-03-02T12:00:00Z');
const minute = 60_000;

/** `m00`, `m01`, …: each ready some minutes after noon. */
function ready(...minutes: number[]): GroupMember[] {
  return minutes.map((after, index) => ({
    id: `m${String(index).padStart(2, '0')}`,
    readyAt: noon + after * minute,
    latestStartAt: null,
  }));
}

interface Line {
  readonly maxTargets: number | null;
  /** Minutes. */
  readonly maxWait: number | null;
  readonly members: GroupMember[];
  /** Minutes after noon. */
  readonly now: number;
  readonly isAnyoneExpected?: boolean;
  /** Sizes and causes of what begins now. */
  readonly waves: string[];
  readonly waiting: number;
  /** Minutes after noon. */
  readonly startsAt: number | null;
}

const twelve = ready(...Array<number>(12).fill(0));
const closing = (at: number, member: GroupMember) => ({ ...member, latestStartAt: noon + at * minute });

const table: Record<string, Line> = {
  'BSCN-08: four of five wait': {
    maxTargets: 5,
    maxWait: 10,
    members: ready(0, 1, 2, 3),
    now: 3,
    waves: [],
    waiting: 4,
    startsAt: 10,
  },
  'BSCN-08: the fifth starts all five': {
    maxTargets: 5,
    maxWait: 10,
    members: ready(0, 1, 2, 3, 4),
    now: 4,
    waves: ['5 full'],
    waiting: 0,
    startsAt: null,
  },
  'BSCN-09: one tick before the longest wait ends nothing starts': {
    maxTargets: 5,
    maxWait: 2,
    members: ready(0, 1, 1),
    now: 2 - 1 / minute,
    waves: [],
    waiting: 3,
    startsAt: 2,
  },
  'BSCN-09: after the longest wait only those then ready start': {
    maxTargets: 5,
    maxWait: 2,
    members: ready(0, 1, 1),
    now: 2,
    waves: ['3 waited'],
    waiting: 0,
    startsAt: null,
  },
  'BSCN-10: the number comes first': {
    maxTargets: 2,
    maxWait: 60,
    members: ready(0, 1),
    now: 1,
    waves: ['2 full'],
    waiting: 0,
    startsAt: null,
  },
  'BSCN-11: neither limit: at once': {
    maxTargets: null,
    maxWait: null,
    members: ready(0),
    now: 0,
    isAnyoneExpected: true,
    waves: ['1 nobody-else'],
    waiting: 0,
    startsAt: null,
  },
  'BSCN-13: twelve with at most five: two waves now, the last two wait': {
    maxTargets: 5,
    maxWait: 10,
    members: twelve,
    now: 0,
    waves: ['5 full', '5 full'],
    waiting: 2,
    startsAt: 10,
  },
  'BSCN-13: the last two of twelve start by the longest wait': {
    maxTargets: 5,
    maxWait: 10,
    members: ready(0, 0),
    now: 10,
    waves: ['2 waited'],
    waiting: 0,
    startsAt: null,
  },
  'only a time: any number together': {
    maxTargets: null,
    maxWait: 5,
    members: twelve,
    now: 5,
    waves: ['12 waited'],
    waiting: 0,
    startsAt: null,
  },
  'only a number: the rest wait while somebody may come': {
    maxTargets: 5,
    maxWait: null,
    members: ready(0, 0),
    now: 600,
    isAnyoneExpected: true,
    waves: [],
    waiting: 2,
    startsAt: null,
  },
  'only a number: the rest start when nobody is left to wait for': {
    maxTargets: 5,
    maxWait: null,
    members: ready(0, 0),
    now: 0,
    isAnyoneExpected: false,
    waves: ['2 nobody-else'],
    waiting: 0,
    startsAt: null,
  },
  'a number lowered below those who wait makes waves': {
    maxTargets: 2,
    maxWait: 60,
    members: ready(0, 0, 0, 0, 0),
    now: 1,
    waves: ['2 full', '2 full'],
    waiting: 1,
    startsAt: 60,
  },
  'whose window closes does not wait for the longest wait': {
    maxTargets: 5,
    maxWait: 60,
    members: [closing(20, ready(0)[0] as GroupMember), ...ready(0, 0).slice(1)],
    now: 20,
    waves: ['1 window'],
    waiting: 1,
    startsAt: 60,
  },
  'the end of a window is the latest start of the group': {
    maxTargets: 5,
    maxWait: 60,
    members: [closing(20, ready(0)[0] as GroupMember), ...ready(0, 0).slice(1)],
    now: 0,
    waves: [],
    waiting: 2,
    startsAt: 20,
  },
  'nobody: nothing': {
    maxTargets: 5,
    maxWait: 1,
    members: [],
    now: 9,
    waves: [],
    waiting: 0,
    startsAt: null,
  },
};

describe('which machines of a group begin now', () => {
  for (const [name, line] of Object.entries(table)) {
    test(name, () => {
      const answer = nextWaves({
        limits: {
          maxTargets: line.maxTargets,
          maxWaitMs: line.maxWait === null ? null : line.maxWait * minute,
        },
        members: line.members,
        isAnyoneExpected: line.isAnyoneExpected ?? true,
        nowMs: noon + line.now * minute,
      });
      assert.deepEqual(
        answer.waves.map(({ cause, memberIds }) => `${memberIds.length} ${cause}`),
        line.waves,
      );
      assert.equal(answer.waitingIds.length, line.waiting);
      assert.equal(answer.startsAt, line.startsAt === null ? null : noon + line.startsAt * minute);
    });
  }
});

const limits = fc.record({
  maxTargets: fc.option(fc.integer({ min: 1, max: 8 })),
  maxWaitMs: fc.option(fc.integer({ min: 1, max: 60 }).map((minutes) => minutes * minute)),
});
const member = fc.record({
  id: fc.uuid(),
  readyAt: fc.integer({ min: noon, max: noon + 90 * minute }),
  latestStartAt: fc.option(fc.integer({ min: noon, max: noon + 90 * minute })),
});
const question: fc.Arbitrary<GroupQuestion> = fc.record({
  limits,
  members: fc.uniqueArray(member, { selector: ({ id }) => id, maxLength: 40 }),
  isAnyoneExpected: fc.boolean(),
  nowMs: fc.integer({ min: noon, max: noon + 120 * minute }),
});

describe('whatever the limits and whoever is ready', () => {
  test('each machine is in one wave or waits, and no wave is over the maximum', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { waves, waitingIds } = nextWaves(asked);
        const all = [...waves.flatMap(({ memberIds }) => memberIds), ...waitingIds];
        assert.deepEqual(all.toSorted(), asked.members.map(({ id }) => id).toSorted());
        for (const { memberIds } of waves) {
          assert.ok(memberIds.length > 0);
          assert.ok(memberIds.length <= (asked.limits.maxTargets ?? Number.POSITIVE_INFINITY));
        }
      }),
    );
  });

  test('the order in which they are listed decides nothing', () => {
    fc.assert(
      fc.property(question, (asked) => {
        assert.deepEqual(nextWaves({ ...asked, members: [...asked.members].reverse() }), nextWaves(asked));
      }),
    );
  });

  test('what waits may still wait: a full group, an ended wait or a closing window never does', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { waitingIds, startsAt } = nextWaves(asked);
        const waiting = asked.members.filter(({ id }) => waitingIds.includes(id));
        assert.ok(waiting.length < (asked.limits.maxTargets ?? Number.POSITIVE_INFINITY));
        for (const one of waiting) {
          const latest = latestStartOf(asked.limits, one);
          assert.ok(latest === null || latest > asked.nowMs);
          assert.ok(latest === null || (startsAt !== null && startsAt <= latest));
        }
      }),
    );
  });

  test('asked again with those who wait, nothing more begins', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { waitingIds, startsAt } = nextWaves(asked);
        const members = asked.members.filter(({ id }) => waitingIds.includes(id));
        assert.deepEqual(nextWaves({ ...asked, members }), { waves: [], waitingIds, startsAt });
      }),
    );
  });

  test('BSCN-16: latecomers are never stuck: on a clock that moves from deadline to deadline everybody begins', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const times = new Map<string, number>();
        let nowMs = noon;
        for (let turn = 0; turn < 500 && times.size < asked.members.length; turn += 1) {
          const known = asked.members.filter(({ id, readyAt }) => readyAt <= nowMs && !times.has(id));
          const coming = asked.members.filter(({ readyAt }) => readyAt > nowMs);
          const answer = nextWaves({
            limits: asked.limits,
            members: known,
            isAnyoneExpected: coming.length > 0,
            nowMs,
          });
          for (const { memberIds } of answer.waves) for (const id of memberIds) times.set(id, nowMs);
          const next = [
            ...coming.map(({ readyAt }) => readyAt),
            ...(answer.startsAt === null ? [] : [answer.startsAt]),
          ];
          nowMs = Math.min(...next);
        }
        assert.equal(times.size, asked.members.length);
        const { maxWaitMs } = asked.limits;
        for (const { id, readyAt } of asked.members)
          assert.ok(maxWaitMs === null || (times.get(id) ?? 0) <= readyAt + maxWaitMs);
      }),
    );
  });
});
