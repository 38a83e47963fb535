import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { writeFiles } from '@tenkai/testkit/published-content.ts';
import { Failure } from '../failures.ts';
import { buildManifest } from '../manifest/build-manifest.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { openChunkStore } from './chunk-store.ts';
import { chunkReader } from './read-chunk.ts';
import { MISSING_LIMIT, type UploadPort, type UploadProgress, uploadContent } from './upload.ts';

const MIB = 1024 * 1024;

/** A store behind a port that notes what it is asked, and may fail. */
async function rig(t: TestContext, files: Record<string, number | string | Uint8Array>) {
  const home = await mkdtemp(join(tmpdir(), 'tenkai-upload-'));
  atEnd(t, () => rm(home, { recursive: true, force: true }));
  const { manifest, sources } = await buildManifest({ folders: await writeFiles(home, files) });
  const store = await openChunkStore({ root: join(home, 'store') });
  const calls = { asked: [] as number[], put: [] as string[], posted: 0 };
  const trouble = { put: (_count: number): void => undefined };
  const port: UploadPort = {
    missing(chunks) {
      calls.asked.push(chunks.length);
      return store.missing(chunks);
    },
    async putChunk(sha256, bytes) {
      calls.put.push(sha256);
      trouble.put(calls.put.length);
      await store.put(sha256, bytes);
    },
    async postManifest(whole: Manifest) {
      calls.posted++;
      await store.putManifest(whole, { signature: '', certificate: '' });
      return { contentId: whole.contentId };
    },
  };
  return {
    manifest,
    store,
    calls,
    trouble,
    options: { manifest, port, readChunk: chunkReader(sources), random: () => 0 },
  };
}

const files = { 'a/big': 9 * MIB, 'a/same1': 'text', 'b/same2': 'text', 'b/empty': '' };

test('an upload sends each distinct part once, then the manifest, with progress to the end', async (t) => {
  const { manifest, store, calls, options } = await rig(t, files);
  const seen: UploadProgress[] = [];
  const result = await uploadContent({ ...options, onProgress: (progress) => seen.push(progress) });
  const bytesTotal = 9 * MIB + 4;
  assert.deepEqual(result, {
    contentId: manifest.contentId,
    bytesSent: bytesTotal,
    chunksSent: 4,
    chunksAlreadyThere: 0,
  });
  assert.equal(new Set(calls.put).size, 4);
  assert.equal(calls.put.length, 4);
  assert.deepEqual(seen.at(-1), { bytesDone: bytesTotal, bytesTotal, bytesSent: bytesTotal });
  assert.deepEqual((await store.readManifest(manifest.contentId)).manifest, manifest);
});

test('DIST-35: an upload that broke off continues with what is missing', async (t) => {
  const { manifest, calls, trouble, options } = await rig(t, files);
  trouble.put = (count) => {
    if (count > 2) throw new Failure('not-signed-in');
  };
  await assert.rejects(uploadContent({ ...options, parallel: 1 }), { code: 'not-signed-in' });
  assert.deepEqual([calls.put.length, calls.posted], [3, 0]);
  trouble.put = () => undefined;
  const seen: UploadProgress[] = [];
  const result = await uploadContent({ ...options, onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(
    [result.chunksSent, result.chunksAlreadyThere, result.contentId],
    [2, 2, manifest.contentId],
  );
  assert.equal(seen[0]?.bytesDone, 8 * MIB);
  assert.equal((await uploadContent(options)).bytesSent, 0);
});

test('a broken line and an overloaded server are tried again; a refusal is not', async (t) => {
  const { trouble, calls, options } = await rig(t, { 'a/b': 'x' });
  trouble.put = (count) => {
    if (count === 1) throw new TypeError('fetch failed');
    if (count === 2) throw new Failure('disk-full', { path: '/', neededBytes: 1, freeBytes: 0 });
  };
  await uploadContent(options);
  assert.equal(calls.put.length, 3);
});

test('after enough attempts the error of the line is told', async (t) => {
  const { trouble, calls, options } = await rig(t, { 'a/b': 'x' });
  trouble.put = () => {
    throw new TypeError('fetch failed');
  };
  await assert.rejects(uploadContent({ ...options, attempts: 2 }), /fetch failed/);
  assert.equal(calls.put.length, 2);
  assert.equal(calls.posted, 0);
});

test('what the server lost between question and manifest is sent again', async (t) => {
  const { store, calls, options } = await rig(t, { 'a/b': 'x' });
  await uploadContent(options);
  const port: UploadPort = { ...options.port };
  let first = true;
  const forgetful: UploadPort = {
    ...port,
    async missing(chunks, signal) {
      const answer = await port.missing(chunks, signal);
      if (first) await rm(store.pathOf(chunks[0] ?? ''));
      first = false;
      return answer;
    },
  };
  await uploadContent({ ...options, port: forgetful });
  assert.equal(calls.put.length, 2);
  assert.deepEqual((await store.verifyAll()).missing, []);
});

test('a server that names another content, or parts that nobody asked about, is not believed', async (t) => {
  const { options, calls } = await rig(t, { 'a/b': 'x' });
  const port: UploadPort = {
    ...options.port,
    missing: async () => ['0'.repeat(64)],
    postManifest: async () => ({ contentId: '0'.repeat(64) }),
  };
  await assert.rejects(uploadContent({ ...options, port }), { code: 'content-upload-rejected' });
  assert.equal(calls.put.length, 0);
});

test('questions are asked in portions', async (t) => {
  const names = Array.from({ length: MISSING_LIMIT + 1 }, (_, index) => [`a/${index}`, String(index)]);
  const { options, calls, store } = await rig(t, Object.fromEntries(names));
  // All but one are there already; only the questions matter here.
  for (const [, text] of names.slice(1)) {
    const bytes = Buffer.from(text ?? '');
    const { createHash } = await import('node:crypto');
    await store.put(createHash('sha256').update(bytes).digest('hex'), bytes);
  }
  await uploadContent(options);
  assert.deepEqual(calls.asked, [MISSING_LIMIT, 1]);
  assert.equal(calls.put.length, 1);
});

test('an aborted upload ends at once, also while it waits to try again', async (t) => {
  const { trouble, options } = await rig(t, { 'a/b': 'x' });
  const abort = new AbortController();
  trouble.put = () => {
    setImmediate(() => abort.abort());
    throw new TypeError('fetch failed');
  };
  await assert.rejects(uploadContent({ ...options, random: () => 1, signal: abort.signal }), {
    name: 'AbortError',
  });
});
