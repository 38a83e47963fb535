import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aMachine, aPackage, aProgram, installStep } from '@tenkai/testkit/builders.ts';
import fc from 'fast-check';
import { planned, windows } from './plan-for-test.ts';
import type { Step } from './scenario.ts';

test('DIST-14: a required program comes first, once, and shows as a dependency', () => {
  const base = aPackage({ id: 'base' });
  const needs = (id: string) =>
    aPackage({ id, programs: [aProgram({ requires: [{ packageId: 'base', program: null }] })] });
  const result = planned({ steps: [installStep('a'), installStep('b')] }, [base, needs('a'), needs('b')]);
  const installs = result.steps.flatMap((step) => (step.kind === 'install-package' ? [step] : []));
  assert.deepEqual(
    installs.map((step) => [step.packageId, step.isDependency]),
    [
      ['base', true],
      ['a', false],
      ['b', false],
    ],
  );
});

test('DIST-15: "run another program first" is the same reference on a scenario as on a program, before everything else', () => {
  const base = aPackage({ id: 'base' });
  const agent = aPackage({
    id: 'agent',
    programs: [
      aProgram({ name: 'other' }),
      aProgram({ name: 'quiet', requires: [{ packageId: 'base', program: null }] }),
    ],
  });
  const options = { restartAfter: false, powerOffAtEnd: false, restartAtStart: false };
  const runFirst = { packageId: 'agent', program: 'quiet' };
  const result = planned({ options: { ...options, runFirst } }, [base, agent, aPackage()]);
  const installs = result.steps.flatMap((step) => (step.kind === 'install-package' ? [step] : []));
  assert.deepEqual(
    installs.map(({ packageId, program, isDependency }) => [packageId, program, isDependency]),
    [
      ['base', 'install', true],
      ['agent', 'quiet', true],
      ['hello', 'install', false],
    ],
  );
  assert.throws(() => planned({ options: { ...options, runFirst: { packageId: 'none', program: null } } }), {
    code: 'package-missing',
  });
  const unsuited = planned({ options: { ...options, runFirst } }, [
    base,
    agent,
    aPackage({ targets: [windows] }),
  ]);
  assert.equal(unsuited.state, 'not-applicable', 'alone it is no reason to begin');
  const elsewhere = planned({ options: { ...options, runFirst } }, [
    base,
    { ...agent, targets: [windows] },
    aPackage(),
  ]);
  assert.deepEqual(
    [elsewhere.state, elsewhere.skipped.map(({ reason }) => reason.code)],
    ['applicable', ['platform-operating-system']],
    'what is not for this machine is left out with its reason',
  );
});

test('DIST-15: what a step only runs has its other program first, too', () => {
  const base = aPackage({ id: 'base' });
  const tool = aPackage({
    id: 'tool',
    programs: [aProgram({ requires: [{ packageId: 'base', program: null }] })],
  });
  const run: Step = {
    ...{ kind: 'run-program', id: 'run', name: 'run', packageId: 'tool' },
    ...{ program: null, commandLine: '' },
  };
  const result = planned({ steps: [run] }, [base, tool]);
  assert.deepEqual(
    result.steps.map((step) => step.kind).filter((kind) => kind !== 'restart'),
    ['install-package', 'run-program'],
  );
});

test('programs that require each other in a circle are refused with the path', () => {
  const one = aPackage({
    id: 'one',
    programs: [aProgram({ requires: [{ packageId: 'two', program: null }] })],
  });
  const two = aPackage({
    id: 'two',
    programs: [aProgram({ requires: [{ packageId: 'one', program: null }] })],
  });
  assert.throws(() => planned({ steps: [installStep('one')] }, [one, two]), {
    code: 'dependency-cycle',
    message: /one\/install → two\/install → one\/install/,
  });
});

test('variables: the deployment wins over the machine, the machine over the scenario', () => {
  const result = planned(
    {
      variables: [
        { name: 'A', value: '1' },
        { name: 'B', value: '1' },
        { name: 'C', value: '1' },
      ],
    },
    undefined,
    {
      facts: aMachine({ properties: { B: '2', C: '2' } }),
      variables: { C: '3' },
    },
  );
  assert.deepEqual(
    [result.variables.A, result.variables.B, result.variables.C, result.variables.MACHINE_NAME],
    ['1', '2', '3', 'm1'],
  );
});

test('content is counted once however many steps use it', () => {
  const copy: Step = {
    kind: 'copy-files',
    id: 'copy',
    name: 'copy',
    packageId: 'hello',
    from: '',
    to: '/tmp/x',
  };
  assert.equal(planned({ steps: [installStep('hello'), copy] }).bytes, 1000);
});

const anyPackage = fc.record({
  restartAfterInstall: fc.boolean(),
  standalone: fc.boolean(),
  suits: fc.boolean(),
});

test('property: indexes are positions, no two certain restarts in a row, nothing is both done and skipped', () => {
  fc.assert(
    fc.property(
      fc.array(anyPackage, { minLength: 1, maxLength: 6 }),
      fc.record({ restartAfter: fc.boolean(), powerOffAtEnd: fc.boolean(), restartAtStart: fc.boolean() }),
      (specs, options) => {
        const packages = specs.map(({ suits, ...flags }, index) =>
          aPackage({ id: `p${index}`, targets: suits ? [] : [windows], ...flags }),
        );
        const result = planned({ steps: packages.map(({ id }) => installStep(id)), options }, packages);
        assert.deepEqual(
          result.steps.map((step) => step.index),
          result.steps.map((_, index) => index),
        );
        const certain = result.steps.map(
          (step) =>
            step.kind === 'restart' &&
            !step.ifNeeded &&
            step.condition === null &&
            step.skipIfDetected.length === 0,
        );
        assert.ok(
          !certain.some((isCertain, index) => isCertain && result.steps[index + 1]?.kind === 'restart'),
        );
        const done = new Set(result.steps.map((step) => step.id));
        assert.ok(result.skipped.every(({ stepId }) => !done.has(stepId)));
        const suiting = specs.filter(({ suits }) => suits).length;
        assert.equal(result.steps.filter((step) => step.kind === 'install-package').length, suiting);
        assert.equal(result.state, suiting > 0 ? 'applicable' : 'not-applicable');
      },
    ),
  );
});
