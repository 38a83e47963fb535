import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cleanFriendlyName,
  friendlyNameProperty,
  isCleanFriendlyName,
  judgeFriendlyNameProperty,
} from './friendly-name.ts';

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(fc.constantFrom('\0', '\u0001', '\ud800', ' ', 'a', '😀', '\ufeff'))
    .map((parts) => parts.join('')),
);

test('IDENT-03: what is written as the property of any name has exactly one terminator and no NUL before it', () => {
  fc.assert(
    fc.property(name, (text) => {
      const property = friendlyNameProperty(text);
      const units = new Uint16Array(
        property.buffer.slice(property.byteOffset, property.byteOffset + property.length),
      );
      assert.equal(units.indexOf(0), units.length - 1);
      const judged = judgeFriendlyNameProperty(property);
      assert.deepEqual(judged.codes, judged.text === '' ? ['name-empty'] : []);
    }),
  );
});

test('a clean name is never changed again', () => {
  fc.assert(
    fc.property(name, (text) => {
      const { text: clean } = cleanFriendlyName(text);
      assert.ok(clean === '' || isCleanFriendlyName(clean), JSON.stringify(clean));
    }),
  );
});

const properties: [string, string, string[], string][] = [
  ['a clean one', '41004200 0000', [], 'AB'],
  ['no terminator', '41004200', ['name-terminator'], 'AB'],
  ['two terminators', '41004200 0000 0000', ['name-nul'], 'AB'],
  ['a NUL inside', '41000000 4200 0000', ['name-nul'], 'A'],
  ['half a character', '4100 0000 42', ['name-odd-length'], 'A'],
  ['nothing', '', ['name-terminator', 'name-empty'], ''],
];
for (const [what, hex, codes, text] of properties) {
  test(`IDENT-03: the raw property of a store is judged by its bytes: ${what}`, () => {
    const judged = judgeFriendlyNameProperty(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    assert.deepEqual(judged, { text, codes });
  });
}
