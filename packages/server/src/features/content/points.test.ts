import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
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
import { noNginx } from '@tenkai/testkit/nginx.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { makePackage, places, scratch, withNginx } from './points-for-test.ts';

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
