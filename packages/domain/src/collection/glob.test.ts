import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from './glob.ts';

test('patterns match whole texts', () => {
  const rows: [string, string, boolean][] = [
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['?', '', false],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbbcd', false],
    ['*b*b*', 'abcb', true],
    ['*ab', 'aab', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['??', '日本', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['a*', 'ba', false],
  ];
  for (const [pattern, text, expected] of rows)
    assert.equal(matchesGlob(pattern, text), expected, `${pattern} ${text}`);
});

test('a pattern agrees with its regular expression', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 7 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
  fc.assert(
    fc.property(pattern, text, (some, given) => {
      const expression = new RegExp(`^${some.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      assert.equal(matchesGlob(some, given), expression.test(given));
    }),
    { numRuns: 1000 },
  );
});

test('a hostile pattern takes no exponential time', () => {
  assert.equal(matchesGlob(`${'*a'.repeat(500)}*b`, 'a'.repeat(2000)), false);
});
