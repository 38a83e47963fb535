import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { findInContent, quotedPath, uncPath } from './content-path.ts';

const client = (language: string) => [
  'Client/ccmsetup.exe',
  'Client/i386/hotfix/KB977203/SCCM2007AC-SP2-KB977203-x86.msp',
  `Client/i386/hotfix/KB977203/説明 ${language}.txt`,
  `Server/SCCM2007-SP2-KB977203-${language}.msi`,
];

test('DIST-05, DIST-37: a path is found by its name, by a pattern, in either spelling, or it is said not to be there', () => {
  const cases: readonly (readonly [wanted: string, found: string | null | number])[] = [
    ['Client/ccmsetup.exe', 'Client/ccmsetup.exe'],
    ['i386\\hotfix\\KB977203', 'Client/i386/hotfix/KB977203'],
    ['\\I386\\Hotfix\\kb977203\\', 'Client/i386/hotfix/KB977203'],
    ['i386/hotfix/KB977203/*.msp', 'Client/i386/hotfix/KB977203/SCCM2007AC-SP2-KB977203-x86.msp'],
    ['SCCM2007-SP?-KB977203-*.msi', 'Server/SCCM2007-SP2-KB977203-JPN.msi'],
    ['i386/hotfix/KB977203/説明*', 'Client/i386/hotfix/KB977203/説明 JPN.txt'],
    ['i386/hotfix/KB977203/*', 2],
    ['i386/hotfix/KB977384', null],
    ['i386/*.msp', null],
    ['hotfix', null],
    ['Client/ccmsetup.ex.', null],
    ['', null],
  ];
  for (const [wanted, expected] of cases) {
    const found = findInContent(client('JPN'), wanted);
    if (expected === null) assert.equal(found.state, 'missing', wanted);
    else if (typeof expected === 'number')
      assert.equal(found.state === 'several' && found.paths.length, expected, wanted);
    else assert.deepEqual(found, { state: 'found', path: expected }, wanted);
  }
  for (const language of ['ENU', 'JPN'])
    assert.equal(findInContent(client(language), 'SCCM2007-*-KB977203-*.msi').state, 'found', language);
  assert.deepEqual(findInContent(['a/b', 'A/B'], 'a/b'), { state: 'found', path: 'a/b' }, 'as written first');
});

test('a pattern of many stars that does not hold is an answer, too, and comes at once', () => {
  const files = [`folder/${'a'.repeat(1000)}.exe`];
  for (const [wanted, state] of [
    [`${'*'.repeat(500)}#`, 'missing'],
    [`${'*a'.repeat(200)}#`, 'missing'],
    [`${'*a'.repeat(200)}*.e?e`, 'found'],
    ['*.exe*', 'found'],
    ['*b*', 'missing'],
  ] as const)
    assert.equal(findInContent(files, wanted).state, state, wanted.slice(0, 20));
});

const hard = [
  "/srv/it's here/ア プ リ $HOME `id`/a\\b",
  '/srv/"quoted";x',
  '/srv/plain',
  '/srv/‘typographic’',
];

test('DIST-36: a shell reads a quoted path as it is, with blanks, quotes and Japanese names', () => {
  for (const path of hard) {
    const { stdout } = spawnSync('sh', ['-c', `printf %s ${quotedPath(path).sh}`], { encoding: 'utf8' });
    assert.equal(stdout, path);
  }
});

test('DIST-36: cmd, PowerShell and properties have rules of their own; long shares their long form', () => {
  const path = '\\\\dp1\\SMSPKGD$\\TK100001\\配布 物\\';
  assert.deepEqual(quotedPath(path), {
    sh: `'${path}'`,
    powershell: `'${path}'`,
    cmd: `"${path}\\"`,
    property: `"${path}"`,
  });
  assert.equal(quotedPath("C:\\it's").powershell, "'C:\\it''s'");
  assert.equal(quotedPath('C:\\‘x’').powershell, "'C:\\‘‘x’’'");
  assert.deepEqual([quotedPath(hard[1] ?? '').cmd, quotedPath(hard[1] ?? '').property], [null, null]);
  assert.equal(quotedPath('C:\\a;b').property, null, 'a semicolon divides the patches of PATCH=');
  assert.equal(
    uncPath('\\\\dp1\\SMSPKGD$\\', 'TK100001/i386/a b.msp'),
    '\\\\dp1\\SMSPKGD$\\TK100001\\i386\\a b.msp',
  );
  const long = `${'深い/'.repeat(90)}a.msp`;
  assert.ok(uncPath('\\\\dp1\\SMSPKGD$', long).startsWith('\\\\?\\UNC\\dp1\\SMSPKGD$\\深い\\深い\\'));
});
