import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageOf } from './language.ts';

test('TENKAI_LANGUAGE comes before the language of the terminal, and that by the order of POSIX', () => {
  for (const [env, wanted] of [
    [{}, 'en'],
    [{ LANG: 'ja_JP.UTF-8' }, 'ja'],
    [{ LANG: 'ja' }, 'ja'],
    [{ LANG: 'jam_JM' }, 'en'],
    [{ LANG: 'ja_JP.UTF-8', LC_MESSAGES: 'C' }, 'en'],
    [{ LANG: 'C', LC_ALL: '', LC_MESSAGES: 'ja_JP' }, 'ja'],
    [{ LANG: 'ja_JP', LC_ALL: 'de_DE.UTF-8' }, 'en'],
    [{ LC_ALL: 'C.UTF-8', TENKAI_LANGUAGE: 'ja' }, 'ja'],
    [{ LC_ALL: 'ja_JP.UTF-8', TENKAI_LANGUAGE: 'en' }, 'en'],
    [{ LC_ALL: 'ja_JP.UTF-8', TENKAI_LANGUAGE: '' }, 'ja'],
  ] as const)
    assert.equal(languageOf(env), wanted, JSON.stringify(env));
});
