/** Sources that are down, silent, cut or damaged, and others beside them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { lstat, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startCutProxy } from '@tenkai/testkit/cut-proxy.ts';
import { noNginx } from '@tenkai/testkit/nginx.ts';
import { failureOf } from '../failure-for-test.ts';
import { CHUNK_SIZE_BYTES } from '../manifest/manifest.ts';
import type { CorruptChunk } from './download.ts';
import { fetchContent } from './fetch.ts';
import { assertArrived, chunkFile, flipByte, MIB, mirror, publish, quick, serve } from './fetch-for-test.ts';
import { fetchManifest } from './fetch-manifest.ts';

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
