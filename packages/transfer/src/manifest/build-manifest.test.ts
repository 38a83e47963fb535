import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { writeFiles } from '@tenkai/testkit/published-content.ts';
import { Failure } from '../failures.ts';
import { chunkReader } from '../store/read-chunk.ts';
import { type BuildProgress, buildManifest, looksExecutable } from './build-manifest.ts';
import { CHUNK_SIZE_BYTES } from './manifest.ts';

async function home(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-build-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason) => reason,
  );
  assert.ok(error instanceof Failure, String(error));
  return error.code;
}

test('BPKG-22: a manifest of several folders keeps the name of each, and the bytes of every file', async (t) => {
  const folder = await home(t);
  const big = Buffer.alloc(2 * CHUNK_SIZE_BYTES + 3, 'abc');
  const folders = await writeFiles(folder, {
    'SP1/bin/setup.sh': '#!/bin/sh\n',
    'SP1/big': big,
    'fix/empty': '',
  });
  const { manifest, sources, warnings } = await buildManifest({ folders: folders.map((path) => `${path}/`) });
  assert.deepEqual(
    manifest.files.map(({ path, sizeBytes, isExecutable, chunks }) => [
      path,
      sizeBytes,
      isExecutable,
      chunks.length,
    ]),
    [
      ['SP1/big', big.length, false, 3],
      ['SP1/bin/setup.sh', 10, true, 1],
      ['fix/empty', 0, false, 0],
    ],
  );
  const hashes = manifest.files[0]?.chunks.map(({ sha256 }) => sha256);
  const parts = [0, 1, 2].map((index) =>
    big.subarray(index * CHUNK_SIZE_BYTES, (index + 1) * CHUNK_SIZE_BYTES),
  );
  assert.deepEqual(
    hashes,
    parts.map((part) => createHash('sha256').update(part).digest('hex')),
  );
  assert.equal(sources.get('SP1/big'), join(folder, 'SP1/big'));
  assert.deepEqual(warnings, []);
});

test('the same folder gives the same contentId, whatever the order of its names and times', async (t) => {
  const [one, two] = [await home(t), await home(t)];
  await writeFiles(one, { 'top/a': 'x', 'top/b': 'y' });
  await writeFiles(two, { 'top/b': 'y', 'top/a': 'x' });
  await utimes(join(two, 'top/a'), 1, 1);
  const ids = [];
  for (const folder of [one, two])
    ids.push((await buildManifest({ folders: [join(folder, 'top')] })).manifest.contentId);
  assert.equal(ids[0], ids[1]);
  await chmod(join(two, 'top/a'), 0o755);
  assert.notEqual((await buildManifest({ folders: [join(two, 'top')] })).manifest.contentId, ids[0]);
});

test('BPKG-24: a path that is not ASCII is accepted with a warning; names are in normal form C', async (t) => {
  const folder = await home(t);
  await writeFiles(folder, { '更新/プ': 'x' });
  const decomposed = 'フ\u309a';
  await writeFiles(folder, { [`更新/${decomposed}2`]: 'y', 'empty/x/y': '' });
  await rm(join(folder, 'empty/x/y'));
  const { manifest, sources, warnings } = await buildManifest({
    folders: [join(folder, '更新'), join(folder, 'empty')],
  });
  assert.deepEqual(
    manifest.files.map(({ path }) => path),
    ['更新/プ', '更新/プ2'],
  );
  assert.equal(sources.get('更新/プ2'), join(folder, `更新/${decomposed}2`));
  assert.deepEqual(
    new Set(warnings.map(({ code, path }) => `${code} ${path}`)),
    new Set(['non-ascii-path 更新/プ', 'non-ascii-path 更新/プ2', 'empty-folder empty/x']),
  );
});

const refused: [string, string, (folder: string) => Promise<unknown>][] = [
  [
    'a symbolic link to a file',
    'content-symlink',
    (folder) => symlink('/etc/passwd', join(folder, 'top/link')),
  ],
  ['a symbolic link to a folder', 'content-symlink', (folder) => symlink('/etc', join(folder, 'top/link'))],
  ['a symbolic link to nothing', 'content-symlink', (folder) => symlink('nowhere', join(folder, 'top/link'))],
  ['a pipe', 'content-special-file', async (folder) => spawnSync('mkfifo', [join(folder, 'top/pipe')])],
  [
    'a name that Windows reserves',
    'content-path-reserved',
    (folder) => writeFile(join(folder, 'top/aux.h'), ''),
  ],
  [
    'a name with a backslash',
    'content-path-backslash',
    (folder) => writeFile(join(folder, 'top/..\\evil'), ''),
  ],
  ['a name with a line feed', 'content-path-character', (folder) => writeFile(join(folder, 'top/a\nb'), '')],
  [
    'a name in an old encoding',
    'content-path-not-unicode',
    (folder) => writeFile(Buffer.concat([Buffer.from(join(folder, 'top/')), Buffer.from([0x8d, 0x58])]), ''),
  ],
  [
    'two names that Windows takes for one',
    'content-path-duplicate',
    (folder) => writeFile(join(folder, 'top/FILE'), ''),
  ],
  [
    'a folder with a bad name and nothing in it',
    'content-path-ending',
    (folder) => mkdir(join(folder, 'top/dir.')),
  ],
];

for (const [what, code, spoil] of refused) {
  test(`a folder with ${what} is refused as ${code}`, async (t) => {
    const folder = await home(t);
    await writeFiles(folder, { 'top/file': 'x' });
    await spoil(folder);
    assert.equal(await codeOf(buildManifest({ folders: [join(folder, 'top')] })), code);
  });
}

test('BPKG-22: two folders of one name, a folder that is none and folders without files are refused', async (t) => {
  const folder = await home(t);
  await writeFiles(folder, { 'a/top/x': '', 'b/Top/y': '', 'file/x': '' });
  await mkdir(join(folder, 'empty'));
  assert.equal(
    await codeOf(buildManifest({ folders: [join(folder, 'a/top'), join(folder, 'b/Top')] })),
    'content-path-duplicate',
  );
  assert.equal(await codeOf(buildManifest({ folders: [join(folder, 'file/x')] })), 'content-folder-missing');
  assert.equal(await codeOf(buildManifest({ folders: [join(folder, 'absent')] })), 'content-folder-missing');
  assert.equal(await codeOf(buildManifest({ folders: [join(folder, 'empty')] })), 'content-empty');
  assert.equal(await codeOf(buildManifest({ folders: ['/'] })), 'content-path-empty');
});

test('limits hold while folders are walked, before anything is read', async (t) => {
  const folder = await home(t);
  const folders = await writeFiles(folder, { 'top/a': 'xx', 'top/b': 'xx' });
  const limits = { maxFiles: 2, maxTotalBytes: 4 };
  await buildManifest({ folders, limits });
  assert.equal(
    await codeOf(buildManifest({ folders, limits: { ...limits, maxFiles: 1 } })),
    'content-too-many-files',
  );
  assert.equal(
    await codeOf(buildManifest({ folders, limits: { ...limits, maxTotalBytes: 3 } })),
    'content-too-large',
  );
});

test('a file that changes while it is read is refused', async (t) => {
  const folder = await home(t);
  const folders = await writeFiles(folder, { 'top/a': Buffer.alloc(3 * CHUNK_SIZE_BYTES) });
  let spoilt = false;
  const onProgress = () => {
    if (!spoilt) spawnSync('truncate', ['-s', '+1', join(folder, 'top/a')]);
    spoilt = true;
  };
  assert.equal(await codeOf(buildManifest({ folders, onProgress })), 'content-changed');
});

test('a file that changed since is not uploaded', async (t) => {
  const folder = await home(t);
  const folders = await writeFiles(folder, { 'top/a': 'before' });
  const { manifest, sources } = await buildManifest({ folders });
  const [file] = manifest.files;
  assert.ok(file);
  const read = chunkReader(sources);
  assert.equal(Buffer.from(await read(file, 0)).toString(), 'before');
  await writeFile(join(folder, 'top/a'), 'after!');
  assert.equal(await codeOf(read(file, 0)), 'content-changed');
  await rm(join(folder, 'top/a'));
  await assert.rejects(read(file, 0));
});

test('progress grows to the totals; an abort ends the work', async (t) => {
  const folder = await home(t);
  const folders = await writeFiles(folder, { 'top/a': 3 * CHUNK_SIZE_BYTES, 'top/b': 'x' });
  const seen: BuildProgress[] = [];
  await buildManifest({ folders, onProgress: (progress) => seen.push(progress) });
  const total = 3 * CHUNK_SIZE_BYTES + 1;
  assert.deepEqual(seen.at(-1), { filesDone: 2, filesTotal: 2, bytesDone: total, bytesTotal: total });
  assert.ok(seen.every((progress, index) => progress.bytesDone >= (seen[index - 1]?.bytesDone ?? 0)));
  const abort = new AbortController();
  const aborted = buildManifest({ folders, signal: abort.signal, onProgress: () => abort.abort() });
  await assert.rejects(aborted, { name: 'AbortError' });
});

test('programs and scripts are known by their first bytes, where there are no mode bits', () => {
  assert.equal(looksExecutable(Buffer.from('#!/bin/sh')), true);
  assert.equal(looksExecutable(Buffer.from('7f454c46', 'hex')), true);
  assert.equal(looksExecutable(Buffer.from('MZ')), false);
  assert.equal(looksExecutable(Buffer.from('')), false);
});
