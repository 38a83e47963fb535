import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { problemSentence } from '../field-problem.ts';
import {
  correctedReleaseDate,
  packageByteLimits,
  packageDraftProblems,
  utf8Bytes,
} from './package-problems.ts';
import { defaultExitCodes, defaultRunOptions } from './program.ts';
import type { PackageDraft } from './software-package.ts';

const good: PackageDraft = {
  id: 'nginx',
  name: 'nginx',
  publisher: '',
  version: '1',
  language: 'ALL',
  releaseDate: '',
  summary: '',
  type: 'application',
  urgency: 'normal',
  advisoryId: '',
  identification: '',
  majorVersion: null,
  minorVersion: null,
  targets: [],
  condition: null,
  detection: [{ kind: 'file', path: '/usr/sbin/nginx' }],
  programs: [
    {
      name: 'install',
      executable: null,
      parameters: 'true',
      options: defaultRunOptions,
      exitCodes: defaultExitCodes,
      targets: [],
      requires: [],
    },
  ],
  restartAfterInstall: false,
  standalone: false,
  before: null,
  after: null,
};
const problems = (change: Partial<PackageDraft>) =>
  packageDraftProblems({ ...good, ...change }).map(({ field, code }) => `${field}: ${code}`);

test('a good draft has no problems', () => {
  assert.deepEqual(packageDraftProblems(good), []);
});

test('BPKG-05: package id allows at most 63 bytes of half-width letters, digits, "-" and "_"', () => {
  assert.deepEqual(problems({ id: 'A-z_09'.padEnd(63, 'x') }), []);
  assert.deepEqual(problems({ id: 'x'.repeat(64) }), ['id: too-many-bytes']);
  assert.deepEqual(problems({ id: '' }), ['id: package-id-empty']);
  for (const id of ['a.b', 'a b', 'あ', 'Ａ', 'a\n', 'a/b'])
    assert.deepEqual(problems({ id }), ['id: package-id-characters'], id);
  const [problem] = packageDraftProblems({ ...good, id: 'x'.repeat(64) });
  assert.ok(problem);
  assert.equal(problemSentence(problem), 'At most 63 bytes in UTF-8 are allowed; these are 64.');
});

test('BPKG-07, BPKG-10, BPKG-16: publisher 127, summary 511 and advisory number 31 bytes', () => {
  for (const [field, limit] of [
    ['publisher', 127],
    ['summary', 511],
    ['advisoryId', 31],
  ] as const) {
    assert.deepEqual(problems({ [field]: 'x'.repeat(limit) }), []);
    assert.deepEqual(problems({ [field]: 'x'.repeat(limit + 1) }), [`${field}: too-many-bytes`]);
  }
  assert.deepEqual(problems({ type: 'service-pack', majorVersion: 1, minorVersion: 0, advisoryId: '' }), []);
});

test('BPKG-11: limits count UTF-8 bytes: 42 kana are a publisher, 43 are not', () => {
  assert.equal(utf8Bytes('あ'.repeat(42)), 126);
  assert.deepEqual(problems({ publisher: 'あ'.repeat(42) }), []);
  assert.deepEqual(problems({ publisher: 'あ'.repeat(43) }), ['publisher: too-many-bytes']);
});

test('BPKG-08: a release date is YYYY/MM/DD and exists; anything else has a defined answer', () => {
  const rows: [string, string | undefined][] = [
    ['2013/3/1', '2013/03/01'],
    ['2013/13/40', '2013/12/31'],
    ['2013/02/30', '2013/02/28'],
    ['13/03/11', '2013/03/11'],
    ['2013-03-11', '2013/03/11'],
    ['abc', undefined],
  ];
  assert.deepEqual(problems({ releaseDate: '2013/03/11' }), []);
  assert.deepEqual(problems({ releaseDate: '2012/02/29' }), []);
  for (const [releaseDate, suggestion] of rows) {
    const [problem, ...others] = packageDraftProblems({ ...good, releaseDate });
    assert.deepEqual(
      [problem?.code, problem?.suggestion, others.length],
      ['release-date', suggestion, 0],
      releaseDate,
    );
  }
});

test('a suggested release date may be saved', () => {
  const part = fc.oneof(fc.nat(99), fc.integer({ min: 1000, max: 9999 })).map(String);
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 2, maxLength: 4 }),
      fc.constantFrom('/', '-', '.'),
      (parts, separator) => {
        const suggestion = correctedReleaseDate(parts.join(separator));
        if (suggestion !== undefined) assert.deepEqual(problems({ releaseDate: suggestion }), []);
      },
    ),
  );
});

test('BPKG-18, BPKG-19: a service pack needs major and minor version, and zero is one', () => {
  const servicePack = { type: 'service-pack' } as const;
  assert.deepEqual(problems({ ...servicePack, majorVersion: 0, minorVersion: 0 }), []);
  assert.deepEqual(problems(servicePack), [
    'majorVersion: required-for-service-pack',
    'minorVersion: required-for-service-pack',
  ]);
  assert.deepEqual(problems({ type: 'hotfix' }), []);
});

test('BPKG-35: every package but a tool says how it is detected', () => {
  assert.deepEqual(problems({ detection: [] }), ['detection: detection-required']);
  assert.deepEqual(problems({ detection: [], type: 'tool' }), []);
});

test('BPKG-23: an executable lies inside of the added folders', () => {
  const [program] = good.programs;
  assert.ok(program);
  const draft = { ...good, programs: [{ ...program, executable: 'sp\\SETUP.exe' }] };
  const check = (files: string[] | null) =>
    packageDraftProblems(draft, files).map(({ code, suggestion }) => `${code} ${suggestion ?? ''}`);
  assert.deepEqual(check(null), ['program-executable-outside ']);
  assert.deepEqual(check(['x/sp/setup.exe', 'readme']), ['program-executable-outside x/sp/setup.exe']);
  assert.deepEqual(check(['sp\\SETUP.exe']), []);
});

test('BPKG-51: a condition beyond the limits is refused', () => {
  const leaf = { kind: 'file-exists', path: '/a' } as const;
  const leaves = (count: number) => ({ kind: 'any' as const, of: Array.from({ length: count }, () => leaf) });
  assert.deepEqual(problems({ condition: leaves(200) }), []);
  assert.deepEqual(problems({ condition: leaves(201) }), ['condition: condition-too-large']);
});

test('the limits are those of the old product', () => {
  assert.deepEqual(packageByteLimits, { id: 63, publisher: 127, summary: 511, advisoryId: 31 });
});
