import assert from 'node:assert/strict';
import { agentPackageId, builtInPackages, type PackageDraft } from '@tenkai/domain';
import { packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import type { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aScenario, installStep } from '@tenkai/testkit/builders.ts';
import { deploy } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

const id = 'tenkai-certfix';

onBothEngines(
  'IDENT-18, IDENT-19: certfix is ready made in every site, hidden, for any logon, with rights that must stay',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const read = () => server.call(packageRoutes.get, { params: { id } });
    await server.app.packages.addBuiltIn();
    await server.app.packages.addBuiltIn();
    const { draft, revision, changes } = await read();
    assert.deepEqual([revision, changes.length, changes[0]?.by], [1, 1, 'system']);
    const [program] = draft.programs;
    assert.equal(program?.parameters, 'tenkai-agent certfix');
    const { window, logon, rights } = program?.options ?? {};
    assert.deepEqual([window, logon, rights], ['hidden', 'whether-or-not', 'administrator']);

    const save = (options: Partial<NonNullable<typeof program>['options']>, from: number) => {
      const programs = draft.programs.map((each) => ({ ...each, options: { ...each.options, ...options } }));
      return server.call(packageRoutes.update, {
        params: { id },
        body: { draft: { ...draft, programs }, contentId: null, revision: from },
      });
    };
    await assert.rejects(save({ rights: 'user' }, 1), ({ problem }: RemoteProblem) => {
      assert.deepEqual(
        problem.problems?.map(({ code }) => code),
        ['option-mandatory'],
      );
      return true;
    });
    await save({ window: 'normal', logon: 'only-when-nobody' }, 1);
    await server.app.packages.addBuiltIn();
    const kept = await read();
    assert.deepEqual([kept.revision, kept.draft.programs[0]?.options.window], [2, 'normal']);
  },
);

onBothEngines(
  'IDENT-18: a package of a newer server follows, one that is gone comes back, and one of another origin stays',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { packages } = server.app;
    const system = { userId: 'system', name: 'system' };
    const older = { ...(builtInPackages[0] as (typeof builtInPackages)[0]), version: '0' };
    await packages.save(system, { draft: older, contentId: null, origin: 'built-in' });
    await packages.addBuiltIn();
    assert.equal((await packages.sealedPackage(id))?.version, '1');
    await server.call(packageRoutes.remove, { params: { id } });
    await packages.addBuiltIn();
    assert.equal((await packages.standing(id))?.origin, 'built-in');
    await server.call(packageRoutes.remove, { params: { id } });
    await server.call(packageRoutes.create, { body: { draft: aDraft({ id }), contentId: null } });
    await packages.addBuiltIn();
    assert.deepEqual(await packages.standing(id), { origin: 'api', revision: 1 });
  },
);

onBothEngines(
  'IDENT-20: an update that supersedes certfix takes it out of no catalogue, and it can be deployed still',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { packages } = server.app;
    await packages.addBuiltIn();
    const draft = aDraft({ id: 'kb977384', supersedes: [id] });
    await server.call(packageRoutes.create, { body: { draft, contentId: null } });
    await packages.addBuiltIn();
    const { items } = await server.call(packageRoutes.list, { query: {} });
    assert.ok(['kb977384', id].every((each) => items.some((item) => item.id === each)));
    const steps = [installStep(id)];
    const { id: scenarioId } = await server.call(scenarioRoutes.create, { body: aScenario({ steps }) });
    await deploy(server, { subject: { kind: 'scenario', scenarioId } });
  },
);

onBothEngines(
  "BAGT-06: what an administrator chose about the package of the server stays when it follows; a condition that is the server's gives way to its next one",
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const params = { id: agentPackageId };
    const installed = (name: string) => ({ kind: 'package-installed', source: 'dpkg', name }) as const;
    const follow = async (version: string, condition: PackageDraft['condition']) => {
      const draft = aDraft({ id: agentPackageId, version, condition });
      await server.app.packages.saveOwn({ draft, contentId: null });
      return (await server.call(packageRoutes.get, { params })).draft;
    };
    const choose = async (own: Partial<PackageDraft>) => {
      const { draft, revision } = await server.call(packageRoutes.get, { params });
      const body = { draft: { ...draft, ...own }, contentId: null, revision };
      await server.call(packageRoutes.update, { params, body });
    };
    await follow('1', installed('first'));
    assert.deepEqual((await follow('2', installed('second'))).condition, installed('second'));
    await choose({ urgency: 'low' });
    assert.deepEqual((await follow('3', installed('third'))).condition, installed('third'));
    await choose({ condition: installed('chosen'), supersedes: ['old-agent'] });
    for (const version of ['4', '5']) {
      const next = await follow(version, installed('third'));
      assert.deepEqual(
        [next.version, next.condition, next.supersedes, next.urgency],
        [version, installed('chosen'), ['old-agent'], 'low'],
      );
    }
    await choose({ condition: null });
    assert.equal((await follow('6', installed('sixth'))).condition, null);
    await choose({ condition: installed('first') });
    assert.deepEqual((await follow('7', installed('seventh'))).condition, installed('seventh'));
  },
);
