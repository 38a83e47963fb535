/** Which steps a system can do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aMachine, anInventory, aPackage, aScenario, installStep } from '@tenkai/testkit/builders.ts';
import { reasonSentence } from '../reason.ts';
import { plan } from '../scenario/plan.ts';
import type { Step } from '../scenario/scenario.ts';
import { systemRefusal } from './step-support.ts';

const script = (interpreter: 'sh' | 'bash' | 'cmd' | 'powershell'): Step => ({
  kind: 'run-script',
  id: interpreter,
  name: interpreter,
  interpreter,
  text: 'exit',
});

const restart: Step = { kind: 'restart', id: 'r', name: 'restart' };

const machineWith = (system: Parameters<typeof anInventory>[0], isSimulated?: boolean) => {
  const inventory = anInventory(system);
  const agent = { ...inventory.agent, ...(isSimulated === undefined ? {} : { isSimulated }) };
  return aMachine({ inventory: { ...inventory, agent } });
};

const xp = {
  family: 'windows',
  id: 'windows-xp',
  name: 'Windows XP',
  version: '5.1',
  architecture: 'x86',
} as const;

const windows11 = { family: 'windows', id: 'windows-11', name: 'Windows 11', version: '10.0.22631' } as const;
const plan9 = { id: 'plan9', name: 'Plan 9', version: '4' } as const;

test('BOSM-01, BOSM-02: a step is refused only where the matrix says no', () => {
  const cases: [ReturnType<typeof aMachine>, Step, string | null][] = [
    [aMachine(), script('sh'), null],
    [aMachine(), script('cmd'), 'system-no-interpreter'],
    [aMachine(), script('powershell'), null],
    [machineWith(windows11), script('bash'), 'system-no-interpreter'],
    [machineWith(windows11), script('powershell'), null],
    [machineWith(windows11), restart, null],
    [machineWith(xp), installStep('hello'), 'system-simulated-only'],
    [machineWith(xp), restart, 'system-simulated-only'],
    [machineWith(xp, true), installStep('hello'), null],
    [machineWith(xp), { kind: 'wake', id: 'w', name: 'wake' }, null],
    [machineWith(plan9), installStep('hello'), null],
    [aMachine({ inventory: null }), script('cmd'), null],
  ];
  for (const [machine, step, code] of cases)
    assert.equal(systemRefusal(step, machine)?.code ?? null, code, `${step.kind} ${step.id}`);
});

test('BOSM-01: the plan leaves a step out where the system cannot do it, and says why; the rest stays', () => {
  const ask = (facts: ReturnType<typeof aMachine>, steps: Step[]) =>
    plan({
      scenario: aScenario({ steps }),
      packages: new Map([['hello', aPackage()]]),
      facts,
      variables: {},
      matches: () => true,
    });
  const mixed = ask(aMachine(), [script('cmd'), script('sh')]);
  assert.equal(mixed.state, 'applicable');
  assert.deepEqual(mixed.steps.filter(({ kind }) => kind === 'run-script').length, 1);
  assert.deepEqual(
    mixed.skipped.map(({ reason }) => reasonSentence(reason)),
    ['Debian GNU/Linux 12 cannot run cmd scripts.'],
  );
  const none = ask(machineWith(xp), [installStep('hello')]);
  assert.equal(none.state, 'not-applicable');
  assert.deepEqual(
    none.reasons.map(({ code }) => code),
    ['system-simulated-only'],
  );
  assert.equal(ask(machineWith(xp, true), [installStep('hello')]).state, 'applicable');
});
