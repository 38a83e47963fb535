import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { contentRoutes } from '@tenkai/protocol';
import { manifestProof } from '@tenkai/protocol/agent/orders.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { putChunk, uploadFolder } from '@tenkai/testkit/upload-folder.ts';
import { buildManifest, CHUNK_SIZE_BYTES, chunkReader, openChunkStore, sealManifest } from '@tenkai/transfer';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function scratch(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-content-'));
  atEnd(t, () => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function serverWithFolder(t: TestContext, databaseUrl: string | undefined) {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const folder = join(await scratch(t), 'tool');
  await mkdir(folder);
  await writeFile(join(folder, 'big.bin'), randomBytes(CHUNK_SIZE_BYTES + 10));
  await writeFile(join(folder, 'setup.sh'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  return { server, folder };
}

onBothEngines(
  'content is uploaded in parts, registered once, and its manifest is signed by the site',
  async (t, { databaseUrl }) => {
    const { server, folder } = await serverWithFolder(t, databaseUrl);
    const manifest = await uploadFolder(server, folder);
    const again = await uploadFolder(server, folder);
    assert.equal(again.contentId, manifest.contentId);
    const rows = await server.kernel.db.read.all<{ content_id: string; total_bytes: number }>(
      'SELECT content_id, total_bytes FROM content_manifests',
    );
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [{ content_id: manifest.contentId, total_bytes: manifest.totalBytes }],
    );
    const store = await openChunkStore({ root: join(server.dataDir, 'content') });
    const { signed } = await store.readManifest(manifest.contentId);
    assert.ok(server.kernel.keys.verify(manifestProof(signed.body), signed.signature));
    const audit = await server.kernel.db.read.all<{ object: string }>(
      "SELECT object FROM kernel_audit WHERE action = 'content.registered'",
    );
    assert.deepEqual(
      audit.map((row) => row.object),
      [`content:${manifest.contentId}`],
    );
  },
);

onBothEngines('an upload that broke off goes on where it stopped', async (t, { databaseUrl }) => {
  const { server, folder } = await serverWithFolder(t, databaseUrl);
  const { manifest } = await buildManifest({ folders: [folder] });
  const hashes = manifest.files.flatMap((file) => file.chunks.map((chunk) => chunk.sha256));
  assert.equal(hashes.length, 3);
  const script = manifest.files.find((file) => file.path === 'tool/setup.sh');
  await putChunk(server, script?.chunks[0]?.sha256 ?? '', Buffer.from('#!/bin/sh\nexit 0\n'));
  const { missing } = await server.call(contentRoutes.missing, { body: { chunks: hashes } });
  assert.equal(missing.length, 2);
  await assert.rejects(
    server.call(contentRoutes.manifest, { body: { manifest } }),
    refusedWith('content-chunk-missing'),
  );
});

onBothEngines(
  'BAD-INPUT: a chunk of another hash, too large, empty or of a wrong type is refused and leaves nothing',
  async (t, { databaseUrl }) => {
    const { server } = await serverWithFolder(t, databaseUrl);
    const token = await server.apiToken('operator');
    const before = await dumpWorld(server);
    const put = (
      name: string,
      payload: Buffer,
      type = 'application/octet-stream',
      authorization = `Bearer ${token}`,
    ) =>
      server.kernel.http.fastify.inject({
        method: 'PUT',
        url: `/api/v1/content/chunks/${name}`,
        headers: { authorization, 'content-type': type },
        payload,
      });
    const bytes = Buffer.from('content');
    const large = Buffer.alloc(CHUNK_SIZE_BYTES + 1);
    const cases = [
      { answer: await put('0'.repeat(64), bytes), status: 422, code: 'upload-corrupt' },
      { answer: await put(sha256(large), large), status: 413, code: 'content-too-large' },
      { answer: await put(sha256(bytes).toUpperCase(), bytes), status: 422, code: 'invalid-request' },
      { answer: await put('..%2f..%2fetc', bytes), status: 422, code: 'invalid-request' },
      {
        answer: await put(sha256(bytes), bytes, 'application/json'),
        status: 415,
        code: 'unsupported-media-type',
      },
      {
        answer: await put(sha256(bytes), bytes, 'application/octet-stream', ''),
        status: 401,
        code: 'not-signed-in',
      },
    ];
    for (const { answer, status, code } of cases) {
      const problem = answer.json();
      assert.deepEqual([answer.statusCode, problem.code], [status, code]);
      for (const part of ['message', 'detail', 'remedy']) assert.equal(typeof problem[part], 'string');
    }
    await assert.rejects(
      server.call(contentRoutes.missing, { as: 'viewer', body: { chunks: [] } }),
      refusedWith('not-allowed', 403),
    );
    assert.deepEqual(await dumpWorld(server), before);
  },
);

onBothEngines(
  'BAD-INPUT: manifests that lie, climb out of their folder or repeat a path are refused and leave nothing',
  async (t, { databaseUrl }) => {
    const { server, folder } = await serverWithFolder(t, databaseUrl);
    const { manifest, sources } = await buildManifest({ folders: [folder] });
    const read = chunkReader(sources);
    for (const file of manifest.files) {
      for (const [index, chunk] of file.chunks.entries())
        await putChunk(server, chunk.sha256, await read(file, index));
    }
    const before = await dumpWorld(server);
    const first = manifest.files[0];
    assert.ok(first);
    const sealed = (path: string) => {
      // Sealing refuses such a path itself: what is sent here is what a hostile client would compute.
      const body = { version: 1, files: [{ ...first, path }], totalBytes: first.sizeBytes };
      return { ...body, contentId: sha256(Buffer.from(JSON.stringify(body))) };
    };
    const hostile: [unknown, string][] = [
      [null, 'content-manifest-invalid'],
      ['text', 'content-manifest-invalid'],
      [{ ...manifest, contentId: 'f'.repeat(64) }, 'content-manifest-mismatch'],
      [{ ...manifest, totalBytes: 1 }, 'content-manifest-invalid'],
      [{ ...manifest, extra: true }, 'content-manifest-invalid'],
      [{ ...manifest, files: [first, first], totalBytes: 2 * first.sizeBytes }, 'content-path-duplicate'],
      [sealed('../escape'), 'content-path-traversal'],
      [sealed('/etc/passwd'), 'content-path-absolute'],
      [sealed('tool\\x'), 'content-path-backslash'],
      [sealed('c:/x'), 'content-path-drive'],
      [sealed('tool/CON'), 'content-path-reserved'],
    ];
    for (const [sent, code] of hostile) {
      await assert.rejects(
        server.call(contentRoutes.manifest, { body: { manifest: sent } }),
        refusedWith(code),
      );
    }
    assert.deepEqual(await dumpWorld(server), before);
  },
);

test('a package folder with a link that leads out of it is refused before anything is sent', async (t) => {
  const folder = join(await scratch(t), 'tool');
  await mkdir(folder);
  await symlink('/etc/passwd', join(folder, 'passwd'));
  await assert.rejects(buildManifest({ folders: [folder] }), { code: 'content-symlink' });
});

test('a manifest of many small files is accepted', async (t) => {
  const { server } = await serverWithFolder(t, undefined);
  const bytes = Buffer.from('x');
  await putChunk(server, sha256(bytes), bytes);
  const files = Array.from({ length: 20_000 }, (_, index) => ({
    path: `many/${String(index).padStart(5, '0')}`,
    sizeBytes: 1,
    isExecutable: false,
    chunks: [{ sha256: sha256(bytes), sizeBytes: 1 }],
  }));
  const manifest = sealManifest(files);
  const reply = await server.call(contentRoutes.manifest, { body: { manifest } });
  assert.deepEqual(reply, { contentId: manifest.contentId, totalBytes: 20_000 });
});
