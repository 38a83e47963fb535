import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as Value from 'typebox/value';
import { definitions } from '../definitions.ts';
import { reasonSentence } from '../reason.ts';
import {
  type Condition,
  type ConditionLeaf,
  ConditionSchema,
  conditionSize,
  isConditionWithinLimits,
} from './condition.ts';
import { evaluateCondition, type LeafFact } from './condition-evaluation.ts';

const absent: LeafFact = { state: 'absent' };
const present = (...values: string[]): LeafFact => ({ state: 'present', values });
const file = (path: string): ConditionLeaf => ({ kind: 'file-exists', path });
const csdVersion = (data?: string, type?: string): ConditionLeaf => ({
  kind: 'registry',
  key: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion',
  name: 'CSDVersion',
  ...(data === undefined ? {} : { data }),
  ...(type === undefined ? {} : { type }),
});
const string = (value: string): LeafFact => ({ state: 'present', values: [value], type: 'REG_SZ' });
const truth = (condition: Condition, fact: LeafFact) => evaluateCondition(condition, () => fact).truth;

test('BPKG-51: one package for SP1 or SP2', () => {
  const either: Condition = {
    kind: 'any',
    of: [csdVersion('Service Pack 1', 'REG_SZ'), csdVersion('Service Pack 2', 'REG_SZ')],
  };
  assert.equal(truth(either, string('Service Pack 1')), 'yes');
  assert.equal(truth(either, string('Service Pack 2')), 'yes');
  assert.equal(truth(either, string('Service Pack 3')), 'no');
  assert.equal(truth(either, absent), 'no');
});

test('BPKG-51: and, or and not combine, and say which leaves decided', () => {
  const condition: Condition = { kind: 'all', of: [file('/a'), { kind: 'not', of: file('/b') }, file('/c')] };
  const probe = (paths: string[]) => (leaf: ConditionLeaf) =>
    leaf.kind === 'file-exists' && paths.includes(leaf.path) ? present() : absent;
  const subjects = (paths: string[]) => {
    const { holds, reasons } = evaluateCondition(condition, probe(paths));
    return [holds, ...reasons.map((reason) => reason.params.subject)];
  };
  assert.deepEqual(subjects(['/a', '/c']), [true, '/a', '/b', '/c']);
  assert.deepEqual(subjects(['/a', '/b', '/c']), [false, '/b']);
  assert.deepEqual(subjects([]), [false, '/a', '/c']);
});

test('BPKG-48: data and type of a registry value count when they are given', () => {
  assert.equal(truth(csdVersion(), string('Service Pack 2')), 'yes');
  assert.equal(truth(csdVersion(), absent), 'no');
  assert.equal(truth(csdVersion('Service Pack 2'), string('Service Pack 2')), 'yes');
  assert.equal(truth(csdVersion('Service Pack 2', 'REG_DWORD'), string('Service Pack 2')), 'no');
  assert.equal(truth(csdVersion('Service Pack'), string('Service Pack 2')), 'no');
});

test('package versions compare by their manager, os-release by dotted numbers', () => {
  const version = (operator: '<' | '!=' | '=' | '>=', wanted: string): Condition => ({
    kind: 'package-version',
    name: 'nginx',
    source: 'dpkg',
    operator,
    version: wanted,
  });
  assert.equal(truth(version('<', '1.22'), present('1.22~rc1')), 'yes');
  assert.equal(truth(version('>=', '1.22'), present('1.22~rc1')), 'no');
  assert.equal(truth(version('>=', '1.22'), present('1.0', '1.30')), 'yes');
  assert.equal(truth(version('>=', '0'), absent), 'no');
  assert.equal(truth(version('!=', '1.22'), absent), 'yes');
  assert.equal(truth(version('!=', '1.22'), present('1.22')), 'no');
  const release = (operator: '=' | '>=', value: string): Condition => ({
    kind: 'os-release',
    key: 'VERSION_ID',
    operator,
    value,
  });
  assert.equal(truth(release('>=', '9'), present('10')), 'yes');
  assert.equal(truth(release('=', '9'), present('9.0')), 'no');
  assert.equal(truth({ kind: 'package-installed', name: 'x', source: 'rpm' }, present('1')), 'yes');
  assert.equal(truth({ kind: 'package-installed', name: 'x', source: 'rpm' }, absent), 'no');
});

test('what cannot be asked is unknown, and never holds', () => {
  const unknown: LeafFact = { state: 'unknown', cause: 'no registry on this system' };
  const {
    holds,
    truth: answer,
    reasons,
  } = evaluateCondition({ kind: 'not', of: csdVersion() }, () => unknown);
  assert.deepEqual([holds, answer], [false, 'unknown']);
  assert.equal(reasons[0]?.params.actual, 'no registry on this system');
  assert.equal(truth({ kind: 'any', of: [] }, unknown), 'no');
  assert.equal(truth({ kind: 'all', of: [] }, unknown), 'yes');
});

test('BPKG-52: a reason says what was expected and what was found', () => {
  const { reasons } = evaluateCondition(csdVersion('Service Pack 1', 'REG_SZ'), () =>
    string('Service Pack 3'),
  );
  const [reason] = reasons;
  assert.ok(reason);
  assert.equal(
    reasonSentence(reason),
    'Registry HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\CSDVersion: ' +
      'expected REG_SZ = Service Pack 1, found REG_SZ Service Pack 3.',
  );
});

const conditions: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('/yes', '/no', '/unknown').map(file),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('node'), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('node') }),
  ),
})).node;
const facts: Record<string, LeafFact> = {
  '/yes': present(),
  '/no': absent,
  '/unknown': { state: 'unknown', cause: '?' },
};
const probe = (leaf: ConditionLeaf) => facts[leaf.kind === 'file-exists' ? leaf.path : ''] ?? absent;

test('learning what was unknown never turns a yes or a no round', () => {
  fc.assert(
    fc.property(conditions, fc.boolean(), (condition, answer) => {
      const before = evaluateCondition(condition, probe).truth;
      const known = (leaf: ConditionLeaf) =>
        probe(leaf).state === 'unknown' ? (answer ? present() : absent) : probe(leaf);
      const after = evaluateCondition(condition, known).truth;
      assert.notEqual(after, 'unknown');
      if (before !== 'unknown') assert.equal(after, before);
    }),
  );
});

test('the schema takes what the types allow, and no command', () => {
  fc.assert(
    fc.property(conditions, (condition) => {
      assert.ok(Value.Check(definitions, ConditionSchema, condition));
    }),
  );
  assert.equal(Value.Check(definitions, ConditionSchema, { kind: 'command', command: 'id' }), false);
  assert.equal(Value.Check(definitions, ConditionSchema, { kind: 'not', of: { kind: 'all' } }), false);
});

test('depth and leaves are counted without recursion', () => {
  let deep: Condition = file('/a');
  for (let level = 1; level < 100_000; level += 1) deep = { kind: 'not', of: deep };
  assert.deepEqual(conditionSize(deep), { depth: 100_000, leaves: 1 });
  assert.equal(isConditionWithinLimits(deep), false);
  const wide: Condition = { kind: 'all', of: Array.from({ length: 200 }, () => file('/a')) };
  assert.equal(isConditionWithinLimits(wide), true);
  assert.equal(isConditionWithinLimits({ kind: 'any', of: [wide, file('/b')] }), false);
});
