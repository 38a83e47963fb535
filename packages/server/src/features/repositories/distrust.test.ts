/** What is not believed: damaged files, older or expired indexes, foreign packages, wrong settings. */
import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { repositoryRoutes } from '@tenkai/protocol/api/repositories.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { createRepository } from '@tenkai/testkit/package-repository.ts';
import { refusedWith as refused } from '@tenkai/testkit/refused.ts';
import { settle } from '@tenkai/testkit/settle.ts';
import { chunkPath } from '@tenkai/transfer';
import { createFakeClock } from '../../kernel/clock.ts';
import { addRepository, day, look, packagesOf, pullNow, site, urlOf } from './repositories-for-test.ts';

onBothEngines(
  'BAUT-22: a file that was tampered with is refused, and taken once it is right again',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const repository = await createRepository(t, clock.now);
    const [chunk = ''] = await repository.publish({ id: 'app' }, 5_000_000);
    await repository.publish({ id: 'sound' });
    await repository.damage(chunkPath(chunk));
    const server = await site(t, clock, databaseUrl);
    const id = await addRepository(server, repository, { url: urlOf(repository) });
    const states = async () =>
      (await look(server, id)).packages.map(({ packageId, state, error }) => [
        packageId,
        state,
        error?.code ?? '',
      ]);
    assert.deepEqual(await states(), [
      ['app', 'refused', 'content-chunk-corrupt'],
      ['sound', 'registered', ''],
    ]);
    assert.deepEqual(await packagesOf(server), ['sound 1 normal repository:main']);
    const messages = await server.call(listStatusMessages, { query: {} });
    assert.ok(
      messages.items.some(({ code, params }) => code === 'repository.refused' && params.packageId === 'app'),
    );
    await repository.damage(chunkPath(chunk));
    const { packages } = await pullNow(server, id);
    assert.deepEqual(
      packages.map(({ state }) => state),
      ['registered', 'registered'],
    );
    await repository.publish({ id: 'app', version: '2.0' });
    await repository.damage('index.json');
    const { error } = await pullNow(server, id);
    assert.match(error?.code ?? '', /^repository-(signature|invalid|key-unknown)$/);
  },
);

onBothEngines(
  'BAUT-21: an older index, another of the same number, and an expired one are refused',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const repository = await createRepository(t, clock.now);
    await repository.publish({ id: 'app', version: '1.0' });
    const old = await repository.copyTo('old');
    await repository.publish({ id: 'app', version: '2.0' });
    const server = await site(t, clock, databaseUrl);
    const id = await addRepository(server, repository, { url: urlOf(repository) });
    const serve = async (from: string) => {
      await rm(repository.folder, { recursive: true });
      await cp(from, repository.folder, { recursive: true });
    };
    const current = await repository.copyTo('current');
    await serve(old);
    assert.equal((await pullNow(server, id)).error?.code, 'repository-rolled-back');
    await repository.publish({ id: 'app', version: '1.1' });
    assert.equal((await pullNow(server, id)).error?.code, 'repository-forked');
    await serve(current);
    assert.equal((await pullNow(server, id)).error, null);
    clock.advance(31 * day);
    await settle(server);
    assert.equal((await look(server, id)).error?.code, 'repository-expired');
    assert.deepEqual(await packagesOf(server), ['app 1 normal repository:main']);
    await repository.refresh();
    assert.equal((await pullNow(server, id)).error, null);
    const messages = await server.call(listStatusMessages, { query: {} });
    const failures = messages.items.filter(({ code }) => code === 'repository.pull-failed');
    assert.equal(failures.length, 3, 'each trouble is told of once, however often it is met');
  },
);

onBothEngines(
  'BAUT-22, DIST-06: what a site made or changed itself is not overwritten in silence',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const repository = await createRepository(t, clock.now);
    await repository.publish({ id: 'own', version: '9.0' });
    await repository.publish({ id: 'app', version: '1.0' });
    const server = await site(t, clock, databaseUrl);
    await server.call(packageRoutes.create, { body: { draft: aDraft({ id: 'own' }), contentId: null } });
    const id = await addRepository(server, repository, { url: urlOf(repository) });
    const [app, own] = (await look(server, id)).packages;
    assert.deepEqual(
      [app?.state, own?.state, own?.error?.code],
      ['registered', 'refused', 'package-of-other-origin'],
    );
    assert.deepEqual(await packagesOf(server), ['app 1 normal repository:main', 'own 1 normal api']);
    const { draft, contentId, revision } = await server.call(packageRoutes.get, { params: { id: 'app' } });
    const body = { draft: { ...draft, summary: 'ours' }, contentId, revision };
    await server.call(packageRoutes.update, { params: { id: 'app' }, body });
    await repository.publish({ id: 'app', version: '2.0' });
    const [changed] = (await pullNow(server, id)).packages;
    assert.deepEqual([changed?.state, changed?.waitsFor], ['waiting', 'changed-here']);
    await server.call(repositoryRoutes.approve, {
      params: { id, packageId: 'app' },
      body: { offered: changed?.offered ?? 0, urgency: 'low' },
    });
    assert.deepEqual(await packagesOf(server), ['app 3 low repository:main', 'own 1 normal api']);
  },
);

test('a repository is refused with a wrong address, certificate, zone or name; its removal keeps packages', async (t) => {
  const clock = createFakeClock();
  const repository = await createRepository(t, clock.now);
  await repository.publish({ id: 'app' });
  const server = await site(t, clock);
  for (const over of [
    { url: 'ftp://x/y' },
    { url: 'https://user:pw@x/' },
    { url: 'file://host/share' },
    { url: 'https://x/', ca: 'none' },
    { url: 'https://x/', schedule: { kind: 'daily', at: '03:00', timeZone: 'Mars/Base' } as const },
  ])
    await assert.rejects(addRepository(server, repository, over), refused('draft-invalid'));
  const id = await addRepository(server, repository, { url: urlOf(repository) });
  await assert.rejects(
    addRepository(server, repository, { url: urlOf(repository) }),
    refused('already-exists'),
  );
  await server.call(repositoryRoutes.remove, { params: { id } });
  await settle(server);
  assert.deepEqual(await packagesOf(server), ['app 1 normal repository:main']);
  const again = await addRepository(server, repository, { url: urlOf(repository) });
  assert.equal(
    (await look(server, again)).packages[0]?.state,
    'registered',
    'the same name takes it up again',
  );
});
