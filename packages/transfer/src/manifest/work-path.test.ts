import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { caseKey, checkContentPath } from './content-path.ts';
import { manifestBody } from './manifest.ts';
import { workNames, workPath } from './work-path.ts';

const bodyOf = (paths: readonly string[]) =>
  manifestBody(paths.map((path) => ({ path, sizeBytes: 0, isExecutable: false, chunks: [] })));

test('BPKG-24: a top folder with two-byte characters has an ASCII name in the work folder, the rest stays', () => {
  const names = workNames(bodyOf(['更新/セットアップ.exe', 'SP 1/x', 'é.msi']));
  assert.equal(workPath(names, '更新/セットアップ.exe'), 'u66f4u65b0/セットアップ.exe');
  assert.equal(workPath(names, 'SP 1/x'), 'SP 1/x');
  assert.equal(workPath(names, 'é.msi'), 'ue9.msi');
});

test('BPKG-24: work names never clash, not even on Windows, and are themselves good paths', () => {
  const top = fc.constantFrom(
    '更新',
    'u66f4u65b0',
    'U66F4U65B0',
    '2-u66f4u65b0',
    'é',
    'ue9',
    '字'.repeat(80),
    'a',
    '更新.txt',
  );
  fc.assert(
    fc.property(fc.uniqueArray(top, { minLength: 1, selector: caseKey }), (tops) => {
      const names = [...workNames(bodyOf(tops)).values()];
      assert.equal(new Set(names.map(caseKey)).size, tops.length);
      for (const name of names) {
        checkContentPath(name);
        assert.match(name, /^[ -~]+$/);
      }
    }),
  );
});
