import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, cp, mkdir, mkdtemp, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type DistributionPointDraft,
  distributionPointRoutes,
  packageRoutes,
  scenarioRoutes,
} from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aScenario } from '@tenkai/testkit/builders.ts';
import { dumpFolder, dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { noNginx, startNginx } from '@tenkai/testkit/nginx.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';
import { CHUNK_SIZE_BYTES, chunkPath } from '@tenkai/transfer';

async function scratch(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-points-'));
  atEnd(t, () => rm(dir, { recursive: true, force: true }));
  return dir;
}

interface World {
  readonly server: TestServer;
  readonly dir: string;
  readonly folder: string;
  readonly baseUrl: string;
  readonly draft: DistributionPointDraft;
}

/** A site with a package of two chunks, and an nginx that publishes an empty folder. */
async function withNginx(t: TestContext, databaseUrl?: string): Promise<World> {
  const dir = await scratch(t);
  const folder = join(dir, 'published');
  await mkdir(folder);
  const nginx = await startNginx({ root: folder });
  atEnd(t, () => nginx.stop());
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  await mkdir(join(dir, 'hello'));
  await writeFile(join(dir, 'hello', 'setup.sh'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  await writeFile(join(dir, 'hello', 'big.bin'), randomBytes(CHUNK_SIZE_BYTES + 1));
  const baseUrl = nginx.plainUrl.replace(/\/$/, '');
  const draft = {
    name: 'Branch office',
    baseUrl,
    folder,
    isEnabled: true,
    takesAll: true,
    hasFileView: false,
    preference: 10,
  };
  return { server, dir, folder, baseUrl, draft };
}

async function makePackage({ server, dir }: World) {
  const manifest = await uploadFolder(server, join(dir, 'hello'));
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: manifest.contentId } });
  return manifest;
}

const places = async ({ server }: World) =>
  (await server.call(packageRoutes.get, { params: { id: 'hello' } })).places.map(({ name, state }) => [
    name,
    state,
  ]);

onBothEngines(
  'DIST-07: a package goes to a distribution point at creation or afterwards, and agents are sent only where it is',
  async (t, { databaseUrl }) => {
    if (noNginx) return t.skip(noNginx);
    const world = await withNginx(t, databaseUrl);
    const { server, draft, baseUrl } = world;
    const site = (await server.call(distributionPointRoutes.list)).items.find((point) => point.id === 'site');
    assert.ok(site);
    const {
      id: _,
      isBuiltIn: _b,
      publishedCount: _p,
      pendingCount: _q,
      failedCount: _f,
      ...siteDraft
    } = site;
    await server.call(distributionPointRoutes.update, {
      params: { id: 'site' },
      body: { ...siteDraft, takesAll: false },
    });
    const point = await server.call(distributionPointRoutes.create, { body: { ...draft, takesAll: false } });
    const { contentId } = await makePackage(world);
    await server.kernel.jobs.idle();

    assert.deepEqual(await places(world), []);
    assert.deepEqual(await server.app.content.sources([contentId]), []);
    assert.deepEqual(await server.app.content.unplaced([contentId]), [contentId]);
    const scenario = await server.call(scenarioRoutes.create, { body: aScenario() });
    assert.deepEqual(
      scenario.problems.map(({ severity, code }) => [severity, code]),
      [['error', 'package-not-placed']],
    );

    await server.call(packageRoutes.place, { params: { id: 'hello' }, body: { pointIds: [point.id] } });
    await server.kernel.jobs.idle();
    assert.deepEqual(await places(world), [['Branch office', 'current']]);
    assert.deepEqual(await server.app.content.sources([contentId]), [baseUrl]);
    const mended = await server.call(scenarioRoutes.get, { params: { id: scenario.id } });
    assert.deepEqual(mended.problems, []);

    await server.call(packageRoutes.place, { params: { id: 'hello' }, body: { pointIds: ['site'] } });
    await server.kernel.jobs.idle();
    assert.deepEqual(await server.app.content.sources([contentId]), ['/content']);
    assert.deepEqual(Object.keys(await dumpFolder(join(world.folder, 'manifests'))), []);
  },
);

onBothEngines(
  'DIST-07: a distribution point that is switched off stays chosen, is shown as off, and goes on when it is switched on',
  async (t, { databaseUrl }) => {
    if (noNginx) return t.skip(noNginx);
    const world = await withNginx(t, databaseUrl);
    const { server, draft, baseUrl } = world;
    const body = { ...draft, takesAll: false };
    const { id, revision } = await server.call(distributionPointRoutes.create, { body });
    const { contentId } = await makePackage(world);
    const place = (pointIds: string[]) =>
      server.call(packageRoutes.place, { params: { id: 'hello' }, body: { pointIds } });
    await place([id]);
    await server.kernel.jobs.idle();
    const off = { ...body, isEnabled: false, revision };
    await server.call(distributionPointRoutes.update, { params: { id }, body: off });
    await server.kernel.jobs.idle();
    assert.deepEqual(await places(world), [
      ['Branch office', 'off'],
      ['Site server', 'current'],
    ]);
    assert.deepEqual(await server.app.content.sources([contentId]), ['/content']);

    // As the console does: what is shown is what is sent back.
    const shown = await server.call(packageRoutes.get, { params: { id: 'hello' } });
    const { places: kept } = await place(shown.places.map(({ pointId }) => pointId));
    assert.deepEqual(
      kept.map(({ name, state }) => [name, state]),
      [
        ['Branch office', 'off'],
        ['Site server', 'current'],
      ],
    );
    const on = { ...body, revision: revision + 1 };
    await server.call(distributionPointRoutes.update, { params: { id }, body: on });
    await server.kernel.jobs.idle();
    assert.deepEqual((await places(world))[0], ['Branch office', 'current']);
    assert.deepEqual(await server.app.content.sources([contentId]), [baseUrl, '/content']);
  },
);

onBothEngines(
  'DIST-28: a package goes to all distribution points where they take every one, and to none where it is to be placed later',
  async (t, { databaseUrl }) => {
    if (noNginx) return t.skip(noNginx);
    const world = await withNginx(t, databaseUrl);
    const { server, folder, draft, baseUrl } = world;
    for (const name of ['a', 'b', 'later']) {
      const own = { name, baseUrl: `${baseUrl}/${name}`, folder: join(folder, name) };
      await mkdir(own.folder);
      const body = { ...draft, ...own, takesAll: name !== 'later' };
      await server.call(distributionPointRoutes.create, { body });
    }
    await makePackage(world);
    await server.kernel.jobs.idle();
    const held = async () => (await places(world)).map(([name, state]) => `${name} ${state}`).sort();
    assert.deepEqual(await held(), ['Site server current', 'a current', 'b current']);
    assert.deepEqual(Object.keys(await dumpFolder(join(folder, 'later'))), [], 'nothing without being told');
    const all = (await server.call(distributionPointRoutes.list)).items;
    const pointIds = all.filter(({ takesAll }) => !takesAll).map(({ id }) => id);
    await server.call(packageRoutes.place, { params: { id: 'hello' }, body: { pointIds } });
    await server.kernel.jobs.idle();
    assert.ok((await held()).includes('later current'));
  },
);

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

onBothEngines(
  'BAD-INPUT: a distribution point with a wrong address or folder is refused field by field and changes nothing',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const dir = await scratch(t);
    const good = {
      name: 'Branch office',
      baseUrl: 'http://dp.example/content/',
      folder: dir,
      isEnabled: true,
      takesAll: true,
      hasFileView: false,
      preference: 1,
    };
    const before = await dumpWorld(server);
    const bad: [Partial<DistributionPointDraft>, string][] = [
      [{ baseUrl: 'ftp://dp.example' }, 'point-url'],
      [{ baseUrl: 'http://user:secret@dp.example' }, 'point-url'],
      [{ baseUrl: 'http://dp.example/?x=1' }, 'point-url'],
      [{ baseUrl: 'file:///etc' }, 'point-url'],
      [{ folder: 'relative' }, 'point-folder'],
      [{ folder: join(dir, 'absent') }, 'point-folder'],
      [{ folder: server.dataDir }, 'point-folder'],
      [{ folder: join(server.dataDir, 'content') }, 'point-folder'],
      [{ folder: '/' }, 'point-folder'],
      [{ folder: null, hasFileView: true }, 'point-file-view'],
      [{ name: 'bell\u0007' }, 'text-unprintable'],
    ];
    for (const [over, code] of bad) {
      await assert.rejects(
        server.call(distributionPointRoutes.create, { body: { ...good, ...over } }),
        (error: { problem: { code: string; problems: { code: string }[] } }) => {
          assert.equal(error.problem.code, 'draft-invalid');
          assert.deepEqual(
            error.problem.problems.map((problem) => problem.code),
            [code],
          );
          return true;
        },
      );
    }
    assert.deepEqual(await dumpWorld(server), before);

    const point = await server.call(distributionPointRoutes.create, { body: good });
    assert.equal(point.baseUrl, 'http://dp.example/content');
    await assert.rejects(
      server.call(distributionPointRoutes.create, { body: { ...good, name: 'BRANCH office', folder: null } }),
      refusedWith('already-exists', 409),
    );
    await assert.rejects(
      server.call(distributionPointRoutes.create, { body: { ...good, name: 'Second' } }),
      refusedWith('draft-invalid', 422),
    );
    await assert.rejects(
      server.call(distributionPointRoutes.remove, { params: { id: 'site' } }),
      refusedWith('point-built-in'),
    );
    await assert.rejects(
      server.call(distributionPointRoutes.create, {
        as: 'operator',
        body: { ...good, name: 'Third', folder: null },
      }),
      refusedWith('not-allowed', 403),
    );
    await assert.rejects(
      server.call(distributionPointRoutes.update, {
        params: { id: point.id },
        body: { ...good, revision: 9 },
      }),
      refusedWith('changed-meanwhile', 409),
    );
    await server.call(distributionPointRoutes.remove, { params: { id: point.id } });
    const left = await server.call(distributionPointRoutes.list);
    assert.deepEqual(
      left.items.map(({ id }) => id),
      ['site'],
    );
  },
);
