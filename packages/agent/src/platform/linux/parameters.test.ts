import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Failure } from '@tenkai/domain/failure.ts';
import fc from 'fast-check';
import { splitParameters } from './parameters.ts';

const variables = { NAME: 'two  words', EMPTY: '', QUOTE: `'"\\` };
const reference = (name: string) => `$\{${name}}`;

const rows: [string, string[]][] = [
  ['', []],
  ['  /q\t/norestart \n', ['/q', '/norestart']],
  [`a'b c'd`, ['ab cd']],
  [`"" ''`, ['', '']],
  [`"a \\" b" 'a \\ b'`, ['a " b', 'a \\ b']],
  [`a\\ b \\' "\\a"`, ['a b', "'", '\\a']],
  ['* $HOME `date` $(date) > x ~ !', ['*', '$HOME', '`date`', '$(date)', '>', 'x', '~', '!']],
  [
    `x=${reference('NAME')} "${reference('NAME')}" '${reference('NAME')}'`,
    ['x=two  words', 'two  words', reference('NAME')],
  ],
  [`${reference('EMPTY')} ${reference('QUOTE')}`, ['', `'"\\`]],
  [
    `${reference('UNKNOWN')} \\${reference('NAME')} ${reference('toString')}`,
    [reference('UNKNOWN'), reference('NAME'), reference('toString')],
  ],
  ['日本語 "全 角"', ['日本語', '全 角']],
  ['end\\', ['end\\']],
];

test('BPKG-25: parameters are split by quotes and backslashes, and by nothing else', () => {
  for (const [text, expected] of rows) assert.deepEqual(splitParameters(text, variables), expected, text);
});

test('BPKG-25: a quote that is never closed is refused', () => {
  for (const text of [`'`, `a "b`, `"a\\"`]) {
    assert.throws(
      () => splitParameters(text, {}),
      (error) => error instanceof Failure && error.code === 'parameters-unbalanced',
    );
  }
});

test('BPKG-25: the shell itself splits quoted words in the same way', () => {
  const character = fc.constantFrom('a', 'é', ' ', '"', "'", '\\', '\t');
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
      let words: string[];
      try {
        words = splitParameters(text, {});
      } catch {
        return;
      }
      // A backslash at the very end is undefined in POSIX.
      if (/(^|[^\\])(\\\\)*\\$/.test(text)) return;
      const printed = execFileSync(
        '/bin/sh',
        ['-c', `set -- ${text}\nfor word do printf '%s\\n' "[$word]"; done`],
        {
          encoding: 'utf8',
        },
      );
      assert.equal(printed, words.map((word) => `[${word}]\n`).join(''));
    }),
    { numRuns: 60, seed: 25 },
  );
});
