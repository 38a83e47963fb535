import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeTree, writeFiles } from '@tenkai/testkit/published-content.ts';
import { failureOf } from '../failure-for-test.ts';
import { expandArchive } from './archive.ts';
import { home, makeSource, tar, zip } from './archive-for-test.ts';

const packers: [string, string, string[], needs?: string][] = [
  ['tar (GNU)', 'tar', ['--format=gnu', '-cf', '../a', '.']],
  ['tar (pax)', 'tar', ['--format=posix', '-cf', '../a', 'app', '更新']],
  ['tar.gz', 'tar', ['-czf', '../a', 'app', '更新']],
  ['tar.zst', 'tar', ['--zstd', '-cf', '../a', 'app', '更新'], 'zstd'],
  ['zip', 'zip', ['-qr', '../a.zip', '.']],
];

for (const [what, program, args, needs = program] of packers) {
  const skip = spawnSync(needs, ['--version']).error ? `${needs} is missing` : false;
  test(`a real archive (${what}) is expanded whole, names, bytes and executable bits`, {
    skip,
  }, async (t) => {
    const folder = await home(t);
    const source = await makeSource(folder);
    const { status, stderr } = spawnSync(program, args, {
      cwd: source,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    assert.equal(status, 0, String(stderr));
    const archive = join(folder, (await readdir(folder)).find((name) => name.startsWith('a')) ?? '');
    const target = join(folder, 'target');
    const result = await expandArchive({ archive, target });
    assert.deepEqual(await describeTree(target), await describeTree(source));
    assert.ok(result.bytes > 300_000);
  });
}

test('an archive that is cut off anywhere is refused, and nothing of it stays', async (t) => {
  const folder = await home(t);
  const source = await makeSource(folder);
  for (const pack of [['-cf'], ['-czf']]) {
    const archive = join(folder, 'a');
    spawnSync('tar', [...pack, archive, 'app'], { cwd: source });
    const { size } = await stat(archive);
    for (let part = 9; part > 0; part--) {
      await truncate(archive, Math.floor((size * part) / 10));
      const failure = await failureOf(expandArchive({ archive, target: join(folder, 'target') }));
      assert.match(failure.code, /^archive-(broken|unknown)$/);
      assert.deepEqual((await readdir(folder)).sort(), ['a', 'source']);
    }
  }
});

test('limits on files and bytes hold', async (t) => {
  const folder = await home(t);
  const archive = join(folder, 'a');
  await writeFile(archive, tar({ name: 'a', content: 'xyz' }, { name: 'b', content: 'xyz' }));
  const target = join(folder, 't');
  const limits = { maxFiles: 2, maxTotalBytes: 1_000_000, maxRatio: 1 };
  const files = await failureOf(expandArchive({ archive, target, limits: { ...limits, maxFiles: 1 } }));
  assert.equal(files.code, 'content-too-many-files');
  const bytes = await failureOf(
    expandArchive({ archive, target, limits: { ...limits, maxTotalBytes: 1000 } }),
  );
  assert.equal(bytes.code, 'archive-bomb');
  assert.deepEqual(await expandArchive({ archive, target, limits }), { files: 2, bytes: 6 });
});

test('names in Shift_JIS, as Japanese Windows wrote them, are read', async (t) => {
  const folder = await home(t);
  // 更新.txt and 表.txt, whose second byte is a backslash.
  const names = [Buffer.from('8d5890562e747874', 'hex'), Buffer.from('955c2e747874', 'hex')];
  await writeFile(join(folder, 'z'), zip(...names.map((name) => ({ name, flags: 0, content: 'x' }))));
  await expandArchive({ archive: join(folder, 'z'), target: join(folder, 't') });
  assert.deepEqual((await readdir(join(folder, 't'))).sort(), ['更新.txt', '表.txt']);
});

test('a target with something in it is refused and left alone; an empty one is filled', async (t) => {
  const folder = await home(t);
  const archive = join(folder, 'a');
  await writeFile(archive, tar({ name: 'x/y', content: 'new' }));
  await writeFiles(folder, { 'full/mine': 'mine' });
  await mkdir(join(folder, 'empty'));
  const failure = await failureOf(expandArchive({ archive, target: join(folder, 'full') }));
  assert.equal(failure.code, 'content-target-exists');
  assert.equal(await readFile(join(folder, 'full/mine'), 'utf8'), 'mine');
  await expandArchive({ archive, target: join(folder, 'empty') });
  assert.equal(await readFile(join(folder, 'empty/x/y'), 'utf8'), 'new');
});

test('an aborted expansion leaves nothing', async (t) => {
  const folder = await home(t);
  const archive = join(folder, 'a');
  await writeFile(archive, tar({ name: 'a', content: 'x' }, { name: 'b', content: 'x' }));
  const abort = new AbortController();
  const options = {
    archive,
    target: join(folder, 't'),
    signal: abort.signal,
    onProgress: () => abort.abort(),
  };
  await assert.rejects(expandArchive(options), { name: 'AbortError' });
  assert.deepEqual(await readdir(folder), ['a']);
});
