import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aMachine, aPackage, aScenario } from '@tenkai/testkit/builders.ts';
import { plan } from './plan.ts';
import type { RunPlan } from './plan-input.ts';
import type { PowerOff, RunTiming, TimingDraft } from './run-settings.ts';
import type { ScenarioOptions } from './scenario.ts';

const plainOptions = { restartAfter: false, powerOffAtEnd: false, restartAtStart: false };

function planned(deployed: TimingDraft, packageFlag: boolean, options: ScenarioOptions = plainOptions) {
  return plan({
    scenario: aScenario({ options }),
    packages: new Map([['hello', aPackage({ restartAfterInstall: packageFlag })]]),
    facts: aMachine(),
    deployed,
    variables: {},
    matches: () => true,
  });
}

/** What the machine's power does, where the install succeeds and asks for no restart by its exit code. */
function powerOf({ steps, timing, powerOffAfterDelivery, powerOffAtEnd }: RunPlan): string[] {
  const seen: string[] = [];
  if (timing === 'at-next-start') seen.push(powerOffAfterDelivery ? 'off' : 'on', 'start');
  let ranSinceRestart = false;
  for (const step of steps) {
    if (step.kind !== 'restart') {
      seen.push('install');
      ranSinceRestart = true;
    } else if (!step.ifNeeded && (step.id === 'restart.start' || ranSinceRestart)) {
      seen.push('restart');
      ranSinceRestart = false;
    }
  }
  return powerOffAtEnd ? [...seen, 'off'] : seen;
}

const no = false;
const yes = true;
/** Restart after, restart flag of the package, power off at end; what follows the install. */
const combinations: [boolean, boolean, boolean, string[]][] = [
  [no, no, no, []],
  [no, no, yes, ['off']],
  [no, yes, no, ['restart']],
  [no, yes, yes, ['restart', 'off']],
  [yes, no, no, ['restart']],
  [yes, no, yes, ['restart', 'off']],
  [yes, yes, no, ['restart']],
  [yes, yes, yes, ['restart', 'off']],
];

for (const [restartAfter, packageFlag, off, after] of combinations) {
  const name = `restart after ${restartAfter}, package flag ${packageFlag}, power off ${off}`;
  const draft = (timing: RunTiming, powerOff: PowerOff): TimingDraft => ({
    timing,
    restartAfter,
    powerOffAtEnd: off ? powerOff : 'no',
  });

  test(`BSCN-35: ${name}: restart if needed, then off, one restart at most after the run`, () => {
    const atOnce = planned(draft('after-delivery', 'after-update'), packageFlag);
    assert.deepEqual(powerOf(atOnce), ['install', ...after]);
    const byScenario = planned({}, packageFlag, { restartAfter, powerOffAtEnd: off, restartAtStart: no });
    assert.deepEqual(powerOf(byScenario), ['install', ...after]);
  });

  test(`BSCN-35, BSCN-20: ${name}, at the next start`, () => {
    const afterUpdate = planned(draft('at-next-start', 'after-update'), packageFlag);
    assert.deepEqual(powerOf(afterUpdate), ['on', 'start', 'install', ...after]);
    const afterDelivery = planned(draft('at-next-start', 'after-delivery'), packageFlag);
    const staysOn = after.filter((each) => each !== 'off');
    assert.deepEqual(powerOf(afterDelivery), [off ? 'off' : 'on', 'start', 'install', ...staysOn]);
  });
}

test('BSCN-20: a scenario that says power off means after the delivery where runs begin at the next start', () => {
  const options = { ...plainOptions, powerOffAtEnd: true };
  const { powerOffAfterDelivery, powerOffAtEnd } = planned({ timing: 'at-next-start' }, no, options);
  assert.deepEqual([powerOffAfterDelivery, powerOffAtEnd], [true, false]);
  const chosen = planned({ timing: 'at-next-start', powerOffAtEnd: 'after-update' }, no, options);
  assert.deepEqual([chosen.powerOffAfterDelivery, chosen.powerOffAtEnd], [false, true]);
  const never = planned({ timing: 'at-next-start', powerOffAtEnd: 'no' }, no, options);
  assert.deepEqual([never.powerOffAfterDelivery, never.powerOffAtEnd], [false, false]);
});

test('BSCN-20: nothing is switched off between a delivery and the run that follows it', () => {
  assert.throws(() => planned({ powerOffAtEnd: 'after-delivery' }, no), { code: 'power-off-before-run' });
});

test('BSCN-34: restart at start is a restart, and at the next start of the machine it is that start', () => {
  const options = { ...plainOptions, restartAtStart: true };
  assert.deepEqual(powerOf(planned({}, no, options)), ['restart', 'install']);
  assert.deepEqual(powerOf(planned({ restartAtStart: true }, no)), ['restart', 'install']);
  assert.deepEqual(powerOf(planned({ restartAtStart: false }, no, options)), ['install']);
  assert.deepEqual(powerOf(planned({ timing: 'at-next-start' }, no, options)), ['on', 'start', 'install']);
});
