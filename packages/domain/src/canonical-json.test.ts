import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json.ts';

test('keys are sorted by UTF-16 code units, at every depth', () => {
  assert.equal(
    canonicalJson({ b: [{ d: 1, c: null }], a: 'x', ' ': true }),
    '{" ":true,"a":"x","b":[{"c":null,"d":1}]}',
  );
  // The example of RFC 8785 section 3.2.3: by code units the surrogate pair comes before U+FB33.
  const keys = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
  assert.deepEqual(canonicalJson(keys).match(/:\d/g)?.join(''), ':2:4:6:7:1:5:3');
});

test('numbers and strings are written as RFC 8785 has them', () => {
  const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0];
  assert.equal(canonicalJson(numbers), '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]');
  assert.equal(canonicalJson('\u20ac$\u000f\nA\'B"\\"/'), '"€$\\u000f\\nA\'B\\"\\\\\\"/"');
});

test('members that are undefined are left out', () => {
  assert.equal(canonicalJson({ a: undefined, b: 1 }), '{"b":1}');
});

test('what JSON cannot say is refused', () => {
  const values = [
    Number.NaN,
    Infinity,
    undefined,
    [undefined],
    1n,
    () => 0,
    new Date(0),
    new Map(),
    '\ud800',
    { '\udfff': 1 },
  ];
  for (const value of values) assert.throws(() => canonicalJson(value), TypeError);
});

test('equal values have equal texts whatever the order of keys, and the text reads back', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = canonicalJson(value);
      assert.equal(canonicalJson(reversed(value)), text);
      assert.equal(canonicalJson(JSON.parse(text)), text);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
