import { type Mutant, mutants } from './mutant.ts';

/** Waiting groups, timing and automatic update. */
export const deliveryRules: readonly Mutant[] = [
  ...mutants(
    'BSCN-08..16: waiting groups: full waves, the longest wait of the first, nobody left over',
    'deployment/waiting-group.ts',
    'deployment/waiting-group.test.ts',
    ['Math.floor(queue.length / maxTargets)', 'Math.ceil(queue.length / maxTargets)'],
    ['nowMs >= first.readyAt + maxWaitMs', 'nowMs > first.readyAt + maxWaitMs'],
    ['(maxTargets === null || !isAnyoneExpected)', 'maxTargets === null'],
    ['latestStartAt !== null && nowMs >= latestStartAt', 'latestStartAt !== null && nowMs > latestStartAt'],
    ['a.readyAt - b.readyAt ||', 'b.readyAt - a.readyAt ||'],
  ),
  ...mutants(
    'BSCN-20, BSCN-33..35: one restart at most, and power-off last',
    'scenario/run-settings.ts',
    ['scenario/restarts.test.ts', 'scenario/plan.test.ts'],
    ["isStaged ? 'after-delivery' : 'after-update'", "isStaged ? 'after-update' : 'after-update'"],
    ['draft.restartAfter ?? options.restartAfter', 'options.restartAfter'],
    ["if (draft.powerOffAtEnd === 'after-delivery' && !isStaged)", 'if (false)'],
  ),
  ...mutants(
    'BAUT-02..08: urgency x power',
    'update/timing.ts',
    'update/timing.test.ts',
    ["return urgency === 'highest' || urgency === 'high';", "return urgency === 'highest';"],
    ["if (!isOn) return wait('waiting-start', 'update-at-start', null);", ''],
    ['if (isContinuing) return { isDue: true };', ''],
    ['startedAt === null || startedAt < sinceMs ? 0', 'startedAt === null ? 0'],
    ['startedAt + startDelayMs', 'startedAt'],
    ['return first !== null && first <= nowMs;', 'return first !== null && first < nowMs;'],
  ),
  ...mutants(
    'BAUT-10..13: the highest level that can apply, then the next; circles are named',
    'update/chain.ts',
    'update/chain.test.ts',
    ["if (presenceOf(software, machine) === 'yes') return { kind: 'in-place' };", ''],
    ['(heights.get(b) ?? 0) - (heights.get(a) ?? 0)', '(heights.get(a) ?? 0) - (heights.get(b) ?? 0)'],
    ['if (barred) return blocked(barred);', ''],
    ['return isDeclared && !isReverse;', 'return isDeclared;'],
    ["return truth === 'no' ? reasons : [];", 'return [];'],
    ['path.slice(from).join', 'path.join'],
  ),
  ...mutants(
    'BAUT-25: rings: enough successes, a soak time, a stop at too many failures',
    'update/rings.ts',
    'update/judge.test.ts',
    ['ended < Math.min(policy.failureSample, targets)', 'ended < policy.failureSample'],
    [
      'failed * 100 <= ended * policy.failureLimitPercent',
      'failed * 100 < ended * policy.failureLimitPercent',
    ],
    ['counts.succeeded * 100 < counts.targets * ring.successPercent', 'counts.succeeded < 0'],
    ['return until <= nowMs ?', 'return until < nowMs ?'],
    ["if (counts.targets === 0) return { kind: 'advance' };", ''],
  ),
];
