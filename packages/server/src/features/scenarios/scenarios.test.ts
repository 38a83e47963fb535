import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { ScenarioDraft, Step } from '@tenkai/domain';
import { distributionPointRoutes, packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { contentRoutes } from '@tenkai/protocol/api/packages.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aProgram, aScenario, installStep } from '@tenkai/testkit/builders.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { putChunk } from '@tenkai/testkit/upload-folder.ts';
import { sealManifest } from '@tenkai/transfer';

/** A site with the package `hello`, which needs no files. */
async function site(t: TestContext, databaseUrl: string | undefined): Promise<TestServer> {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
  return server;
}

const create = (server: TestServer, over: Partial<ScenarioDraft> = {}) =>
  server.call(scenarioRoutes.create, { as: 'operator', body: aScenario(over) });
const read = (server: TestServer, id: string) => server.call(scenarioRoutes.get, { params: { id } });

onBothEngines(
  'BSCN-05: a scenario is made under a name that no other has, and is in the list at once',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const made = await create(server, { name: ' 配信 A ' });
    assert.deepEqual([made.name, made.revision, made.stepCount, made.problems], ['配信 A', 1, 1, []]);
    const { items } = await server.call(scenarioRoutes.list, { as: 'viewer' });
    assert.deepEqual(
      items.map(({ id, name }) => [id, name]),
      [[made.id, '配信 A']],
    );
    const before = await dumpWorld(server);
    await assert.rejects(create(server, { name: '配信 a' }), refusedWith('already-exists', 409));
    await assert.rejects(create(server, { name: '' }), refusedWith('invalid-request', 422));
    await assert.rejects(create(server, { name: '  ' }), refusedWith('draft-invalid', 422));
    await assert.rejects(
      server.call(scenarioRoutes.create, { as: 'viewer', body: aScenario() }),
      refusedWith('not-allowed', 403),
    );
    assert.deepEqual(await dumpWorld(server), before);
    const found = await server.call(scenarioRoutes.list, { query: { search: '配信' } });
    assert.equal(found.items.length, 1);
    assert.equal((await server.call(scenarioRoutes.list, { query: { search: '配信 B' } })).items.length, 0);
  },
);

onBothEngines(
  'BSCN-06: a scenario of each kind is made: service pack, HotFix, application and agent upgrade',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const kinds = ['service-pack', 'hotfix', 'application', 'agent'] as const;
    for (const type of kinds) {
      const level = type === 'service-pack' ? { majorVersion: 3, minorVersion: 0 } : {};
      const draft = aDraft({ id: type, type, ...level });
      await server.call(packageRoutes.create, { body: { draft, contentId: null } });
      const { problems } = await create(server, { name: type, steps: [installStep(type)] });
      assert.deepEqual(
        problems.filter(({ severity }) => severity === 'error'),
        [],
      );
    }
    const { items } = await server.call(scenarioRoutes.list, { query: {} });
    assert.deepEqual(
      items.map(({ name, kinds: shown }) => [name, shown]).sort(),
      kinds.map((type) => [type, [type]]).sort(),
    );
  },
);

onBothEngines(
  'a scenario is edited; each revision stays as it was, and nobody overwrites another in silence',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const { id } = await create(server);
    const save = (description: string, revision: number) =>
      server.call(scenarioRoutes.update, {
        params: { id },
        body: { draft: aScenario({ description }), revision },
      });
    assert.equal((await save('second', 1)).revision, 2);
    assert.equal((await save('second', 2)).revision, 2, 'nothing differs');
    await assert.rejects(save('third', 1), refusedWith('changed-meanwhile', 409));
    const both = await Promise.allSettled([save('fourth', 2), save('fifth', 2)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const revisions = await Promise.all(
      [1, 2].map((revision) => server.app.scenarios.scenarioRevision(id, revision)),
    );
    assert.deepEqual(
      revisions.map((revision) => revision?.draft.description),
      ['', 'second'],
    );
    assert.equal((await server.app.scenarios.scenario(id))?.revision, 3);
    const audit = await server.kernel.db.read.all<{ action: string }>(
      'SELECT action FROM kernel_audit WHERE object = ? ORDER BY seq',
      [`scenario:${id}`],
    );
    assert.deepEqual(
      audit.map(({ action }) => action),
      ['scenarios.created', 'scenarios.changed', 'scenarios.changed'],
    );
  },
);

onBothEngines(
  'a scenario names registered packages and their programs only, and every mistake is told at once',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const before = await dumpWorld(server);
    const steps: Step[] = [
      installStep('absent'),
      installStep('hello', { id: 'twice', program: 'no such program' } as Partial<Step>),
      { kind: 'wait', id: 'twice', name: 'wait', seconds: 1 },
      {
        kind: 'wait',
        id: 'asks',
        name: 'wait',
        seconds: 1,
        condition: { kind: 'any', of: [{ kind: 'query', query: 'name = = 3' }] },
      },
    ];
    const variables = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ];
    await assert.rejects(
      create(server, { steps, variables }),
      (error: { problem: { problems: { code: string }[] } }) => {
        const codes = error.problem.problems.map(({ code }) => code).sort();
        assert.deepEqual(codes, [
          'package-missing',
          'program-missing',
          'query-wrong',
          'step-id-twice',
          'variable-twice',
        ]);
        return true;
      },
    );
    assert.deepEqual(await dumpWorld(server), before);
  },
);

onBothEngines(
  'DIST-31: a scenario says when a package that it names has no content, or content that lies nowhere',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const steps: Step[] = [
      { kind: 'copy-files', id: 'copy', name: 'copy', packageId: 'hello', from: '', to: '/opt' },
    ];
    const { id } = await create(server, { steps });
    const problems = async () =>
      (await read(server, id)).problems.map(({ stepId, severity, code }) => [stepId, severity, code]);
    assert.deepEqual(await problems(), [['copy', 'error', 'package-without-content']]);

    const bytes = Buffer.from('x');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await putChunk(server, sha256, bytes);
    const manifest = sealManifest([
      { path: 'a/run', sizeBytes: 1, isExecutable: true, chunks: [{ sha256, sizeBytes: 1 }] },
    ]);
    await server.call(contentRoutes.manifest, { body: { manifest } });
    const draft = aDraft({ programs: [aProgram({ executable: 'a/run' })] });
    const body = { draft, contentId: manifest.contentId, revision: 1 };
    await server.call(packageRoutes.update, { params: { id: 'hello' }, body });
    assert.deepEqual(await problems(), []);

    const { items } = await server.call(distributionPointRoutes.list);
    const siteItself = items.find((point) => point.id === 'site');
    assert.ok(siteItself);
    const {
      id: _,
      isBuiltIn: _b,
      publishedCount: _p,
      pendingCount: _q,
      failedCount: _f,
      ...point
    } = siteItself;
    await server.call(distributionPointRoutes.update, {
      params: { id: 'site' },
      body: { ...point, isEnabled: false },
    });
    assert.deepEqual(await problems(), [['copy', 'error', 'package-not-placed']]);
  },
);

onBothEngines(
  'DIST-15: the program that a scenario runs first is checked as those of its steps, and its package is in use',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const options = { restartAfter: false, powerOffAtEnd: false, restartAtStart: false };
    const withFirst = (program: string | null, packageId = 'first') => ({
      options: { ...options, runFirst: { packageId, program } },
    });
    await assert.rejects(create(server, withFirst(null)), refusedWith('draft-invalid', 422));
    const body = { draft: aDraft({ id: 'first' }), contentId: null };
    await server.call(packageRoutes.create, { body });
    await assert.rejects(create(server, withFirst('none')), refusedWith('draft-invalid', 422));
    const { id } = await create(server, withFirst(null));
    assert.deepEqual((await read(server, id)).draft.options.runFirst, { packageId: 'first', program: null });
    const remove = () => server.call(packageRoutes.remove, { params: { id: 'first' } });
    await assert.rejects(remove(), refusedWith('in-use', 409));
    await server.call(scenarioRoutes.remove, { params: { id } });
    await remove();
  },
);

onBothEngines('a scenario that is deleted frees its packages and its name', async (t, { databaseUrl }) => {
  const server = await site(t, databaseUrl);
  const { id } = await create(server);
  const remove = () => server.call(scenarioRoutes.remove, { params: { id } });
  await assert.rejects(
    server.call(packageRoutes.remove, { params: { id: 'hello' } }),
    refusedWith('in-use', 409),
  );
  assert.deepEqual(await remove(), { ok: true });
  await assert.rejects(read(server, id), refusedWith('not-found', 404));
  await assert.rejects(remove(), refusedWith('not-found', 404));
  await server.call(packageRoutes.remove, { params: { id: 'hello' } });
  await assert.rejects(create(server), refusedWith('draft-invalid', 422));
});
