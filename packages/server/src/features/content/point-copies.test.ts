import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, cp, mkdir, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { distributionPointRoutes, packageRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { dumpFolder } from '@tenkai/testkit/dump-tables.ts';
import { noNginx } from '@tenkai/testkit/nginx.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';
import { chunkPath } from '@tenkai/transfer';
import { makePackage, places, withNginx } from './points-for-test.ts';

onBothEngines(
  'DIST-27: a distribution point holds the package under its ID as plain files, and the site shows the same',
  async (t, { databaseUrl }) => {
    if (noNginx) return t.skip(noNginx);
    const world = await withNginx(t, databaseUrl);
    const { server, dir, folder, baseUrl, draft } = world;
    await server.call(distributionPointRoutes.create, { body: { ...draft, hasFileView: true } });
    await makePackage(world);
    await server.kernel.jobs.idle();
    const source = await dumpFolder(join(dir, 'hello'));
    assert.deepEqual(await dumpFolder(join(folder, 'packages', 'hello', 'hello')), source);

    const authorization = `Bearer ${await server.apiToken('viewer')}`;
    const list = await server.kernel.http.fastify.inject({
      url: '/content/packages/hello/',
      headers: { authorization },
    });
    const paths: string[] = list.json().files.map((file: { path: string }) => file.path);
    assert.deepEqual(
      paths,
      Object.keys(source)
        .map((path) => `hello/${path}`)
        .sort(),
    );
    for (const path of paths) {
      const overNginx = Buffer.from(await (await fetch(`${baseUrl}/packages/hello/${path}`)).arrayBuffer());
      const overSite = await server.kernel.http.fastify.inject({
        url: `/content/packages/hello/${path}`,
        headers: { authorization },
      });
      assert.equal(overSite.statusCode, 200);
      assert.ok(overSite.rawPayload.equals(overNginx), path);
    }
    const outside = await server.kernel.http.fastify.inject({
      url: '/content/packages/hello/hello/..%2f..%2f..%2ftenkai.db',
      headers: { authorization },
    });
    assert.equal(outside.statusCode, 404);
  },
);

test('what is published can be read by a web server of another user, whatever the umask', async (t) => {
  const before = process.umask(0o077);
  atEnd(t, () => process.umask(before));
  if (noNginx) return t.skip(noNginx);
  const world = await withNginx(t);
  const { server, folder, draft } = world;
  await server.call(distributionPointRoutes.create, { body: { ...draft, hasFileView: true } });
  await makePackage(world);
  await server.kernel.jobs.idle();
  assert.equal((await places(world))[0]?.[1], 'current');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const published = entries.filter(
    ({ name, parentPath }) => !/incoming|\.content$/.test(`${parentPath}/${name}`),
  );
  assert.ok(published.length > 10);
  for (const entry of published) {
    const path = join(entry.parentPath, entry.name);
    const wanted = entry.isDirectory() ? 0o055 : 0o044;
    assert.equal((await stat(path)).mode & wanted, wanted, path);
  }
  assert.equal((await stat(join(folder, 'packages/hello/hello/setup.sh'))).mode & 0o777, 0o755);
  const store = await stat(join(server.dataDir, 'content', 'manifests'));
  assert.equal(store.mode & 0o077, 0, 'the store itself is for the site alone');
});

onBothEngines(
  'DIST-30: after a change of the package its copies are stale until they are updated, and are not used meanwhile',
  async (t, { databaseUrl }) => {
    if (noNginx) return t.skip(noNginx);
    const world = await withNginx(t, databaseUrl);
    const { server, dir, draft, folder } = world;
    const point = await server.call(distributionPointRoutes.create, {
      body: { ...draft, hasFileView: true },
    });
    await makePackage(world);
    await server.kernel.jobs.idle();
    assert.deepEqual(await places(world), [
      ['Branch office', 'current'],
      ['Site server', 'current'],
    ]);

    await writeFile(join(dir, 'hello', 'hotfix.bin'), randomBytes(10));
    const changed = await uploadFolder(server, join(dir, 'hello'));
    // Nobody can write to the point: it stays behind.
    await rm(folder, { recursive: true });
    await server.call(packageRoutes.update, {
      params: { id: 'hello' },
      body: { draft: aDraft(), contentId: changed.contentId, revision: 1 },
    });
    const behind = await places(world);
    assert.ok(
      behind.some(([name, state]) => name === 'Branch office' && (state === 'stale' || state === 'failed')),
    );
    await server.kernel.jobs.idle();
    const { places: after } = await server.call(packageRoutes.get, { params: { id: 'hello' } });
    assert.deepEqual(after.map(({ name, state }) => [name, state])[0], ['Branch office', 'failed']);
    assert.match(after[0]?.error ?? '', /does not exist/);
    assert.deepEqual(await server.app.content.sources([changed.contentId]), ['/content']);

    await mkdir(folder);
    const { id: _, isBuiltIn: _b, publishedCount: _p, pendingCount: _q, failedCount: _f, ...row } = point;
    await server.call(distributionPointRoutes.update, { params: { id: point.id }, body: row });
    await server.kernel.jobs.idle();
    assert.deepEqual((await places(world))[0], ['Branch office', 'current']);
    assert.ok('hotfix.bin' in (await dumpFolder(join(folder, 'packages', 'hello', 'hello'))));
  },
);

onBothEngines(
  'DIST-33: verifying finds a damaged and a missing part at the source and at a point, and repairs both',
  async (t, { databaseUrl }) => {
    if (noNginx) return t.skip(noNginx);
    const world = await withNginx(t, databaseUrl);
    const { server, draft, folder } = world;
    await server.call(distributionPointRoutes.create, { body: draft });
    const manifest = await makePackage(world);
    await server.kernel.jobs.idle();
    const [one = '', two = ''] = manifest.files.flatMap((file) => file.chunks.map((chunk) => chunk.sha256));
    await appendFile(join(folder, chunkPath(one)), 'flipped');
    await unlink(join(server.dataDir, 'content', chunkPath(two)));

    const verify = async (repair: boolean) => {
      const reply = await server.call(packageRoutes.verify, { params: { id: 'hello' }, query: { repair } });
      return reply.places.map(({ place, damaged, missing, repaired, error }) => ({
        place,
        damaged,
        missing,
        repaired,
        error,
      }));
    };
    const found = [
      { place: 'Site server', damaged: [], missing: [two], repaired: [], error: null },
      { place: 'Branch office', damaged: [one], missing: [], repaired: [], error: null },
    ];
    assert.deepEqual(await verify(false), found);
    assert.deepEqual(await verify(true), [
      { ...found[0], repaired: [two] },
      { ...found[1], repaired: [one] },
    ]);
    const clean = found.map(({ place }) => ({ place, damaged: [], missing: [], repaired: [], error: null }));
    assert.deepEqual(await verify(false), clean);
  },
);

test('DIST-33: a point that only an address is known of is read over the network', {
  skip: noNginx,
}, async (t) => {
  const world = await withNginx(t);
  const { server, draft, folder } = world;
  const pulled = await server.call(distributionPointRoutes.create, { body: { ...draft, folder: null } });
  const manifest = await makePackage(world);
  await server.kernel.jobs.idle();
  assert.equal((await places(world))[0]?.[1], 'failed');

  // As rsync would do it.
  await cp(join(server.dataDir, 'content'), folder, { recursive: true });
  const { id: _, isBuiltIn: _b, publishedCount: _p, pendingCount: _q, failedCount: _f, ...row } = pulled;
  await server.call(distributionPointRoutes.update, { params: { id: pulled.id }, body: row });
  await server.kernel.jobs.idle();
  assert.equal((await places(world))[0]?.[1], 'current');
  const [one = ''] = manifest.files.flatMap((file) => file.chunks.map((chunk) => chunk.sha256));
  await appendFile(join(folder, chunkPath(one)), 'flipped');
  const { places: verified } = await server.call(packageRoutes.verify, {
    params: { id: 'hello' },
    query: { repair: true },
  });
  assert.deepEqual(verified[1]?.damaged, [one]);
  assert.deepEqual(verified[1]?.repaired, [], 'there is no way to write there');
});
