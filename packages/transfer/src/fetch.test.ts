import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp, lstat, mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startCutProxy } from '@tenkai/testkit/cut-proxy.ts';
import { noNginx, startNginx } from '@tenkai/testkit/nginx.ts';
import {
  type ContentFiles,
  describeTree,
  type PublishedContent,
  publishContent,
} from '@tenkai/testkit/published-content.ts';
import type { CorruptChunk } from './download.ts';
import { Failure } from './failures.ts';
import { fetchContent, partialOf } from './fetch.ts';
import { fetchManifest } from './fetch-manifest.ts';
import type { FetchProgress } from './fetch-progress.ts';
import { CHUNK_SIZE_BYTES } from './manifest.ts';

const MIB = 1024 * 1024;
const files: ContentFiles = {
  'setup/bin/install.sh': '#!/bin/sh\nexit 0\n',
  'setup/big.bin': 9 * MIB,
  'setup/empty': '',
  'setup/深い/フォルダ/file.txt': 'text',
  '更新/data.bin': 5 * MIB,
};

/** Short rests: the tests wait for conditions, and these only delay them. */
const quick = { firstRestMs: 5, longestRestMs: 20, random: () => 0.5 };

async function publish(t: TestContext, content: ContentFiles = files): Promise<PublishedContent> {
  const published = await publishContent(content);
  atEnd(t, () => published.remove());
  return published;
}

async function serve(t: TestContext, root: string, settings = '') {
  const nginx = await startNginx({ root, settings });
  atEnd(t, () => nginx.stop());
  return { baseUrl: nginx.url, ca: nginx.ca, port: nginx.port };
}

/** A second web server with a copy of the store. */
async function mirror(t: TestContext, { home, store }: PublishedContent) {
  const root = join(home, 'mirror');
  await cp(store.root, root, { recursive: true });
  return { root, ...(await serve(t, root)) };
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason) => reason,
  );
  assert.ok(error instanceof Failure, String(error));
  return error;
}

async function assertArrived({ home }: PublishedContent, target: string): Promise<void> {
  assert.deepEqual(await describeTree(target), await describeTree(join(home, 'source')));
  assert.equal(await lstat(partialOf(target)).catch(() => 'gone'), 'gone');
}

/** The first chunk of a file, as it lies in a store. */
function chunkFile({ manifest }: PublishedContent, root: string, path: string, index = 0): string {
  const sha256 = manifest.files.find((file) => file.path === path)?.chunks[index]?.sha256 ?? '';
  return join(root, 'objects', sha256.slice(0, 2), sha256);
}

async function flipByte(path: string, position: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

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

test('DIST-34: a source that is down, one without the content and one that stops are passed over', {
  skip: noNginx,
}, async (t) => {
  const published = await publish(t);
  const down = { baseUrl: `https://localhost:${await closedPort()}/` };
  await mkdir(join(published.home, 'nothing'));
  const empty = await serve(t, join(published.home, 'nothing'));
  const good = await serve(t, published.store.root);
  const stopping = await startCutProxy({ toPort: good.port, cutAfter: () => 3 * MIB });
  atEnd(t, () => stopping.stop());
  const sources = [down, empty, { ...good, baseUrl: `https://localhost:${stopping.port}/` }, good];
  const target = join(published.home, 'target');
  const { manifest } = await fetchManifest({ ...quick, sources, contentId: published.manifest.contentId });
  await fetchContent({ ...quick, manifest, sources, target });
  await assertArrived(published, target);
  assert.ok(stopping.cuts() >= 1);
});

async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

test('DIST-33: a flipped byte on one server is noticed, told with file, part and source, and mended from the other', {
  skip: noNginx,
}, async (t) => {
  const published = await publish(t);
  const bad = await mirror(t, published);
  await flipByte(chunkFile(published, bad.root, 'setup/big.bin', 1), 12_345);
  const sources = [bad, await serve(t, published.store.root)];
  const target = join(published.home, 'target');
  const corrupt: CorruptChunk[] = [];
  await fetchContent({
    ...quick,
    manifest: published.manifest,
    sources,
    target,
    onCorrupt: (found) => corrupt.push(found),
  });
  await assertArrived(published, target);
  assert.deepEqual(
    corrupt.map(({ path, chunk, source }) => ({ path, chunk, source })),
    [{ path: 'setup/big.bin', chunk: 1, source: bad.baseUrl }],
  );
});

for (const [what, spoil] of [
  ['a flipped byte', (path: string) => flipByte(path, 0)],
  ['a file that is too short', (path: string) => truncate(path, 1000)],
  ['a file that is too long', (path: string) => truncate(path, CHUNK_SIZE_BYTES + 1)],
  ['an empty file', (path: string) => truncate(path, 0)],
] as const) {
  test(`DIST-35: ${what} on the only server ends in a failure that names file, part and source; nothing is delivered`, {
    skip: noNginx,
  }, async (t) => {
    const published = await publish(t);
    await spoil(chunkFile(published, published.store.root, 'setup/big.bin', 0));
    const source = await serve(t, published.store.root);
    const target = join(published.home, 'target');
    const failure = await failureOf(
      fetchContent({ ...quick, manifest: published.manifest, sources: [source], target }),
    );
    assert.equal(failure.code, 'content-chunk-corrupt');
    assert.deepEqual(failure.params, { path: 'setup/big.bin', chunk: 0, source: source.baseUrl });
    assert.equal(await lstat(target).catch(() => 'absent'), 'absent');
  });
}

for (const how of ['reset', 'end'] as const) {
  test(`DIST-35: connections cut (${how}) in the middle of parts are continued by range, not begun again`, {
    skip: noNginx,
  }, async (t) => {
    const published = await publish(t);
    const log = join(published.home, 'access.log');
    const { ca, port } = await serve(t, published.store.root, `access_log ${log};`);
    const proxy = await startCutProxy({
      toPort: port,
      how,
      cutAfter: (index) => (index < 6 ? 1.5 * MIB : undefined),
    });
    atEnd(t, () => proxy.stop());
    const sources = [{ ca, baseUrl: `https://localhost:${proxy.port}/` }];
    const target = join(published.home, 'target');
    await fetchContent({ ...quick, manifest: published.manifest, sources, target });
    await assertArrived(published, target);
    assert.ok(proxy.cuts() >= 4);
    assert.match(await readFile(log, 'utf8'), / 206 /);
    // A reset loses what was on its way; an orderly end does not. TLS and heads need some bytes too.
    const limit = published.manifest.totalBytes + (how === 'end' ? 2 * MIB : 10 * MIB);
    assert.ok(proxy.forwardedBytes() < limit, `${proxy.forwardedBytes()} bytes`);
  });
}

test('DIST-35: a web server without ranges is coped with', { skip: noNginx }, async (t) => {
  const published = await publish(t);
  const { ca, port } = await serve(t, published.store.root, 'max_ranges 0;');
  const proxy = await startCutProxy({
    toPort: port,
    cutAfter: (index) => (index < 3 ? 1.5 * MIB : undefined),
  });
  atEnd(t, () => proxy.stop());
  const target = join(published.home, 'target');
  const sources = [{ ca, baseUrl: `https://localhost:${proxy.port}/` }];
  await fetchContent({ ...quick, manifest: published.manifest, sources, target });
  await assertArrived(published, target);
});

test('a source that falls silent is left for the next one', { skip: noNginx }, async (t) => {
  const published = await publish(t);
  const good = await serve(t, published.store.root);
  const silent = await startCutProxy({ toPort: good.port, how: 'hang', cutAfter: () => 2 * MIB });
  atEnd(t, () => silent.stop());
  const sources = [{ ...good, baseUrl: `https://localhost:${silent.port}/` }, good];
  const target = join(published.home, 'target');
  await fetchContent({ manifest: published.manifest, sources, target, idleTimeoutMs: 300 });
  await assertArrived(published, target);
  assert.ok(silent.cuts() > 0);
});

test('when nothing comes from anywhere for long enough, the failure tells what was wrong with each source', {
  skip: noNginx,
}, async (t) => {
  const published = await publish(t);
  const good = await serve(t, published.store.root);
  const sources = [{ baseUrl: `https://localhost:${await closedPort()}/` }, { baseUrl: good.baseUrl }];
  const target = join(published.home, 'target');
  const failure = await failureOf(
    fetchContent({ ...quick, manifest: published.manifest, sources, target, giveUpAfterMs: 200 }),
  );
  assert.equal(failure.code, 'content-unreachable');
  assert.match(failure.detail, /ECONNREFUSED.*self-signed certificate/);
});

test('a source that does not hold the content is told at once', { skip: noNginx }, async (t) => {
  const published = await publish(t);
  await mkdir(join(published.home, 'nothing'));
  const sources = [await serve(t, join(published.home, 'nothing'))];
  const { manifest } = published;
  const target = join(published.home, 'target');
  assert.match((await failureOf(fetchContent({ manifest, sources, target }))).detail, /status 404/);
  const { contentId } = manifest;
  assert.equal((await failureOf(fetchManifest({ sources, contentId }))).code, 'content-unreachable');
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

test('a manifest that was changed on one server is taken from the next; from none if there is no other', {
  skip: noNginx,
}, async (t) => {
  const published = await publish(t);
  const { contentId } = published.manifest;
  const bad = await mirror(t, published);
  const good = await serve(t, published.store.root);
  const path = join(bad.root, 'manifests', `${contentId}.json`);
  await writeFile(path, (await readFile(path, 'utf8')).replace('install.sh', 'install.xx'));
  assert.equal((await fetchManifest({ sources: [bad, good], contentId })).manifest.contentId, contentId);
  const failure = await failureOf(fetchManifest({ sources: [bad], contentId }));
  assert.equal(failure.code, 'content-manifest-mismatch');
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
