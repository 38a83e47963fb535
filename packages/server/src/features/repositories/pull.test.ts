/** How packages come: on a schedule, over a link that is cut, by a folder across an air gap, and to which points. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { distributionPointRoutes } from '@tenkai/protocol/api/distribution-points.ts';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { repositoryRoutes } from '@tenkai/protocol/api/repositories.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { startCutProxy } from '@tenkai/testkit/cut-proxy.ts';
import { noNginx, startNginx } from '@tenkai/testkit/nginx.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { createRepository } from '@tenkai/testkit/package-repository.ts';
import { settle } from '@tenkai/testkit/settle.ts';
import type { TestServer } from '@tenkai/testkit/start-server.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';
import { createFakeClock } from '../../kernel/clock.ts';
import {
  addRepository,
  look,
  minute,
  packagesOf,
  pullNow,
  settingsOf,
  site,
  urlOf,
} from './repositories-for-test.ts';

onBothEngines(
  'BAUT-21, BSRV-23: two sites pull one static repository from nginx on their schedules',
  async (t, { databaseUrl }) => {
    if (noNginx) return t.skip(noNginx);
    const clock = createFakeClock();
    const repository = await createRepository(t, clock.now);
    await repository.publish({ id: 'app', urgency: 'highest' }, 6_000_000);
    const nginx = await startNginx({ root: repository.folder });
    atEnd(t, () => nginx.stop());
    const sites = [await site(t, clock, databaseUrl), await site(t, clock)];
    for (const server of sites) {
      const id = await addRepository(server, repository, { url: nginx.url, ca: nginx.ca });
      assert.deepEqual(await packagesOf(server), ['app 1 highest repository:main']);
      const { places } = await server.call(packageRoutes.get, { params: { id: 'app' } });
      assert.deepEqual(
        places.map(({ state }) => state),
        ['current'],
        'machines can get the content from here',
      );
      const { error, indexVersion, packages } = await look(server, id);
      assert.deepEqual([error, indexVersion, packages[0]?.state], [null, 2, 'registered']);
    }
    await repository.publish({ id: 'tool', urgency: 'low' });
    clock.advance(59 * minute);
    for (const server of sites) {
      await settle(server);
      assert.equal((await packagesOf(server)).length, 1, 'it is not time yet');
    }
    clock.advance(2 * minute);
    for (const server of sites) {
      await settle(server);
      assert.deepEqual(await packagesOf(server), [
        'app 1 highest repository:main',
        'tool 1 low repository:main',
      ]);
    }
  },
);

onBothEngines(
  'DIST-29: a package for every site lies at the points of all of them, one for this site only at its own',
  async (t, { databaseUrl }) => {
    if (noNginx) return t.skip(noNginx);
    const clock = createFakeClock();
    const repository = await createRepository(t, clock.now);
    await repository.publish({ id: 'tool' });
    const home = await mkdtemp(join(tmpdir(), 'tenkai-scope-'));
    atEnd(t, () => rm(home, { recursive: true, force: true }));
    await mkdir(join(home, 'source'));
    await writeFile(join(home, 'source', 'setup.bin'), 'update agent');
    const nginx = await startNginx({ root: home });
    atEnd(t, () => nginx.stop());
    const sites = [await site(t, clock, databaseUrl), await site(t, clock)] as const;
    for (const [at, names] of [['a1', 'a2'], ['b1']].entries())
      for (const name of names)
        await addPoint(sites[at] as TestServer, join(home, name), `${nginx.plainUrl}${name}`);
    const [first] = sites;
    const { contentId } = await uploadFolder(first, join(home, 'source'));
    await first.call(packageRoutes.create, { body: { draft: aDraft({ id: 'agent' }), contentId } });
    for (const server of sites) await addRepository(server, repository, { url: urlOf(repository) });
    const heldBy = async (server: TestServer) => {
      const { items } = await server.call(packageRoutes.list, {});
      const details = items.map(({ id }) => server.call(packageRoutes.get, { params: { id } }));
      return (await Promise.all(details)).map(({ id, places }) => [
        id,
        places.filter(({ state }) => state === 'current').map(({ name }) => name),
      ]);
    };
    assert.deepEqual(await heldBy(sites[0]), [
      ['agent', ['a1', 'a2', 'Site server']],
      ['tool', ['a1', 'a2', 'Site server']],
    ]);
    assert.deepEqual(await heldBy(sites[1]), [['tool', ['b1', 'Site server']]]);
    assert.deepEqual(
      (await readdir(join(home, 'b1', 'packages'))).filter((name) => !name.startsWith('.')),
      ['tool'],
    );
  },
);

/** A distribution point that takes every package, with its plain files beside them. */
async function addPoint(server: TestServer, folder: string, baseUrl: string) {
  await mkdir(folder);
  const body = {
    name: basename(folder),
    baseUrl,
    folder,
    isEnabled: true,
    takesAll: true,
    hasFileView: true,
    preference: 10,
  };
  await server.call(distributionPointRoutes.create, { body });
}

onBothEngines(
  'BAUT-22: after the link was cut in the middle of a file the next pull goes on',
  async (t, { databaseUrl }) => {
    if (noNginx) return t.skip(noNginx);
    const clock = createFakeClock();
    const repository = await createRepository(t, clock.now);
    const total = 30_000_000;
    await repository.publish({ id: 'big' }, total);
    const nginx = await startNginx({ root: repository.folder });
    atEnd(t, () => nginx.stop());
    let isDown = false;
    const proxy = await startCutProxy({
      toPort: Number(new URL(nginx.plainUrl).port),
      cutAfter: () => (isDown ? 1 : 6_000_000),
      onForward: (bytes) => {
        // Each of the four connections has had a whole part by then, and is within another.
        if (bytes > 20_000_000) isDown = true;
      },
    });
    atEnd(t, () => proxy.stop());
    const server = await site(t, clock, databaseUrl);
    const url = `http://localhost:${proxy.port}/`;
    const id = await addRepository(server, repository, { url });
    const broken = await look(server, id);
    assert.equal(broken.error?.code, 'content-unreachable');
    assert.deepEqual([broken.pulledAt, broken.packages[0]?.state], [null, 'fetching']);
    assert.deepEqual(await packagesOf(server), [], 'half a package is none');
    const firstBytes = proxy.forwardedBytes();
    isDown = false;
    const whole = await startCutProxy({ toPort: Number(new URL(nginx.plainUrl).port) });
    atEnd(t, () => whole.stop());
    const { revision } = await look(server, id);
    const { name: _, ...settings } = settingsOf(broken);
    const body = { ...settings, url: `http://localhost:${whole.port}`, revision };
    await server.call(repositoryRoutes.update, { params: { id }, body });
    clock.advance(61 * minute);
    await settle(server);
    const after = await look(server, id);
    assert.deepEqual([after.error, after.packages[0]?.state], [null, 'registered']);
    assert.deepEqual(await packagesOf(server), ['big 1 normal repository:main']);
    const kept = total - whole.forwardedBytes();
    assert.ok(kept > 8_000_000, `only ${kept} of ${firstBytes} bytes were kept`);
    const { places } = await server.call(packageRoutes.verify, { params: { id: 'big' } });
    assert.deepEqual(
      places.map(({ damaged, missing }) => [...damaged, ...missing]),
      [[]],
    );
  },
);

test('BAUT-21: across an air gap a repository copied as a folder is pulled the same way', async (t) => {
  const clock = createFakeClock();
  const repository = await createRepository(t, clock.now);
  await repository.publish({ id: 'app' }, 9_000_000);
  const disk = await repository.copyTo('disk');
  const server = await site(t, clock);
  const id = await addRepository(server, repository, {
    url: pathToFileURL(disk).href,
    schedule: { kind: 'daily', at: '03:00', timeZone: 'Asia/Tokyo' },
  });
  assert.deepEqual(await packagesOf(server), ['app 1 normal repository:main']);
  const { nextPullAt } = await look(server, id);
  assert.equal(new Date(nextPullAt ?? 0).toISOString(), '2026-01-05T18:00:00.000Z');
  await rm(disk, { recursive: true });
  assert.equal((await pullNow(server, id)).error?.code, 'repository-unreachable');
});
