import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Failure } from '../failure.ts';
import { attributes, operatorsOf } from './attribute.ts';
import { formatRule } from './format.ts';
import { parseRule } from './parse.ts';
import type { Comparison, Rule } from './rule.ts';

const comparison = (name: string, operator: Comparison['operator'], ...values: string[]): Comparison => ({
  kind: 'comparison',
  attribute: { name },
  operator,
  values,
});
const debian = comparison('os.id', '=', 'debian');
const online = comparison('isOnline', '=', 'true');

test('DIST-21: queries are read with the usual precedence', () => {
  assert.deepEqual(parseRule('os.id = debian or os.id = "debian" and not isOnline = true'), {
    kind: 'or',
    parts: [debian, { kind: 'and', parts: [debian, { kind: 'not', part: online }] }],
  });
  assert.deepEqual(parseRule('(os.id=debian OR isOnline=true) And isOnline=true'), {
    kind: 'and',
    parts: [{ kind: 'or', parts: [debian, online] }, online],
  });
});

test('every form of a comparison is read', () => {
  const software = (name: string) => ({ name, key: 'nginx' });
  const rows: [string, Comparison][] = [
    ['network.address in 10.1.0.0/16', comparison('network.address', 'in', '10.1.0.0/16')],
    ['os.id in (debian, "ubuntu")', comparison('os.id', 'in', 'debian', 'ubuntu')],
    ['hardware.memoryBytes >= 8GiB', comparison('hardware.memoryBytes', '>=', '8GiB')],
    ['name matches "WEB-??*"', comparison('name', 'matches', 'WEB-??*')],
    ['name contains "say \\"hi\\""', comparison('name', 'contains', 'say "hi"')],
    ['os.edition exists', comparison('os.edition', 'exists')],
    ['software has "nginx"', { ...comparison('', 'exists'), attribute: software('software') }],
    ['software["nginx"] exists', { ...comparison('', 'exists'), attribute: software('software') }],
    [
      'software["nginx"].version >= 1.22-1~bpo12+1',
      { ...comparison('', '>=', '1.22-1~bpo12+1'), attribute: software('software.version') },
    ],
    ['property.room = "A"', { ...comparison('', '=', 'A'), attribute: { name: 'property', key: 'room' } }],
    [
      'property["部屋 1"] != A',
      { ...comparison('', '!=', 'A'), attribute: { name: 'property', key: '部屋 1' } },
    ],
  ];
  for (const [query, expected] of rows) assert.deepEqual(parseRule(query), expected, query);
});

test('a query that cannot be read says where and what was expected', () => {
  const rows: [string, number, RegExp, string][] = [
    ['', 1, /an attribute/, 'the end'],
    ['os.id', 6, /one of = != in exists contains matches/, 'the end'],
    ['os.id = ', 8, /a value/, 'the end'],
    ['os.id = and', 9, /a value/, 'and'],
    ['os.id = debian debian', 16, /"and", "or" or the end/, 'debian'],
    ['(os.id = debian', 16, /"and", "or" or "\)"/, 'the end'],
    ['os.idd = debian', 1, /an attribute such as/, 'os.idd'],
    ['constructor = debian', 1, /an attribute such as/, 'constructor'],
    ['property = A', 1, /an attribute such as/, 'property'],
    ['property. = A', 1, /an attribute such as/, 'property.'],
    ['os.id["x"] = A', 1, /an attribute such as/, 'os.id'],
    ['software["nginx".version = 1', 17, /"\]"/, '.version'],
    ['os.id > debian', 7, /one of = !=/, '>'],
    ['isOnline contains t', 10, /one of = != exists/, 'contains'],
    ['isOnline = yes', 12, /true or false/, 'yes'],
    ['hardware.memoryBytes >= lots', 25, /a number/, 'lots'],
    ['hardware.memoryBytes >= 8QiB', 25, /a number/, '8QiB'],
    ['network.address = 10.1.0.0/16', 19, /an address/, '10.1.0.0/16'],
    ['network.address in 10.1.0.0/33', 20, /a subnet/, '10.1.0.0/33'],
    ['os.id in (debian ubuntu)', 18, /"," or "\)"/, 'ubuntu'],
    ['name = "abc', 8, /a closing quotation mark/, '"abc'],
    ['name = "a\\qb"', 8, /escapes of JSON/, '"a\\qb"'],
    ['name = a; drop', 9, /a word, a string or an operator/, ';'],
  ];
  for (const [query, position, expected, found] of rows) {
    assert.throws(
      () => parseRule(query),
      (error: unknown) => {
        assert.ok(error instanceof Failure, query);
        assert.equal(error.code, 'query-syntax', query);
        assert.deepEqual([error.params.position, error.params.found], [position, found], query);
        assert.match(String(error.params.expected), expected, query);
        return true;
      },
    );
  }
});

test('length, depth and number of comparisons are bounded', () => {
  const code = (query: string) => {
    try {
      parseRule(query);
      return 'read';
    } catch (error) {
      return error instanceof Failure ? `${error.code} ${error.params.what}` : String(error);
    }
  };
  const some = 'isOnline=true';
  assert.equal(code(`${'('.repeat(32)}${some}${')'.repeat(32)}`), 'read');
  assert.equal(code(`${'('.repeat(33)}${some}${')'.repeat(33)}`), 'query-too-large levels');
  assert.equal(code(`${'not '.repeat(33)}${some}`), 'query-too-large levels');
  assert.equal(code(`name = ${'a'.repeat(4089)}`), 'read');
  assert.equal(code(`name = ${'a'.repeat(4090)}`), 'query-too-large characters');
  assert.equal(code(Array(200).fill('id=a').join(' or ')), 'read');
  assert.equal(code(Array(201).fill('id=a').join(' or ')), 'query-too-large comparisons');
});

const wantedValues: Record<string, fc.Arbitrary<string>> = {
  number: fc.constantFrom('0', '-1.5', '8GiB', '500 MB'),
  boolean: fc.constantFrom('true', 'false'),
  subnet: fc.constantFrom('10.0.0.0/8', 'fe80::/10', '::1'),
  address: fc.constantFrom('10.1.2.3', '::1', '::ffff:1.2.3.4'),
};
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('and', '"', '\\', '', ' ', '1.2~rc1'),
);

const comparisons: fc.Arbitrary<Comparison> = fc
  .constantFrom(...Object.entries(attributes))
  .chain(([name, entry]) =>
    fc.tuple(fc.constant({ name, entry }), fc.constantFrom(...operatorsOf[entry.type])),
  )
  .chain(([{ name, entry }, operator]) => {
    const value = wantedValues[entry.type === 'address' && operator === 'in' ? 'subnet' : entry.type] ?? text;
    const length = operator === 'exists' ? 0 : 1;
    return fc.record({
      kind: fc.constant('comparison' as const),
      attribute: entry.isKeyed
        ? fc.record({
            name: fc.constant(name),
            key: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
          })
        : fc.constant({ name }),
      operator: fc.constant(operator),
      values: fc.array(value, { minLength: length, maxLength: operator === 'in' ? 4 : length }),
    });
  });

const rules: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparisons,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('rule'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), part: tie('rule') }),
  ),
})).rule;

test('a rule that is written and read is the same rule', () => {
  fc.assert(
    fc.property(rules, (rule) => {
      const query = formatRule(rule);
      fc.pre(query.length <= 4096);
      assert.deepEqual(parseRule(query), structuredClone(rule), query);
    }),
    { numRuns: 500 },
  );
});

test('any text is read or refused with a Failure', () => {
  const words = fc.constantFrom(
    'os.id',
    'software',
    '[',
    ']',
    '"x"',
    '(',
    ')',
    'and',
    'or',
    'not',
    'in',
    '=',
    ',',
    '1',
    'has',
    '.version',
    '\\',
    '"',
  );
  const query = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.array(words, { maxLength: 15 }).map((all) => all.join(' ')),
  );
  fc.assert(
    fc.property(query, (some) => {
      try {
        const rule = parseRule(some);
        assert.deepEqual(parseRule(formatRule(rule)), rule);
      } catch (error) {
        assert.ok(error instanceof Failure, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
