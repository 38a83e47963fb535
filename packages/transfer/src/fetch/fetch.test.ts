import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startCutProxy } from '@tenkai/testkit/cut-proxy.ts';
import { noNginx } from '@tenkai/testkit/nginx.ts';
import { failureOf } from '../failure-for-test.ts';
import { CHUNK_SIZE_BYTES } from '../manifest/manifest.ts';
import { fetchContent, partialOf } from './fetch.ts';
import { assertArrived, MIB, publish, serve } from './fetch-for-test.ts';
import { fetchManifest } from './fetch-manifest.ts';
import type { FetchProgress } from './fetch-progress.ts';

test('BPKG-22: a content of two folders arrives whole from a plain web server, both trees kept', {
  skip: noNginx,
}, async (t) => {
  const published = await publish(t);
  const source = await serve(t, published.store.root);
  const { manifest } = await fetchManifest({ sources: [source], contentId: published.manifest.contentId });
  assert.deepEqual(manifest, published.manifest);
  const target = join(published.home, 'target');
  const progress: FetchProgress[] = [];
  const result = await fetchContent({
    manifest,
    sources: [source],
    target,
    onProgress: (now) => progress.push(now),
  });
  await assertArrived(published, target);
  assert.deepEqual(result, { target, bytesFetched: manifest.totalBytes, bytesResumed: 0 });
  assert.deepEqual([progress[0]?.bytesDone, progress.at(-1)?.bytesDone], [0, manifest.totalBytes]);
  assert.ok((progress.at(-1)?.bytesPerSecond ?? 0) > 0);
});

test('BPKG-24: in a work folder the top folders have ASCII names, everything below keeps its own', {
  skip: noNginx,
}, async (t) => {
  const published = await publish(t, { '更新/セットアップ.exe': 'x', 'plain/ü': 'y' });
  const sources = [await serve(t, published.store.root)];
  const target = join(published.home, 'target');
  await fetchContent({ manifest: published.manifest, sources, target, hasAsciiTops: true });
  assert.deepEqual((await readdir(target, { recursive: true })).sort(), [
    'plain',
    'plain/ü',
    'u66f4u65b0',
    'u66f4u65b0/セットアップ.exe',
  ]);
});

test('the same bytes in several places are fetched once', { skip: noNginx }, async (t) => {
  const same = Buffer.alloc(3 * CHUNK_SIZE_BYTES, 7);
  const published = await publish(t, {
    'a/one': same,
    'a/two': same,
    'b/three': same.subarray(0, CHUNK_SIZE_BYTES),
  });
  const sources = [await serve(t, published.store.root)];
  const target = join(published.home, 'target');
  const progress: FetchProgress[] = [];
  const options = {
    manifest: published.manifest,
    sources,
    target,
    onProgress: (now: FetchProgress) => progress.push(now),
  };
  assert.equal((await fetchContent(options)).bytesFetched, CHUNK_SIZE_BYTES);
  assert.equal(progress.at(-1)?.bytesDone, 7 * CHUNK_SIZE_BYTES);
  await assertArrived(published, target);
});

test('DIST-35: an aborted download ends at once and is continued by the next call', {
  skip: noNginx,
}, async (t) => {
  const published = await publish(t);
  const { manifest } = published;
  const { ca, port } = await serve(t, published.store.root);
  const abort = new AbortController();
  const proxy = await startCutProxy({
    toPort: port,
    onForward: (bytes) => bytes > manifest.totalBytes / 2 && abort.abort(),
  });
  atEnd(t, () => proxy.stop());
  const sources = [{ ca, baseUrl: `https://localhost:${proxy.port}/` }];
  const target = join(published.home, 'target');
  await assert.rejects(fetchContent({ manifest, sources, target, parallel: 1, signal: abort.signal }), {
    name: 'AbortError',
  });
  assert.equal(await lstat(target).catch(() => 'absent'), 'absent');
  const result = await fetchContent({ manifest, sources, target });
  assert.ok(result.bytesResumed >= CHUNK_SIZE_BYTES);
  assert.equal(result.bytesResumed + result.bytesFetched, manifest.totalBytes);
  await assertArrived(published, target);
});

test('what somebody left in the staging folder is removed; a link there leads nowhere', {
  skip: noNginx,
}, async (t) => {
  const published = await publish(t);
  const sources = [await serve(t, published.store.root)];
  const target = join(published.home, 'target');
  const outside = join(published.home, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'big.bin'), 'precious');
  await mkdir(join(partialOf(target), 'setup'), { recursive: true });
  await symlink(outside, join(partialOf(target), '更新'));
  await symlink(join(outside, 'big.bin'), join(partialOf(target), 'setup/big.bin'));
  await mkdir(join(partialOf(target), 'setup/empty'));
  await writeFile(join(partialOf(target), 'stranger.exe'), 'x');
  await fetchContent({ manifest: published.manifest, sources, target });
  await assertArrived(published, target);
  assert.equal(await readFile(join(outside, 'big.bin'), 'utf8'), 'precious');
  assert.deepEqual(await readdir(outside), ['big.bin']);
});

test('a target that exists is refused and left alone', { skip: noNginx }, async (t) => {
  const published = await publish(t);
  const sources = [await serve(t, published.store.root)];
  const target = join(published.home, 'target');
  await writeFile(target, 'mine');
  const failure = await failureOf(fetchContent({ manifest: published.manifest, sources, target }));
  assert.equal(failure.code, 'content-target-exists');
  assert.equal(await readFile(target, 'utf8'), 'mine');
});

test('DIST-34: the bandwidth limit holds on a real connection', { skip: noNginx }, async (t) => {
  const published = await publish(t, { 'a/b': CHUNK_SIZE_BYTES, 'a/c': CHUNK_SIZE_BYTES });
  const sources = [await serve(t, published.store.root)];
  const target = join(published.home, 'target');
  const startedAt = performance.now();
  await fetchContent({ manifest: published.manifest, sources, target, bytesPerSecond: 16 * MIB });
  const elapsedMs = performance.now() - startedAt;
  // 8 MiB at 16 MiB/s, less a tenth of a second that may come at once: a lower bound that load cannot break.
  assert.ok(elapsedMs >= 390, `took ${elapsedMs} ms`);
  await assertArrived(published, target);
});
