import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitions, type FrozenStep, plan as planRun } from '@tenkai/domain';
import { Inventory } from '@tenkai/domain/machine/inventory.ts';
import { operatingSystems } from '@tenkai/domain/software/operating-systems.ts';
import { aPackage, aProgram, aScenario, installStep } from '@tenkai/testkit/builders.ts';
import { Check } from 'typebox/value';
import { draw } from '../draws.ts';
import type { Profile } from '../profiles/profile.ts';
import { profiles } from '../profiles/profiles.ts';
import { checkProfile, readProfile } from '../profiles/read-profile.ts';
import { factsOf, inventoryOf, newMemory } from './facts.ts';
import type { FleetPlan } from './fleet-plan.ts';
import { publicKeyOf } from './keys.ts';
import { predictRun } from './predict.ts';
import { scriptRun } from './run-script.ts';

const flaky = profiles.flaky as Profile;
const office = profiles.office as Profile;
const fleet = (seed: number, profile = flaky): FleetPlan => ({ seed, profile, speed: 1 });
const indexes = Array.from({ length: 2000 }, (_, index) => index);

const packages = new Map([
  ['hello', aPackage({ programs: [aProgram({ exitCodes: { success: [0], restart: [3010] } })] })],
]);

function runOn(plan: FleetPlan, index: number) {
  const memory = newMemory(plan, index);
  const scenario = aScenario({
    steps: [installStep('hello'), { kind: 'restart', id: 'boot', name: 'Restart' }],
  });
  const facts = factsOf(plan, index, memory);
  const planned = planRun({ scenario, packages, facts, variables: {}, matches: () => true });
  const run = { ...planned, options: { powerOffAtEnd: false } };
  return { memory, run, machine: { plan, index, installed: memory.installed } };
}

test('the same seed gives the same machines and the same ends; another seed gives others', () => {
  const endsOf = (seed: number) =>
    indexes.slice(0, 300).map((index) => {
      const { machine, run, memory } = runOn(fleet(seed), index);
      return [inventoryOf(machine.plan, index, memory), predictRun(machine, run, 0).state];
    });
  assert.deepEqual(endsOf(7), endsOf(7));
  assert.notDeepEqual(endsOf(7), endsOf(8));
});

test('what a machine does depends on nothing that others did before it', () => {
  const one = runOn(fleet(7), 17);
  const alone = scriptRun(one.machine, { ...one.run, attempt: 1 });
  for (const index of indexes.slice(0, 100).reverse()) {
    const other = runOn(fleet(7), index);
    const script = scriptRun(other.machine, { ...other.run, attempt: 1 });
    if (index === 17) assert.deepEqual(script, alone);
  }
});

test('shares come out as the profile has them', () => {
  const { failures } = flaky;
  const ends = indexes.map((index) => {
    const { machine, run } = runOn(fleet(7), index);
    return predictRun(machine, run, 0).state;
  });
  const share = (code: string) => ends.filter(({ reason }) => reason?.code === code).length / ends.length;
  const isNear = (value: number, wanted: number) => Math.abs(value - wanted) < 0.03;
  assert.ok(isNear(share('exit-code'), failures.exitCode), `exit-code ${share('exit-code')}`);
  assert.ok(isNear(share('not-detected'), failures.notDetected), `not-detected ${share('not-detected')}`);
  assert.ok(isNear(share('time-limit'), failures.timeLimit), `time-limit ${share('time-limit')}`);
  const crashes = indexes.filter((index) => {
    const { machine, run } = runOn(fleet(7), index);
    return predictRun(machine, run, 0).crashes > 0;
  });
  const crashShare = crashes.length / indexes.length;
  assert.ok(isNear(crashShare, flaky.crashes ?? 0), `crashes ${crashShare}`);
  const off = indexes.filter((index) => !newMemory(fleet(7, office), index).isOn).length / indexes.length;
  assert.ok(isNear(off, office.power.offAtStart), `off ${off}`);
});

test('a lasting failure meets every retry, another one only its own attempt', () => {
  const failing = indexes.filter((index) => {
    const { machine, run } = runOn(fleet(7), index);
    return predictRun(machine, run, 0).state.status === 'failed';
  });
  const retried = failing.map((index) => {
    const { machine, run } = runOn(fleet(7), index);
    return predictRun(machine, run, 5).state;
  });
  const lasting = retried.filter(({ status }) => status === 'failed');
  assert.ok(lasting.length > 0 && lasting.length < failing.length);
  assert.ok(lasting.every(({ attempt }) => attempt === 6));
});

test('a package that is there is not installed again', () => {
  const index = indexes.find((one) => {
    const { machine, run } = runOn(fleet(7), one);
    return predictRun(machine, run, 0).state.status === 'succeeded';
  });
  const { machine, run } = runOn(fleet(7), index ?? 0);
  const first = predictRun(machine, run, 0);
  assert.equal(first.restarts, 1);
  const again = predictRun({ ...machine, installed: first.installed }, run, 0);
  assert.equal(again.state.status, 'succeeded');
  assert.equal(again.state.steps[0]?.result?.reason?.code, 'already-installed');
});

test('a restart in the middle: the step begins anew in the next boot, and ends as it would have', () => {
  const calm = { ...flaky, crashes: 0 };
  const hit = { ...flaky, crashes: 1 };
  for (const index of indexes.slice(0, 50)) {
    const [one, other] = [calm, hit].map((profile) => runOn(fleet(7, profile), index));
    assert.ok(one && other);
    assert.deepEqual(
      predictRun(other.machine, other.run, 2).state,
      predictRun(one.machine, one.run, 2).state,
    );
    const acts = scriptRun(other.machine, { ...other.run, attempt: 1 });
    const whole = scriptRun(one.machine, { ...one.run, attempt: 1 });
    const at = acts.findIndex(({ kind }) => kind === 'crash');
    const [started, part, , resumed, again] = acts.slice(at - 2);
    assert.deepEqual([started?.kind, resumed], ['step-started', { kind: 'run', event: 'resumed' }]);
    assert.ok(part?.kind === 'wait' && again?.kind === 'wait' && part.ms < again.ms);
    assert.deepEqual([...acts.slice(0, at - 1), ...acts.slice(at + 2)], whole);
  }
});

test('speed divides every time and changes no end', () => {
  const { machine, run } = runOn(fleet(7), 3);
  const waits = (speed: number) =>
    scriptRun({ ...machine, plan: { ...machine.plan, speed } }, { ...run, attempt: 1 }).flatMap((act) =>
      act.kind === 'wait' || act.kind === 'power' ? [act.ms] : [],
    );
  const [slow, fast] = [waits(1), waits(50)];
  const sum = (list: number[]) => list.reduce((total, ms) => total + ms, 0);
  assert.ok(sum(slow) > 1000);
  assert.ok(Math.abs(sum(slow) / sum(fast) - 50) < 0.001);
});

test('steps that only the machine can decide: conditions by outcome of the step before', () => {
  const { machine, run } = runOn(
    { ...fleet(7), profile: { ...flaky, failures: { ...flaky.failures, exitCode: 1 } } },
    5,
  );
  const [install] = run.steps as [FrozenStep];
  const after: FrozenStep = {
    kind: 'run-script',
    index: 1,
    id: 'after',
    name: 'after',
    condition: { kind: 'previous-step', outcome: 'succeeded' },
    continueOnError: false,
    timeoutMs: 60_000,
    interpreter: 'sh',
    text: 'true',
    exitCodes: { success: [0], restart: [] },
  };
  const steps = [{ ...install, continueOnError: true }, after];
  const { state } = predictRun(machine, { ...run, steps }, 0);
  assert.equal(state.steps[0]?.result?.outcome, 'failed');
  assert.equal(state.steps[1]?.result?.reason?.code, 'condition-false');
});

test('BOSM-01: every listed system can be simulated; a profile with an unknown one is refused', async () => {
  for (const { id, version, architecture } of operatingSystems.systems) {
    const profile = checkProfile('one', { ...office, systems: [{ id, version, architecture, share: 1 }] });
    const inventory = inventoryOf({ seed: 1, profile, speed: 1 }, 0, { boots: 1, installed: {} });
    assert.ok(Check(definitions, Inventory, inventory), `${id} ${version} ${architecture}`);
    assert.equal(inventory.operatingSystem.id, id);
  }
  const unknown = { ...office, systems: [{ id: 'beos', version: '5', architecture: 'x86', share: 1 }] };
  assert.throws(() => checkProfile('x', unknown), { code: 'simulator-profile-invalid' });
  await assert.rejects(readProfile('nothing'), { code: 'simulator-profile-unknown' });
  await assert.rejects(readProfile('./absent.json'), { code: 'simulator-profile-invalid' });
  for (const bad of [
    null,
    {},
    { ...office, crashes: 2 },
    { ...office, machinesPerSubnet: 0 },
    { ...office, rebootSeconds: [5, 1] },
  ])
    assert.throws(() => checkProfile('x', bad), { code: 'simulator-profile-invalid' });
});

test('every profile is valid data, and its machines differ in address and name', () => {
  for (const [name, profile] of Object.entries(profiles)) {
    assert.equal(checkProfile(name, JSON.parse(JSON.stringify(profile))).name, name);
    const plan = fleet(7, profile);
    const addresses = indexes.map((index) => factsOf(plan, index, newMemory(plan, index)).inventory?.network);
    assert.equal(
      new Set(addresses.map((network) => network?.interfaces[0]?.addresses[0]?.address)).size,
      2000,
    );
    assert.equal(new Set(addresses.map((network) => network?.interfaces[0]?.mac)).size, 2000);
  }
});

test('keys: the same from the same secret, different for each machine and purpose', () => {
  const secret = Buffer.alloc(32, 1);
  const keys = indexes
    .slice(0, 50)
    .flatMap((index) => [publicKeyOf(secret, index, 'signing'), publicKeyOf(secret, index, 'encryption')]);
  assert.equal(new Set(keys).size, 100);
  assert.equal(publicKeyOf(secret, 7, 'signing'), keys[14]);
  assert.notEqual(publicKeyOf(Buffer.alloc(32, 2), 7, 'signing'), keys[14]);
});

test('draws are spread evenly and know where a name ends', () => {
  const draws = Array.from({ length: 20_000 }, (_, index) => draw(7, index, 'x'));
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const inside = draws.filter((value) => Math.floor(value * 10) === tenth).length;
    assert.ok(Math.abs(inside - 2000) < 250, `${inside} in tenth ${tenth}`);
  }
  assert.notEqual(draw(7, 1, '23'), draw(7, 12, '3'));
});
