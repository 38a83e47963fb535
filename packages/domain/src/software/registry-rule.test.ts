import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reasonSentence } from '../reason.ts';
import { evaluateCondition } from './condition-evaluation.ts';
import { describeDetection } from './detection.ts';
import { newPackageDraft } from './new-draft.ts';
import { packageDraftProblems } from './package-problems.ts';
import {
  isComparable,
  type RegistryFact,
  type RegistryOperator,
  type RegistryRule,
  registryTruth,
} from './registry-rule.ts';

const absent: RegistryFact = { state: 'absent' };
const found = (type: string, ...values: string[]): RegistryFact => ({ state: 'present', type, values });
const text = (value: string) => found('REG_SZ', value);
const number = (value: number | bigint) => found('REG_DWORD', `0x${value.toString(16)}`, value.toString());
const rule = (operator?: RegistryOperator, data?: string, type?: string): RegistryRule => ({
  key: 'HKLM\\SOFTWARE\\X',
  name: 'V',
  ...(operator === undefined ? {} : { operator }),
  ...(data === undefined ? {} : { data }),
  ...(type === undefined ? {} : { type }),
});

const rows: [RegistryOperator | undefined, string | undefined, RegistryFact, 'yes' | 'no' | 'unknown'][] = [
  [undefined, undefined, text('x'), 'yes'],
  [undefined, '1.0', text('1.0.0'), 'no'],
  ['exists', undefined, absent, 'no'],
  ['missing', undefined, absent, 'yes'],
  ['missing', undefined, text(''), 'no'],
  ['missing', 'x', text('y'), 'yes'],
  // Equal: as texts, numbers or versions.
  ['=', 'Service Pack 2', text('Service Pack 2'), 'yes'],
  ['=', '1.0', text('1.0.0.0'), 'yes'],
  ['=', '16', number(16), 'yes'],
  ['=', '0X10', number(16), 'yes'],
  ['=', '1.0', number(1), 'no'],
  ['=', '1', absent, 'no'],
  ['!=', '1', absent, 'yes'],
  ['!=', '1.0', text('1'), 'no'],
  ['!=', '1.0', text('one'), 'yes'],
  ['=', 'b', found('REG_MULTI_SZ', 'a\\0b', 'a', 'b'), 'yes'],
  // Numbers are not compared digit by digit, nor cut at 53 bits.
  ['<', '10', number(9), 'yes'],
  ['>=', '0x10', number(16), 'yes'],
  ['>', '4294967294', number(4294967295), 'yes'],
  ['>', '18446744073709551614', found('REG_QWORD', '0xffffffffffffffff'), 'yes'],
  ['<=', '9', number(10), 'no'],
  // Versions, field by field.
  ['>=', '9.1', text('10.0'), 'yes'],
  ['<', '10.0.19041', text('10.0.9600'), 'yes'],
  ['<=', '6.1.7601.17514', text('6, 1, 7601, 17514'), 'yes'],
  ['>', '6.1', text('6.1.7601.1 (win7sp1_rtm.101119-1850)'), 'yes'],
  ['>=', 'v2', found('REG_EXPAND_SZ', '2.0'), 'yes'],
  // What has no place in an order is above and below nothing, and it is not known.
  ['>=', '2', text('Service Pack 2'), 'unknown'],
  ['<', '2', text(''), 'unknown'],
  ['<', '2', text('2.0-rc1'), 'unknown'],
  ['<', 'new', text('1.0'), 'unknown'],
  ['>', '1.5', number(2), 'unknown'],
  ['>=', '0', found('REG_BINARY', '00'), 'unknown'],
  ['<', '9', found('REG_MULTI_SZ', '1'), 'unknown'],
  ['<', '9', absent, 'no'],
];

for (const [operator, data, fact, wanted] of rows) {
  const actual = fact.state === 'absent' ? 'nothing' : `${fact.type} ${fact.values[0]}`;
  test(`BPKG-48: ${actual} ${operator ?? ''} ${data ?? ''}: ${wanted}`, () =>
    assert.equal(registryTruth(rule(operator, data), fact), wanted));
}

test('BPKG-48: a value of another type is as none', () => {
  const dword = (operator: RegistryOperator) => rule(operator, '1', 'REG_DWORD');
  assert.equal(registryTruth(dword('exists'), text('1')), 'no');
  assert.equal(registryTruth(dword('missing'), text('1')), 'yes');
  assert.equal(registryTruth(dword('!='), text('1')), 'yes');
  for (const operator of ['=', '<', '<=', '>', '>='] as const)
    assert.equal(registryTruth(dword(operator), text('1')), 'no');
});

const values = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => value.toString()),
  fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }).map((fields) => fields.join('.')),
  fc.constantFrom('', 'Service Pack 2', '0x10', ' 7 ', '1,2', '1.'),
);
const facts: fc.Arbitrary<RegistryFact> = fc.oneof(
  fc.constant(absent),
  fc
    .tuple(fc.constantFrom('REG_SZ', 'REG_EXPAND_SZ', 'REG_DWORD', 'REG_QWORD', 'REG_BINARY'), values)
    .map(([type, value]) => found(type, value)),
);

test('BPKG-48: of less, equal and greater one holds, or it is unknown which', () => {
  fc.assert(
    fc.property(facts, values, (fact, data) => {
      const is = (operator: RegistryOperator) => registryTruth(rule(operator, data), fact);
      const answers = [is('<'), is('='), is('>')];
      const [less, equal, greater] = answers;
      if (less !== 'unknown') {
        assert.equal(answers.filter((answer) => answer === 'yes').length, fact.state === 'absent' ? 0 : 1);
        assert.equal(is('<='), less === 'yes' || equal === 'yes' ? 'yes' : 'no');
        assert.equal(is('>='), greater === 'yes' || equal === 'yes' ? 'yes' : 'no');
      } else assert.deepEqual([greater, is('<='), is('>=')], ['unknown', 'unknown', 'unknown']);
      assert.equal(is('!='), equal === 'yes' ? 'no' : 'yes');
      assert.notEqual(is('exists'), is('missing'));
    }),
  );
});

test('BPKG-48: what could never be compared is refused before it is asked', () => {
  fc.assert(
    fc.property(facts, values, fc.constantFrom('<' as const, '>=' as const), (fact, data, operator) => {
      if (fact.state === 'absent' || registryTruth(rule(operator, data), fact) === 'unknown') return;
      assert.ok(isComparable(rule(operator, data, fact.type)));
      assert.ok(isComparable(rule(operator, data)));
    }),
  );
  const codes = (asked: RegistryRule) =>
    packageDraftProblems(
      newPackageDraft({
        id: 'x',
        condition: { kind: 'not', of: { kind: 'registry', ...asked } },
        detection: [{ kind: 'registry', ...asked }],
      }),
    )
      .filter(({ field }) => /^(condition|detection)/.test(field))
      .map(({ field, code }) => `${field} ${code}`);
  const both = (code: string) => [`detection[0] ${code}`, `condition ${code}`];
  const { name: _, ...noName } = rule('>=', '1');
  assert.deepEqual(codes(rule('>=', '1.2')), []);
  assert.deepEqual(codes(rule('exists')), []);
  assert.deepEqual(codes(rule('>=', 'new')), both('registry-not-comparable'));
  assert.deepEqual(codes(rule('<', '1.2', 'REG_DWORD')), both('registry-not-comparable'));
  assert.deepEqual(codes(rule('=')), both('registry-not-comparable'));
  assert.deepEqual(codes(noName), both('registry-name-missing'));
  assert.deepEqual(codes({ ...rule(), key: 'SOFTWARE\\X' }), both('registry-key-without-hive'));
});

test('BPKG-52: a reason names the view, what was expected, what is there and why it cannot be compared', () => {
  const leaf = { kind: 'registry' as const, ...rule('>=', '2', 'REG_SZ'), view: '32' as const };
  const sentence = (fact: RegistryFact) => {
    const [reason] = evaluateCondition({ kind: 'not', of: leaf }, () => fact).reasons;
    return reason && reasonSentence(reason);
  };
  const expected = 'Registry 32: HKLM\\SOFTWARE\\X\\V: expected REG_SZ >= 2, found';
  assert.equal(sentence(text('1.9')), `${expected} REG_SZ 1.9.`);
  assert.equal(sentence(text('SP2')), `${expected} REG_SZ SP2 (not a version).`);
  assert.equal(sentence(absent), `${expected} absent.`);
  assert.equal(describeDetection(leaf), 'registry 32: HKLM\\SOFTWARE\\X\\V REG_SZ >= 2');
});

test('a condition turned round does not hold where it cannot be compared', () => {
  const leaf = { kind: 'registry' as const, ...rule('>=', '2') };
  const { holds, truth } = evaluateCondition({ kind: 'not', of: leaf }, () => text('Service Pack 2'));
  assert.deepEqual([holds, truth], [false, 'unknown']);
});
