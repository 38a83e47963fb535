import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type PublishedContent, publishContent } from '@tenkai/testkit/published-content.ts';
import { failureOf } from '../failure-for-test.ts';
import { CHUNK_SIZE_BYTES, type Manifest } from '../manifest/manifest.ts';
import { type ChunkStore, openChunkStore } from './chunk-store.ts';

const MIB = 1024 * 1024;
const proof = { signature: 's', certificate: 'c' };
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function publish(t: TestContext): Promise<PublishedContent> {
  const published = await publishContent({ 'a/big': 5 * MIB, 'a/small': 'text', 'b/same': 'text' });
  atEnd(t, () => published.remove());
  return published;
}

async function filesOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test('a published store is just files under their hashes, for any static web server', async (t) => {
  const { store, manifest } = await publish(t);
  const expected = [join(store.root, 'manifests', `${manifest.contentId}.json`)];
  for (const file of manifest.files) {
    for (const { sha256 } of file.chunks)
      expected.push(join(store.root, 'objects', sha256.slice(0, 2), sha256));
  }
  assert.deepEqual((await filesOf(store.root)).sort(), [...new Set(expected)].sort());
  for (const { sha256, sizeBytes } of manifest.files.flatMap(({ chunks }) => chunks)) {
    const bytes = await readFile(store.pathOf(sha256));
    assert.equal(hashOf(bytes), sha256);
    assert.equal(bytes.length, sizeBytes);
  }
});

test('bytes come back as they were put, whole or in pieces', async (t) => {
  const { store } = await publish(t);
  const bytes = randomBytes(100_000);
  async function* pieces() {
    for (let start = 0; start < bytes.length; start += 999) yield bytes.subarray(start, start + 999);
  }
  assert.equal(await store.has(hashOf(bytes)), false);
  assert.deepEqual(await store.put(hashOf(bytes), pieces()), { sizeBytes: 100_000 });
  assert.equal(await store.has(hashOf(bytes)), true);
  const { handle, sizeBytes } = await store.open(hashOf(bytes));
  assert.deepEqual(await handle.readFile(), bytes);
  assert.equal(sizeBytes, 100_000);
  await handle.close();
});

test('bytes that are not those of the hash, and too many of them, are refused and leave nothing', async (t) => {
  const { store } = await publish(t);
  const before = await filesOf(store.root);
  const wrong = await failureOf(store.put(hashOf(Buffer.from('one')), Buffer.from('two')));
  assert.equal(wrong.code, 'content-chunk-corrupt');
  const large = Buffer.alloc(CHUNK_SIZE_BYTES + 1);
  assert.equal((await failureOf(store.put(hashOf(large), large))).code, 'content-too-large');
  async function* endless() {
    for (;;) yield Buffer.alloc(65_536);
  }
  assert.equal((await failureOf(store.put('0'.repeat(64), endless()))).code, 'content-too-large');
  async function* breaking() {
    yield Buffer.from('on');
    throw new Error('the line broke');
  }
  await assert.rejects(store.put(hashOf(Buffer.from('one')), breaking()), /the line broke/);
  assert.deepEqual(await filesOf(store.root), before);
});

for (const hash of ['../../../etc/passwd', 'A'.repeat(64), '', 'a'.repeat(63), `${'a'.repeat(64)}/x`]) {
  test(`the hash ${hash.slice(0, 20)} of ${hash.length} characters never becomes a path`, async (t) => {
    const { store } = await publish(t);
    assert.throws(() => store.pathOf(hash), { code: 'invalid-request' });
    for (const act of [
      () => store.has(hash),
      () => store.put(hash, Buffer.from('x')),
      () => store.open(hash),
    ]) {
      await assert.rejects(async () => act(), { code: 'invalid-request' });
    }
    assert.equal((await failureOf(store.readManifest(hash))).code, 'not-found');
    await store.removeManifest(hash);
  });
}

test('a chunk that is not there is told so', async (t) => {
  const { store } = await publish(t);
  assert.equal((await failureOf(store.open('0'.repeat(64)))).code, 'content-chunk-missing');
});

test('only what is missing is named, each once', async (t) => {
  const { store, manifest } = await publish(t);
  const here = manifest.files.flatMap(({ chunks }) => chunks.map(({ sha256 }) => sha256));
  const absent = ['1'.repeat(64), '2'.repeat(64)];
  assert.deepEqual(await store.missing([...absent, ...here, ...absent]), absent);
});

test('a manifest is published only when all its chunks are there in full', async (t) => {
  const { store, manifest } = await publish(t);
  const sha256 = manifest.files[0]?.chunks[0]?.sha256 ?? '';
  await store.removeManifest(manifest.contentId);
  await truncate(store.pathOf(sha256), 10);
  assert.equal((await failureOf(store.putManifest(manifest, proof))).code, 'content-chunk-missing');
  await rm(store.pathOf(sha256));
  const failure = await failureOf(store.putManifest(manifest, proof));
  assert.deepEqual([failure.code, failure.params.sha256], ['content-chunk-missing', sha256]);
  assert.deepEqual(await store.listManifests(), []);
  const lie: Manifest = { ...manifest, contentId: '0'.repeat(64) };
  assert.equal((await failureOf(store.putManifest(lie, proof))).code, 'content-manifest-mismatch');
});

test('a published manifest is read with its proof; one that was changed is not', async (t) => {
  const { store, manifest } = await publish(t);
  await store.putManifest(manifest, proof);
  const found = await store.readManifest(manifest.contentId);
  assert.deepEqual(found.manifest, manifest);
  assert.equal(found.signed.signature, 's');
  const path = join(store.root, 'manifests', `${manifest.contentId}.json`);
  await writeFile(path, (await readFile(path, 'utf8')).replace('a/small', 'a/smalk'));
  assert.equal((await failureOf(store.readManifest(manifest.contentId))).code, 'content-manifest-mismatch');
});

test('DIST-33: a check of the whole store finds every damaged and missing part, and putting them again mends it', async (t) => {
  const { store, manifest } = await publish(t);
  const clean = await store.verifyAll();
  assert.deepEqual([clean.chunks, clean.corrupt, clean.missing, clean.brokenManifests], [3, [], [], []]);
  const [first, second, text] = manifest.files.flatMap(({ chunks }) => chunks.map(({ sha256 }) => sha256));
  const good = await readFile(store.pathOf(first ?? ''));
  const flipped = Buffer.from(good);
  flipped[1_000_000] = (flipped[1_000_000] ?? 0) ^ 1;
  await writeFile(store.pathOf(first ?? ''), flipped);
  await writeFile(store.pathOf(text ?? ''), 'text and more');
  await rm(store.pathOf(second ?? ''));
  const report = await store.verifyAll();
  assert.deepEqual([...report.corrupt].sort(), [first, text].sort());
  assert.deepEqual(report.missing, [{ contentId: manifest.contentId, sha256: second }]);
  await store.put(first ?? '', good);
  await store.put(text ?? '', Buffer.from('text'));
  assert.deepEqual((await store.verifyAll()).corrupt, []);
});

test('DIST-33: a check can be followed and ended', async (t) => {
  const { store } = await publish(t);
  const abort = new AbortController();
  const seen: number[] = [];
  const checked = store.verifyAll({
    signal: abort.signal,
    onProgress: ({ chunksDone }) => {
      seen.push(chunksDone);
      if (chunksDone === 2) abort.abort();
    },
  });
  await assert.rejects(checked, { name: 'AbortError' });
  assert.deepEqual(seen, [1, 2]);
});

async function age(store: ChunkStore, path: string, ms: number): Promise<void> {
  const then = new Date(Date.now() - ms);
  await utimes(join(store.root, path), then, then);
}

test('garbage collection deletes what no manifest refers to, after its grace time, and nothing else', async (t) => {
  const { store, manifest } = await publish(t);
  const [old, young, asked] = ['old', 'young', 'asked'].map((text) => Buffer.from(text)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  for (const bytes of [old, young, asked]) await store.put(hashOf(bytes), bytes);
  const twoHours = 7_200_000;
  for (const path of (await filesOf(join(store.root, 'objects'))).map((name) =>
    name.slice(store.root.length),
  )) {
    if (!path.includes(hashOf(young))) await age(store, path, twoHours);
  }
  await writeFile(join(store.root, 'incoming/unfinished'), 'half');
  await age(store, 'incoming/unfinished', twoHours);
  // Somebody who uploads was just told that this one is there: it must not go before the manifest comes.
  assert.deepEqual(await store.missing([hashOf(asked)]), []);
  assert.deepEqual(await store.collectGarbage({ graceMs: 3_600_000 }), { deletedChunks: 1, freedBytes: 3 });
  assert.deepEqual(await store.missing([hashOf(old), hashOf(young), hashOf(asked)]), [hashOf(old)]);
  assert.deepEqual(await readdir(join(store.root, 'incoming')), []);
  assert.deepEqual((await store.verifyAll()).missing, []);
  await store.removeManifest(manifest.contentId);
  await store.collectGarbage({ graceMs: 0, now: () => Date.now() + 1000 });
  assert.deepEqual(await filesOf(store.root), []);
});

test('garbage collection deletes nothing while a manifest cannot be read', async (t) => {
  const { store, manifest } = await publish(t);
  const before = await filesOf(store.root);
  await writeFile(join(store.root, 'manifests', `${manifest.contentId}.json`), '{');
  assert.equal((await failureOf(store.collectGarbage({ graceMs: -1000 }))).code, 'content-manifest-invalid');
  assert.deepEqual(await filesOf(store.root), before);
  assert.deepEqual((await store.verifyAll()).brokenManifests, [manifest.contentId]);
});

test('a store with stray files and folders still works', async (t) => {
  const { store, manifest } = await publish(t);
  await writeFile(join(store.root, 'objects/index.html'), 'x');
  await mkdir(join(store.root, 'objects/aa/folder'), { recursive: true });
  await writeFile(join(store.root, 'manifests/readme.txt'), 'x');
  const again = await openChunkStore({ root: store.root });
  assert.deepEqual(await again.listManifests(), [manifest.contentId]);
  assert.deepEqual((await again.verifyAll()).corrupt, []);
  await again.collectGarbage({ graceMs: -1000 });
  assert.ok(await stat(join(store.root, 'objects/index.html')));
});
