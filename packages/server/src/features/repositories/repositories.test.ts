import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { distributionPointRoutes } from '@tenkai/protocol/api/distribution-points.ts';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { type RepositorySettings, repositoryRoutes } from '@tenkai/protocol/api/repositories.ts';
import { listAudit, listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { updateRoutes } from '@tenkai/protocol/api/updates.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { startCutProxy } from '@tenkai/testkit/cut-proxy.ts';
import { aKnownMachine } from '@tenkai/testkit/deployed.ts';
import { noNginx, startNginx } from '@tenkai/testkit/nginx.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { createRepository, type TestRepository } from '@tenkai/testkit/package-repository.ts';
import { refusedWith as refused } from '@tenkai/testkit/refused.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { settle } from '@tenkai/testkit/settle.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';
import { chunkPath } from '@tenkai/transfer';
import { createFakeClock, type FakeClock } from '../../kernel/clock.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

async function site(
  t: Pick<TestContext, 'after'>,
  clock: FakeClock,
  databaseUrl?: string,
): Promise<TestServer> {
  const server = await startTestServer({ databaseUrl, clock, pullGiveUpAfterMs: 1000 });
  atEnd(t, () => server.stop());
  return server;
}

async function addRepository(
  server: TestServer,
  { key }: Pick<TestRepository, 'key'>,
  over: Partial<RepositorySettings> & { url: string },
): Promise<string> {
  const body = {
    name: 'main',
    fingerprint: key.fingerprint,
    ca: null,
    schedule: { kind: 'interval', minutes: 60 },
    gate: { kind: 'automatic' },
    isEnabled: true,
    ...over,
  } as const;
  const { id } = await server.call(repositoryRoutes.create, { body });
  await settle(server);
  return id;
}

async function pullNow(server: TestServer, id: string) {
  await server.call(repositoryRoutes.pull, { as: 'operator', params: { id } });
  await settle(server);
  return server.call(repositoryRoutes.get, { as: 'viewer', params: { id } });
}

const look = (server: TestServer, id: string) => server.call(repositoryRoutes.get, { params: { id } });
const urlOf = ({ folder }: Pick<TestRepository, 'folder'>) => pathToFileURL(folder).href;

async function packagesOf(server: TestServer) {
  const { items } = await server.call(packageRoutes.list, {});
  return items.map(({ id, origin, urgency, revision }) => `${id} ${revision} ${urgency} ${origin}`);
}

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

function settingsOf(row: RepositorySettings & { name: string }) {
  const { name, url, fingerprint, ca, schedule, gate, isEnabled } = row;
  return { name, url, fingerprint, ca, schedule, gate, isEnabled };
}

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
  'BAUT-24: with the gate on hold nothing is registered until it is approved',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const repository = await createRepository(t, clock.now);
    await repository.publish({ id: 'app', urgency: 'highest' });
    await repository.publish({ id: 'other', urgency: 'high' });
    const server = await site(t, clock, databaseUrl);
    const id = await addRepository(server, repository, { url: urlOf(repository), gate: { kind: 'hold' } });
    const waiting = await pullNow(server, id);
    assert.equal(waiting.waitingCount, 2);
    assert.deepEqual(await packagesOf(server), []);
    const [app, other] = waiting.packages;
    assert.deepEqual([app?.waitsFor, app?.draft?.urgency], ['gate', 'highest']);
    const decide = (
      route: 'approve' | 'reject',
      packageId: string,
      offered: number,
      as = 'operator' as const,
    ) => server.call(repositoryRoutes[route], { as, params: { id, packageId }, body: { offered } });
    await assert.rejects(decide('approve', 'app', 99), refused('changed-meanwhile'));
    await assert.rejects(
      server.call(repositoryRoutes.approve, {
        as: 'viewer',
        params: { id, packageId: 'app' },
        body: { offered: 2 },
      }),
      refused('not-allowed'),
    );
    // What waits outlives the grace time of unused content.
    clock.advance(3 * day);
    await settle(server);
    const approved = await decide('approve', 'app', app?.offered ?? 0);
    assert.deepEqual([approved.state, approved.registeredRevision], ['registered', 1]);
    assert.deepEqual(await packagesOf(server), ['app 1 highest repository:main']);
    assert.equal((await decide('reject', 'other', other?.offered ?? 0)).state, 'rejected');
    await assert.rejects(decide('reject', 'other', other?.offered ?? 0), refused('repository-not-waiting'));
    assert.equal((await pullNow(server, id)).packages[1]?.state, 'rejected', 'the same is not asked again');
    await repository.publish({ id: 'other', version: '2.0' });
    assert.equal((await pullNow(server, id)).packages[1]?.state, 'waiting', 'a later one is');
    const { items } = await server.call(listAudit, { query: {} });
    const acts = items.filter(({ action }) => action.startsWith('repositories.package-'));
    assert.deepEqual(acts.map(({ action, object }) => `${action} ${object}`).sort(), [
      'repositories.package-approved package:app',
      'repositories.package-rejected package:other',
    ]);
  },
);

onBothEngines(
  'BAUT-22, BAUT-24: what is pulled is delivered by automatic update at once; behind a gate on hold once it is approved',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await site(t, clock, databaseUrl);
    const agent = await aKnownMachine(server, 'pc-1');
    // A machine that has just come is left in peace for a while.
    await server.call(updateRoutes.setPolicy, { body: { startDelayMinutes: 0 } });
    const ordered = async () =>
      (await openRuns(agent)).flatMap(({ steps }) =>
        steps.flatMap((step) => (step.kind === 'install-package' ? step.packageId : [])),
      );
    const open = await createRepository(t, clock.now);
    await open.publish({ id: 'open', urgency: 'highest' });
    await addRepository(server, open, { url: urlOf(open) });
    assert.deepEqual(await ordered(), ['open']);
    for (const order of await openRuns(agent)) await agent.report(...wholeRun(order));
    await settle(server);
    const gated = await createRepository(t, clock.now);
    await gated.publish({ id: 'gated', urgency: 'highest' });
    const id = await addRepository(server, gated, {
      ...{ name: 'gated', url: urlOf(gated), gate: { kind: 'hold' } },
    });
    assert.deepEqual(await ordered(), [], 'nobody has approved it');
    const { packages } = await look(server, id);
    const [held] = packages;
    await server.call(repositoryRoutes.approve, {
      params: { id, packageId: 'gated' },
      body: { offered: held?.offered ?? 0 },
    });
    await settle(server);
    assert.deepEqual(await ordered(), ['gated']);
  },
);

onBothEngines(
  'BAUT-24: a pulled package keeps its urgency, or the gate lowers it; what is less urgent stays so',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const repository = await createRepository(t, clock.now);
    for (const urgency of ['highest', 'high', 'normal', 'low'] as const)
      await repository.publish({ id: urgency, urgency });
    const server = await site(t, clock, databaseUrl);
    const gate = { kind: 'lower', to: 'normal' } as const;
    const id = await addRepository(server, repository, { url: urlOf(repository), gate });
    const urgencies = async () =>
      (await server.call(packageRoutes.list, {})).items.map((row) => `${row.id}: ${row.urgency}`).sort();
    const lowered = ['high: normal', 'highest: normal', 'low: low', 'normal: normal'];
    assert.deepEqual(await urgencies(), lowered);
    const before = await look(server, id);
    assert.equal(before.packages.find(({ packageId }) => packageId === 'high')?.draft?.urgency, 'high');
    const { name: _, ...settings } = settingsOf(before);
    const body = { ...settings, gate: { kind: 'automatic' } as const, revision: before.revision };
    await server.call(repositoryRoutes.update, { params: { id }, body });
    await repository.publish({ id: 'high', urgency: 'high', version: '2.0' });
    await pullNow(server, id);
    assert.deepEqual(await urgencies(), ['high: high', ...lowered.slice(1)]);
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
