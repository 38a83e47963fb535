import assert from 'node:assert/strict';
import { canonicalJson, type PackageDraft } from '@tenkai/domain';
import { packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import type { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aProgram, aScenario } from '@tenkai/testkit/builders.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { create, read, refusal, site } from './packages-for-test.ts';

onBothEngines('BPKG-01: a package is made, opened again and modified', async (t, { databaseUrl }) => {
  const server = await site(t, databaseUrl);
  const made = await create(server);
  assert.deepEqual([made.package.revision, made.warnings], [1, []]);
  const opened = await read(server);
  assert.equal(canonicalJson(opened.draft), canonicalJson(aDraft()));
  const draft = { ...opened.draft, version: '1.1', summary: '二つ目' };
  const changed = await server.call(packageRoutes.update, {
    params: { id: 'hello' },
    body: { draft, contentId: null, revision: opened.revision },
  });
  assert.equal(changed.package.revision, 2);
  const { draft: stored, changes } = await read(server);
  assert.deepEqual([stored.version, stored.summary], ['1.1', '二つ目']);
  assert.deepEqual(
    changes.map(({ revision, by, summary }) => [revision, by, summary]),
    [
      [2, 'test-administrator', 'summary: "" → "二つ目"; version: "1.0" → "1.1"'],
      [1, 'test-administrator', 'made'],
    ],
  );
  const first = await server.app.packages.sealedPackage('hello', 1);
  assert.equal(first?.version, '1.0', 'a sealed revision never changes');
  assert.equal((await server.app.packages.sealedPackage('hello'))?.version, '1.1');
});

onBothEngines(
  'BPKG-01: whoever edits an old revision is told, and an edit that changes nothing seals nothing',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    await create(server);
    const save = (version: string, revision: number) =>
      server.call(packageRoutes.update, {
        params: { id: 'hello' },
        body: { draft: aDraft({ version }), contentId: null, revision },
      });
    assert.equal((await save('1.0', 1)).package.revision, 1);
    assert.equal((await save('2.0', 1)).package.revision, 2);
    await assert.rejects(save('3.0', 1), refusedWith('changed-meanwhile', 409));
    const both = await Promise.allSettled([save('4.0', 2), save('5.0', 2)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.equal((await read(server)).revision, 3);
    const moved = server.call(packageRoutes.update, {
      params: { id: 'hello' },
      body: { draft: aDraft({ id: 'other' }), contentId: null, revision: 3 },
    });
    await assert.rejects(moved, refusedWith('draft-invalid', 422));
  },
);

onBothEngines(
  'BPKG-06: a second package of the same ID is a conflict and overwrites nothing',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    await create(server, { name: 'First' });
    const before = await dumpWorld(server);
    await assert.rejects(create(server, { name: 'Second' }), refusedWith('already-exists', 409));
    await assert.rejects(create(server, { id: 'HELLO' }), refusedWith('already-exists', 409));
    assert.deepEqual(await dumpWorld(server), before);
    const both = await Promise.allSettled([create(server, { id: 'race' }), create(server, { id: 'race' })]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  },
);

onBothEngines(
  'BSCN-03: registered packages are found by ID, type and operating system, and one that is deleted is not',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const suits = (operatingSystem: string) => ({
      targets: [{ operatingSystem, language: 'any', architecture: 'any' as const }],
    });
    await create(server, { id: 'KB977203', type: 'hotfix', ...suits('windows-xp') });
    const level = { majorVersion: 3, minorVersion: 0 };
    await create(server, { id: 'SP3', type: 'service-pack', ...level, ...suits('windows-xp') });
    await create(server, { id: 'nginx', ...suits('debian') });
    await create(server, { id: 'gone', ...suits('debian') });
    await server.call(packageRoutes.remove, { params: { id: 'gone' } });
    const ids = async (search: string) =>
      (await server.call(packageRoutes.list, { query: { search } })).items.map(({ id }) => id).sort();
    assert.deepEqual(await ids('kb9772'), ['KB977203']);
    assert.deepEqual(await ids('windows xp'), ['KB977203', 'SP3']);
    assert.deepEqual(await ids('windows-xp hotfix'), ['KB977203']);
    assert.deepEqual(await ids('Debian'), ['nginx']);
    assert.deepEqual(await ids(''), ['KB977203', 'SP3', 'nginx']);
    const { items } = await server.call(packageRoutes.list, { query: { search: 'SP3' } });
    assert.deepEqual(items[0]?.operatingSystems, ['Windows XP']);
  },
);

onBothEngines(
  'DIST-01, DIST-02, DIST-04: the list shows the joined name, ID and origin, and filters by kind',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const tool = {
      publisher: 'Microsoft Corporation',
      name: 'Microsoft Updates Tool',
      version: '2.0',
      language: 'ALL',
    };
    await create(server, { id: 'S0100001', type: 'tool', ...tool });
    await create(server, { id: 'S0100002', type: 'hotfix', name: 'KB977203', publisher: '日本電気' });
    const rows = (await server.call(packageRoutes.list, { as: 'viewer' })).items;
    assert.deepEqual(
      rows.map(({ id, displayName, origin }) => [id, displayName, origin]),
      [
        ['S0100001', 'Microsoft Corporation Microsoft Updates Tool 2.0 ALL', 'api'],
        ['S0100002', '日本電気 KB977203 1.0 ALL', 'api'],
      ],
    );
    const ids = async (query: { search?: string; type?: string }) =>
      (await server.call(packageRoutes.list, { query })).items.map(({ id }) => id);
    assert.deepEqual(await ids({ type: 'hotfix' }), ['S0100002']);
    assert.deepEqual(await ids({ search: 'updates MICROSOFT' }), ['S0100001']);
    assert.deepEqual(await ids({ search: '日本' }), ['S0100002']);
    assert.deepEqual(await ids({ search: '100%_' }), []);
  },
);

onBothEngines(
  'a package that a scenario or a package needs cannot be deleted',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    await create(server);
    const remove = (id: string) => server.call(packageRoutes.remove, { params: { id } });
    const scenario = await server.call(scenarioRoutes.create, { body: aScenario({ name: 'Uses hello' }) });
    assert.deepEqual((await read(server)).usedBy, [{ id: scenario.id, name: 'Uses hello' }]);
    await assert.rejects(remove('hello'), refusedWith('in-use', 409));
    await server.call(scenarioRoutes.remove, { params: { id: scenario.id } });
    const requires = [{ packageId: 'hello', program: null }];
    await create(server, { id: 'needs-hello', programs: [aProgram({ requires })] });
    await assert.rejects(remove('hello'), refusedWith('in-use', 409));
    await remove('needs-hello');
    await remove('hello');
    await assert.rejects(read(server), refusedWith('not-found', 404));
    await assert.rejects(remove('hello'), refusedWith('not-found', 404));
    await create(server);
    const actions = await server.kernel.db.read.all<{ action: string }>(
      "SELECT action FROM kernel_audit WHERE object = 'package:hello' ORDER BY seq",
    );
    assert.deepEqual(
      actions.map(({ action }) => action),
      ['packages.created', 'packages.removed', 'packages.created'],
    );
  },
);

onBothEngines('a draft is checked without being saved, by a viewer too', async (t, { databaseUrl }) => {
  const server = await site(t, databaseUrl);
  const before = await dumpWorld(server);
  const { problems, warnings } = await server.call(packageRoutes.check, {
    as: 'viewer',
    body: { draft: aDraft({ id: 'a b', urgency: 'high' }), contentId: null },
  });
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['package-id-characters'],
  );
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['urgency-automatic'],
  );
  await assert.rejects(
    server.call(packageRoutes.create, { as: 'viewer', body: { draft: aDraft(), contentId: null } }),
    refusedWith('not-allowed', 403),
  );
  assert.deepEqual(await dumpWorld(server), before);
});

onBothEngines(
  'BAUT-13: packages that would need each other in a circle are not saved, and the path is named',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    await create(server, { id: 'SP3', requires: [{ anyOf: ['SP1', 'SP2'] }], supersedes: ['SP2'] });
    await create(server, { id: 'SP2', requires: [{ anyOf: ['SP1'] }] });
    await assert.rejects(
      create(server, { id: 'SP1', requires: [{ anyOf: ['SP3'] }] }),
      (error: RemoteProblem) => {
        assert.equal(error.problem.code, 'package-relation-cycle');
        assert.match(error.problem.message, /SP1 → SP3 → SP1|SP1 → SP3 → SP2 → SP1/);
        return true;
      },
    );
    const changed = { ...aDraft({ id: 'SP2' }), supersedes: ['SP3'] };
    const body = { draft: changed, contentId: null, revision: 1 };
    await assert.rejects(
      server.call(packageRoutes.update, { params: { id: 'SP2' }, body }),
      refusedWith('package-relation-cycle'),
    );
    const [own] = await refusal(server, { id: 'x', requires: [{ anyOf: ['x'] }] });
    assert.deepEqual([own?.field, own?.code], ['requires[0]', 'relation-to-itself']);
    await assert.rejects(server.call(packageRoutes.remove, { params: { id: 'SP2' } }), refusedWith('in-use'));
  },
);

onBothEngines(
  'BAUT-16: a service pack that says nothing of earlier ones is cautioned',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const level = { type: 'service-pack', majorVersion: 2, minorVersion: 0 } as const;
    const codes = async (over: Partial<PackageDraft>) =>
      (await create(server, over)).warnings.map(({ code }) => code);
    assert.deepEqual(await codes({ ...level, id: 'bare' }), ['service-pack-without-prerequisite']);
    assert.deepEqual(await codes({ ...level, id: 'first', majorVersion: 1 }), []);
    assert.deepEqual(await codes({ ...level, id: 'told', requires: [{ anyOf: ['first'] }] }), []);
    const condition = { kind: 'registry', key: 'HKLM\\x', name: 'CSDVersion' } as const;
    assert.deepEqual(await codes({ ...level, id: 'asks', condition }), []);
  },
);
