import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aMachine,
  anInventory,
  aPackage,
  aProgram,
  aScenario,
  installStep,
} from '@tenkai/testkit/builders.ts';
import fc from 'fast-check';
import type { SoftwarePackage } from '../software/software-package.ts';
import { plan } from './plan.ts';
import type { ScenarioDraft, Step } from './scenario.ts';

function planned(
  scenario: Partial<ScenarioDraft>,
  packages: SoftwarePackage[] = [aPackage()],
  over: Partial<Parameters<typeof plan>[0]> = {},
) {
  return plan({
    scenario: aScenario(scenario),
    packages: new Map(packages.map((one) => [one.id, one])),
    facts: aMachine(),
    variables: {},
    matches: (query) => query === 'true',
    ...over,
  });
}

function shape(result: ReturnType<typeof planned>): string[] {
  return result.steps.map((step) => (step.kind === 'restart' && step.ifNeeded ? 'restart?' : step.kind));
}

test('BSCN-35: every combination of restart after, package restart flag and power off gives one final state', () => {
  for (const restartAfter of [false, true])
    for (const packageFlag of [false, true])
      for (const powerOffAtEnd of [false, true]) {
        const result = planned({ options: { restartAfter, powerOffAtEnd, restartAtStart: false } }, [
          aPackage({ restartAfterInstall: packageFlag }),
        ]);
        const expected = ['install-package'];
        if (packageFlag) expected.push('restart');
        if (restartAfter && !packageFlag) expected.push('restart');
        if (!restartAfter && !packageFlag) expected.push('restart?');
        const got = shape(result).filter(
          (kind, index, all) => kind !== 'restart?' || all[index - 1] !== 'restart',
        );
        assert.deepEqual(got, expected, JSON.stringify({ restartAfter, packageFlag, powerOffAtEnd }));
        assert.equal(result.powerOffAtEnd, powerOffAtEnd);
      }
});

test('BPKG-33: a standalone package has a restart before it, which is skipped where it is there already', () => {
  const alone = aPackage({ id: 'alone', standalone: true });
  const result = planned({ steps: [installStep('hello'), installStep('alone')] }, [aPackage(), alone]);
  assert.deepEqual(shape(result), ['install-package', 'restart', 'install-package', 'restart?']);
  const restart = result.steps[1];
  assert.ok(restart?.kind === 'restart');
  assert.deepEqual(restart.skipIfDetected, alone.detection);
});

test('BPKG-32: a restart after the package only where it was really installed', () => {
  const result = planned({}, [aPackage({ restartAfterInstall: true })]);
  assert.deepEqual(result.steps[1]?.condition, { kind: 'step-before', outcome: 'succeeded' });
});

test('BSCN-34: restart at the start is honoured, not ignored', () => {
  const result = planned({ options: { restartAfter: false, powerOffAtEnd: false, restartAtStart: true } });
  assert.equal(shape(result)[0], 'restart');
});

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

const windows = { operatingSystem: 'windows', language: 'any', architecture: 'any' } as const;

test('BSCN-41, BPKG-52: a package that does not suit is not applicable, with the reason, and never an error', () => {
  const result = planned({}, [aPackage({ targets: [windows] })]);
  assert.equal(result.state, 'not-applicable');
  assert.equal(result.steps.length, 0);
  assert.deepEqual(
    result.reasons.map((reason) => reason.code),
    ['platform-operating-system'],
  );
});

test('BSCN-41: a script beside a package that does not suit makes no applicable scenario', () => {
  const script: Step = { kind: 'run-script', id: 's', name: 's', interpreter: 'sh', text: 'true' };
  const unsuitable = aPackage({ targets: [windows] });
  assert.equal(planned({ steps: [installStep('hello'), script] }, [unsuitable]).state, 'not-applicable');
  assert.equal(planned({ steps: [script] }).state, 'applicable');
});

test('two certain restarts in a row are one', () => {
  const restart: Step = { kind: 'restart', id: 'r', name: 'r' };
  const options = { restartAtStart: true, restartAfter: true, powerOffAtEnd: false };
  const result = planned({ options, steps: [restart, { ...restart, id: 'r2' }, installStep('hello')] });
  assert.deepEqual(shape(result), ['restart', 'install-package', 'restart']);
  assert.equal(result.restarts, 2);
});

test('one package of two that suits is enough, and the other one has its reason', () => {
  const result = planned({ steps: [installStep('hello'), installStep('win')] }, [
    aPackage(),
    aPackage({ id: 'win', targets: [windows] }),
  ]);
  assert.equal(result.state, 'applicable');
  assert.deepEqual(
    result.skipped.map(({ stepId }) => stepId),
    ['win'],
  );
});

test('DIST-13: each machine gets only the program for its platform', () => {
  const programs = (['x64', 'arm64'] as const).map((architecture) =>
    aProgram({ name: architecture, targets: [{ operatingSystem: 'linux', language: 'any', architecture }] }),
  );
  const steps = ['x64', 'arm64'].map((program) =>
    installStep('hello', { id: program, program } as Partial<Step>),
  );
  for (const architecture of ['x64', 'arm64'] as const) {
    const result = planned({ steps }, [aPackage({ programs })], {
      facts: aMachine({ inventory: anInventory({ architecture }) }),
    });
    const chosen = result.steps.flatMap((step) => (step.kind === 'install-package' ? [step.program] : []));
    assert.deepEqual(chosen, [architecture]);
  }
});

test('without an inventory nothing is guessed where a package asks for a platform', () => {
  const facts = aMachine({ inventory: null });
  assert.equal(planned({}, [aPackage({ targets: [windows] })], { facts }).state, 'unknown');
  assert.equal(planned({}, [aPackage()], { facts }).state, 'applicable');
});

test('queries are decided by the plan, variables are left to the machine', () => {
  const query = (text: string) => ({ kind: 'query' as const, query: text });
  const variable = { kind: 'variable' as const, name: 'ROOM', operator: '=' as const, value: 'A' };
  const wait = (id: string, condition?: Step['condition']): Step => ({
    kind: 'wait',
    id,
    name: id,
    seconds: 1,
    ...(condition ? { condition } : {}),
  });
  const group = (id: string, condition: Step['condition'], steps: Step[]) => ({
    kind: 'group' as const,
    id,
    name: id,
    steps,
    ...(condition ? { condition } : {}),
  });
  const result = planned({
    steps: [
      group('yes', query('true'), [wait('a'), wait('b', variable)]),
      group('no', query('false'), [wait('c')]),
      wait('d', { kind: 'any', of: [query('false'), variable] }),
      wait('e', { kind: 'not', of: query('true') }),
    ],
  });
  assert.deepEqual(
    result.steps.map((step) => [step.id, step.condition]),
    [
      ['a', null],
      ['b', variable],
      ['d', variable],
    ],
  );
  assert.deepEqual(
    result.skipped.map(({ stepId, reason }) => [stepId, reason.code]),
    [
      ['c', 'condition-false'],
      ['e', 'condition-false'],
    ],
  );
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

test('BAUT-20: restarts for packages warn a user where the scenario says so, or are left to somebody else', () => {
  const options = { restartAfter: false, powerOffAtEnd: false, restartAtStart: false };
  const software = aPackage({ restartAfterInstall: true, standalone: true });
  const warned = planned({ options: { ...options, restartWarningSeconds: 300 } }, [software]);
  const delays = warned.steps.flatMap((step) => (step.kind === 'restart' ? step.delaySeconds : []));
  assert.deepEqual(delays, [300, 300, 300]);
  assert.deepEqual(shape(planned({ options: { ...options, withoutRestarts: true } }, [software])), [
    'install-package',
  ]);
});
