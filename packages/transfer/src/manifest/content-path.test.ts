import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Failure } from '../failures.ts';
import { caseKey, checkContentPath, checkDistinctPaths, printablePath } from './content-path.ts';

function refusalOf(act: () => void): string {
  try {
    act();
    return '';
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

const refused: [string, string][] = [
  ['', 'content-path-empty'],
  ['a//b', 'content-path-empty'],
  ['a/', 'content-path-empty'],
  ['/etc/passwd', 'content-path-absolute'],
  ['//server/share', 'content-path-absolute'],
  ['C:/windows', 'content-path-drive'],
  ['c:evil', 'content-path-drive'],
  ['a\\b', 'content-path-backslash'],
  ['..\\..\\evil', 'content-path-backslash'],
  ['\\\\server\\share', 'content-path-backslash'],
  ['..', 'content-path-traversal'],
  ['../evil', 'content-path-traversal'],
  ['a/../../evil', 'content-path-traversal'],
  ['a/./b', 'content-path-traversal'],
  ['a/..', 'content-path-traversal'],
  ['a\0b', 'content-path-character'],
  ['a\nb', 'content-path-character'],
  ['a\x7fb', 'content-path-character'],
  ['a\x9bb', 'content-path-character'],
  ['file.txt:stream', 'content-path-character'],
  ['a*', 'content-path-character'],
  ['what?', 'content-path-character'],
  ['a|b', 'content-path-character'],
  ['"a"', 'content-path-character'],
  ['invoice\u202egpj.exe', 'content-path-character'],
  ['NUL', 'content-path-reserved'],
  ['a/con', 'content-path-reserved'],
  ['aux.txt', 'content-path-reserved'],
  ['com1', 'content-path-reserved'],
  ['LPT9.tar.gz', 'content-path-reserved'],
  ['COM¹', 'content-path-reserved'],
  ['nul .txt', 'content-path-reserved'],
  ['CONIN$', 'content-path-reserved'],
  ['prn/readme', 'content-path-reserved'],
  ['a.', 'content-path-ending'],
  ['a /b', 'content-path-ending'],
  ['...', 'content-path-ending'],
  ['e\u0301', 'content-path-not-normal'],
  ['\ud800', 'content-path-not-unicode'],
  ['bad\ufffdname', 'content-path-not-unicode'],
  [`${'a'.repeat(256)}`, 'content-path-too-long'],
  ['あ'.repeat(86), 'content-path-too-long'],
  [Array.from({ length: 206 }, () => 'abcd').join('/'), 'content-path-too-long'],
];

for (const [path, code] of refused) {
  test(`the path ${printablePath(path).slice(0, 40)} is refused as ${code}`, () => {
    assert.equal(
      refusalOf(() => checkContentPath(path)),
      code,
    );
  });
}

const accepted = [
  'setup.exe',
  '更新/セットアップ.exe',
  'a b/c d.txt',
  '.config/x',
  'console/nullable',
  'com10',
  'auxiliary.txt',
  'é',
  'a..b',
  '..a',
  "it's (1) [2] {3} #%&+,;=@^_`~$!.txt",
  'あ'.repeat(85),
];

for (const path of accepted) {
  test(`BPKG-24: the path ${path.slice(0, 30)} is accepted`, () => {
    assert.equal(
      refusalOf(() => checkContentPath(path)),
      '',
    );
  });
}

test('an accepted path, joined to a folder, never leaves it, whatever it is made of', () => {
  const piece = fc.constantFrom(
    '..',
    '.',
    'a',
    '/',
    '\\',
    'C:',
    '\0',
    'NUL',
    ' ',
    '~',
    '%2e%2e',
    '：',
    '．．',
    '／',
  );
  const path = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(path, (text) => {
      if (refusalOf(() => checkContentPath(text)) !== '') return;
      const url = new URL(text.split('/').map(encodeURIComponent).join('/'), 'file:///root/folder/');
      assert.ok(url.pathname.startsWith('/root/folder/'));
      assert.ok(!text.split(/[/\\]/).includes('..'));
      assert.doesNotMatch(text, /^[/\\]|^[a-z]:|\0/i);
    }),
    { numRuns: 2000 },
  );
});

const clashes: [string[], string][] = [
  [['a', 'A'], 'upper and lower case'],
  [['straße', 'STRAßE'], 'a letter whose upper case has two'],
  [['σ', 'ς'], 'two forms of one letter'],
  [['更新/ａ', '更新/Ａ'], 'full-width letters'],
  [['a', 'a/b'], 'a file that is also a folder'],
  [['a/b', 'A'], 'a folder that is also a file in other case'],
  [['Dir/x', 'dir/y'], 'two spellings of one folder'],
];

for (const [paths, what] of clashes) {
  test(`paths that are the same on Windows are refused: ${what}`, () => {
    for (const order of [paths, [...paths].reverse()]) {
      assert.equal(
        refusalOf(() => checkDistinctPaths(order)),
        'content-path-duplicate',
      );
    }
  });
}

test('paths that differ are told apart', () => {
  checkDistinctPaths(['a/b/c', 'a/b/d', 'a/bc', 'ab', 'straße', 'strasse', 'か', 'が']);
  assert.notEqual(caseKey('か'), caseKey('が'));
});

test('a hostile path is printed without control characters', () => {
  assert.equal(printablePath('a\x1b[31m\nb'), 'a\\u001b[31m\\u000ab');
  assert.ok(printablePath('x'.repeat(5000)).length < 300);
});
