/** What a cache keeps, for whom, and what goes first when it is full. */
import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ContentCache } from './cache.ts';
import { at, codeOf, MIB, type Rig, rig, skip, small } from './cache-for-test.ts';

const names = (cache: ContentCache, { manifests }: Rig) =>
  cache.list().map(({ contentId }) => manifests.findIndex((manifest) => manifest.contentId === contentId));

test('content is brought once, verified at each use, and opened after a restart', { skip }, async (t) => {
  const all = await rig(t, [{ '更新/setup.exe': 2 * MIB, 'plain/bin/run': 'x' }]);
  const manifest = at(all.manifests, 0);
  const cache = await all.open();
  const first = await cache.acquire({ manifest, sources: all.sources, owner: 'run-1' });
  assert.equal(first.places.get('更新/setup.exe'), 'u66f4u65b0/setup.exe');
  assert.equal((await stat(join(first.folder, 'u66f4u65b0/setup.exe'))).size, 2 * MIB);
  cache.close();
  const again = await all.open();
  assert.deepEqual(await again.open(manifest.contentId), first);
  assert.deepEqual(again.list(), [
    {
      contentId: manifest.contentId,
      sizeBytes: manifest.totalBytes,
      isWhole: true,
      lastUsedAt: 2,
      pins: ['run-1'],
    },
  ]);
  // Nobody listens there: what is right on the disk needs no network.
  await again.acquire({ manifest, sources: [{ baseUrl: 'https://localhost:1/' }], owner: 'run-2' });
});

test('DIST-33: content that was damaged in the cache is noticed, and mended at its next use', {
  skip,
}, async (t) => {
  const all = await rig(t, [{ 'a/big': 9 * MIB, 'a/small': 'text', 'a/gone': 'text' }]);
  const manifest = at(all.manifests, 0);
  const cache = await all.open();
  const use = { manifest, sources: all.sources, owner: 'run' };
  const { folder } = await cache.acquire(use);
  assert.deepEqual(await cache.verify(manifest.contentId), { damagedPaths: [] });
  const bytes = await readFile(join(folder, 'a/big'));
  bytes[5 * MIB] = (bytes[5 * MIB] ?? 0) ^ 1;
  await writeFile(join(folder, 'a/big'), bytes);
  await writeFile(join(folder, 'a/small'), 'text and more');
  await rm(join(folder, 'a/gone'));
  await writeFile(join(folder, 'a/planted.dll'), 'x');
  assert.deepEqual(await cache.verify(manifest.contentId), { damagedPaths: ['a/big', 'a/gone', 'a/small'] });
  await cache.acquire(use);
  assert.deepEqual(await cache.verify(manifest.contentId), { damagedPaths: [] });
  assert.deepEqual((await readdir(join(folder, 'a'))).sort(), ['big', 'gone', 'small']);
});

test('what another owner has beside the content stays while that owner uses it', { skip }, async (t) => {
  const all = await rig(t, [{ 'a/setup': 'x' }]);
  const cache = await all.open();
  const use = { manifest: at(all.manifests, 0), sources: all.sources };
  const { folder } = await cache.acquire({ ...use, owner: 'run-1' });
  await writeFile(join(folder, 'a/setup.log'), 'busy');
  await cache.acquire({ ...use, owner: 'run-2' });
  assert.equal(await readFile(join(folder, 'a/setup.log'), 'utf8'), 'busy');
});

test('the least recently used content goes first, and never one in use', { skip }, async (t) => {
  const all = await rig(t, small(5));
  const cache = await all.open({ limitBytes: 3 * MIB });
  const use = async (index: number, owner: string) => {
    await cache.acquire({ manifest: at(all.manifests, index), sources: all.sources, owner });
    if (!owner.startsWith('keep')) cache.unpin(owner);
  };
  await use(0, 'keep-0');
  await use(1, 'run');
  await use(2, 'run');
  await use(1, 'run');
  await use(3, 'run');
  assert.deepEqual(names(cache, all), [0, 1, 3], '2 was used longest ago of those not in use');
  await use(4, 'keep-4');
  assert.deepEqual(names(cache, all), [0, 3, 4]);
  await use(2, 'keep-2');
  assert.deepEqual(names(cache, all), [0, 4, 2]);
  assert.equal(await codeOf(use(1, 'run')), 'content-cache-full');
  assert.deepEqual(names(cache, all), [0, 4, 2], 'a refused content leaves the others alone');
  const ids = cache.list().map(({ contentId }) => contentId);
  const files = await readdir(join(cache.root, 'content'));
  assert.deepEqual(
    files.sort(),
    ids.flatMap((id) => [id, `${id}.json`]).sort(),
    'and the disk holds just these',
  );
  assert.deepEqual(await readdir(join(cache.root, 'trash')), []);
});

test('a content larger than the cache is refused before anything is evicted or fetched', {
  skip,
}, async (t) => {
  const all = await rig(t, [...small(1), { 'top/large': 4 * MIB }]);
  const cache = await all.open({ limitBytes: 3 * MIB });
  await cache.acquire({ manifest: at(all.manifests, 0), sources: all.sources, owner: 'run' });
  cache.unpin('run');
  const large = cache.acquire({
    manifest: at(all.manifests, 1),
    sources: [{ baseUrl: 'https://localhost:1/' }],
    owner: 'run',
  });
  assert.equal(await codeOf(large), 'content-cache-full');
  assert.deepEqual(names(cache, all), [0]);
  assert.equal((await stat(join(cache.root, 'content', at(all.manifests, 0).contentId, 'top/0'))).size, MIB);
});

test('pins survive a restart and end with their owner', { skip }, async (t) => {
  const all = await rig(t, small(3));
  const cache = await all.open({ limitBytes: 2 * MIB });
  const use = (index: number, owner: string, which = cache) =>
    which.acquire({ manifest: at(all.manifests, index), sources: all.sources, owner });
  await use(0, 'a');
  await use(0, 'b');
  await use(1, 'c');
  cache.close();
  const again = await all.open({ limitBytes: 2 * MIB });
  assert.equal(await codeOf(use(2, 'd', again)), 'content-cache-full');
  assert.equal(await codeOf(again.remove(at(all.manifests, 0).contentId)), 'content-in-use');
  again.unpin('a');
  assert.equal(await codeOf(use(2, 'd', again)), 'content-cache-full', 'b uses it still');
  again.unpinAllBut(['c']);
  await use(2, 'd', again);
  assert.deepEqual(names(again, all), [1, 2]);
});

test('a smaller limit makes room at once, but not from under anybody', { skip }, async (t) => {
  const all = await rig(t, small(3));
  const cache = await all.open();
  for (const index of [0, 1, 2]) {
    await cache.acquire({ manifest: at(all.manifests, index), sources: all.sources, owner: `run-${index}` });
  }
  cache.unpin('run-1');
  await cache.resize(MIB);
  assert.deepEqual(names(cache, all), [0, 2]);
  cache.unpin('run-0', at(all.manifests, 0).contentId);
  await cache.resize(MIB);
  assert.deepEqual(names(cache, all), [2]);
  await assert.rejects(cache.open(at(all.manifests, 0).contentId), { code: 'not-found' });
});
