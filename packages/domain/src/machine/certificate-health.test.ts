import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedAttributes } from '../collection/changes.ts';
import { evaluate } from '../collection/evaluate.ts';
import { parseRule } from '../collection/parse.ts';
import { certificateStateOf, mostCertificateFaults, sortFaults } from './certificate-health.ts';
import type { MachineFacts } from './machine.ts';

const fault = (state: 'repairable' | 'missing' | 'expired', code: string, place = 'A') => ({
  ...{ state, code, store: 'SMS', place },
});
const nul = fault('repairable', 'name-nul');
const expired = fault('expired', 'certificate-expired');

test('IDENT-15: the state of a machine is the worst of its certificates, and unknown where the agent has not told', () => {
  assert.equal(certificateStateOf(undefined), 'unknown');
  assert.equal(certificateStateOf({ count: 2, faults: [] }), 'good');
  assert.equal(
    certificateStateOf({ count: 2, faults: [expired, fault('missing', 'key-missing')] }),
    'missing',
  );
  assert.equal(certificateStateOf({ count: 2, faults: [expired, nul] }), 'repairable');
});

test('IDENT-15: faults come in one order, whatever they were found in, and the worst are kept', () => {
  const many = Array.from({ length: 100 }, (_, at) => fault('expired', 'certificate-expired', String(at)));
  const sorted = sortFaults([...many, nul]);
  assert.deepEqual(sorted, sortFaults([nul, ...many.toReversed()]));
  assert.deepEqual([sorted.length, sorted[0]], [mostCertificateFaults, nul]);
});

function facts(faults: (typeof nul)[] | null): MachineFacts {
  const certificates = faults === null ? {} : { certificates: { count: 2, faults } };
  const inventory = { agent: { version: '1', ...certificates }, software: [] };
  // Nothing else of the inventory is asked.
  const rest = {
    hardware: { cpu: {}, disks: [] },
    network: { interfaces: [] },
    operatingSystem: {},
    ...inventory,
  } as unknown as MachineFacts['inventory'];
  return {
    ...{ id: '1', name: 'pc', inventory: rest, powerState: 'on', isOnline: true },
    ...{ lastSeenAt: null, properties: {} },
  };
}

test('IDENT-15: collections ask for states and single faults, and hear when one of them changes', () => {
  const holds = (text: string, of: MachineFacts) => evaluate(parseRule(text), of).matches;
  const damaged = facts([nul, expired]);
  for (const text of [
    'agent.certificates = "repairable"',
    'agent.certificates = "expired"',
    'agent.certificates.fault = "name-nul"',
  ]) {
    assert.ok(holds(text, damaged), text);
    assert.ok(!holds(text, facts([])), text);
    assert.ok(!holds(text, facts(null)), text);
  }
  assert.ok(holds('agent.certificates = "good"', facts([])));
  assert.ok(!holds('agent.certificates = "good"', damaged));
  assert.deepEqual(
    [...changedAttributes(facts([]), damaged)],
    ['agent.certificates', 'agent.certificates.fault'],
  );
});
