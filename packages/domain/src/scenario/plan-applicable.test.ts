import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aMachine, anInventory, aPackage, aProgram, installStep } from '@tenkai/testkit/builders.ts';
import { planned, windows } from './plan-for-test.ts';
import type { Step } from './scenario.ts';

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
