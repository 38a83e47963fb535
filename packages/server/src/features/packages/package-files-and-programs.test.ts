import assert from 'node:assert/strict';
import { defaultRunOptions, type PackageDraft } from '@tenkai/domain';
import { packageRoutes } from '@tenkai/protocol';
import type { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aProgram } from '@tenkai/testkit/builders.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { create, read, refusal, site, upload } from './packages-for-test.ts';

onBothEngines(
  'BPKG-23: several folders keep their trees, and an executable outside of them is refused',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const contentId = await upload(t, server, {
      'main/setup.sh': '#!/bin/sh\n',
      'main/lib/a.so': 'a',
      'data/main/setup.sh': 'another',
    });
    await create(server, { programs: [aProgram({ executable: 'main/setup.sh' })] }, contentId);
    const detail = await read(server);
    assert.deepEqual(detail.folders, ['data', 'main']);
    assert.deepEqual(
      detail.files.map(({ path, sizeBytes }) => [path, sizeBytes]),
      [
        ['data/main/setup.sh', 7],
        ['main/lib/a.so', 1],
        ['main/setup.sh', 10],
      ],
    );
    assert.equal(detail.contentBytes, 18);
    for (const executable of ['../main/setup.sh', '/bin/sh', 'setup.sh', 'main', 'main\\lib\\a.so']) {
      const problems = await refusal(server, { id: 'out', programs: [aProgram({ executable })] }, contentId);
      assert.deepEqual(
        problems.map(({ field, code }) => [field, code]),
        [['programs[0].executable', 'program-executable-outside']],
      );
      if (executable.includes('\\')) assert.equal(problems[0]?.suggestion, 'main/lib/a.so');
    }
    assert.equal(
      (await refusal(server, { id: 'none', programs: [aProgram({ executable: 'main/setup.sh' })] })).length,
      1,
    );
  },
);

onBothEngines(
  'DIST-37: one pattern suits the package of each language, and becomes the file that it stands for when it is saved',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const programs = [aProgram({ executable: 'KB977203\\SCCM2007-*-KB977203-*.msi' })];
    for (const language of ['ENU', 'JPN']) {
      const file = `KB977203/SCCM2007-SP2-KB977203-${language}.msi`;
      const contentId = await upload(t, server, { [file]: language, 'KB977203/説明.txt': 'x' });
      await create(server, { id: language, programs }, contentId);
      const { draft } = await server.call(packageRoutes.get, { params: { id: language } });
      assert.equal(draft.programs[0]?.executable, file);
    }
    const both = await upload(t, server, {
      'KB977203/SCCM2007-SP1-KB977203-ENU.msi': 'a',
      'KB977203/SCCM2007-SP2-KB977203-ENU.msi': 'b',
    });
    const problems = await refusal(server, { id: 'both', programs }, both);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['program-executable-ambiguous'],
    );
    const none = await upload(t, server, { 'KB977203/readme.txt': 'a' });
    const [problem] = await refusal(server, { id: 'none', programs }, none);
    assert.equal(problem?.code, 'program-executable-outside');
  },
);

onBothEngines(
  'BPKG-38: an archive beside its contents, like whatever may go wrong later, is said when the package is saved',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const warningsOf = async (id: string, over: Partial<PackageDraft>, files: Record<string, string>) => {
      const { warnings } = await create(server, { id, ...over }, await upload(t, server, files));
      return warnings.map(({ code, params }) => [code, params]);
    };
    assert.deepEqual(await warningsOf('kana', {}, { '更新/setup.sh': 'x', 'ascii/file': 'y' }), [
      ['path-not-ascii', { path: '更新/setup.sh', count: 1 }],
    ]);
    const expanded = {
      'sp/XPSP2.EXE': 'x'.repeat(100),
      'sp/i386/a': 'y'.repeat(60),
      'sp/i386/b': 'z'.repeat(60),
      'sp/c': '',
    };
    assert.deepEqual(await warningsOf('twice', {}, expanded), [
      ['archive-beside-contents', { archive: 'sp/XPSP2.EXE', archiveBytes: 100, besideBytes: 120 }],
    ]);
    const xp = (parameters: string) => ({
      programs: [aProgram({ executable: 'sp/update.exe', parameters })],
    });
    const files = { 'sp/update.exe': 'MZ' };
    const noRestart = ['no-restart-switch-missing', { program: 'install', switch: '-z' }];
    const choice = ['quiet-switch-choice', { program: 'install', choices: '-u, -q' }];
    assert.deepEqual(await warningsOf('xp-none', xp(''), files), [noRestart, choice]);
    assert.deepEqual(await warningsOf('xp-both', xp('-z -u -q'), files), [choice]);
    assert.deepEqual(await warningsOf('xp-good', xp('-z -u -o'), files), []);
    const vista = {
      programs: [aProgram({ executable: 'sp/Windows6.0-KB948465-X86.exe', parameters: '/quiet' })],
    };
    assert.deepEqual(await warningsOf('vista', vista, { 'sp/Windows6.0-KB948465-X86.exe': 'MZ' }), [
      ['no-restart-switch-missing', { program: 'install', switch: '/norestart' }],
    ]);
  },
);

onBothEngines(
  'BPKG-39: the history of a package shows which files came, went and changed',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const before = await upload(t, server, { 'sp/netfw.inf': 'closed', 'sp/old': 'x', 'sp/same': 's' });
    const after = await upload(t, server, { 'sp/netfw.inf': 'open', 'sp/new': 'y', 'sp/same': 's' });
    await create(server, {}, before);
    await server.call(packageRoutes.update, {
      params: { id: 'hello' },
      body: { draft: aDraft(), contentId: after, revision: 1 },
    });
    assert.equal(
      (await read(server)).changes[0]?.summary,
      'files added: sp/new; files removed: sp/old; files changed: sp/netfw.inf',
    );
  },
);

onBothEngines(
  'DIST-08: a package holds several programs with options of their own, and one without switches',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const programs = Array.from({ length: 7 }, (_, index) =>
      aProgram({ name: `program ${index}`, parameters: `run ${index}` }),
    );
    await create(server, { programs });
    assert.deepEqual((await read(server)).draft.programs, programs);
    const twice = await refusal(server, { id: 'twice', programs: [aProgram(), aProgram()] });
    assert.deepEqual(
      twice.map(({ field, code }) => [field, code]),
      [['programs[1].name', 'program-name-twice']],
    );
    const contentId = await upload(t, server, { 'tool/run': 'x' });
    await create(
      server,
      { id: 'bare', programs: [aProgram({ executable: 'tool/run', parameters: '' })] },
      contentId,
    );
    const empty = await refusal(server, { id: 'empty', programs: [aProgram({ parameters: ' ' })] });
    assert.deepEqual(
      empty.map(({ code }) => code),
      ['program-empty'],
    );
  },
);

onBothEngines(
  'DIST-12: run options suit the environment; one that is mandatory stays until its mark is taken away',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const options = { ...defaultRunOptions, rights: 'administrator' as const };
    const program = aProgram({ options, mandatoryOptions: ['rights'] });
    await create(server, { programs: [program] });
    const save = (revision: number, change: Partial<typeof program>) =>
      server.call(packageRoutes.update, {
        params: { id: 'hello' },
        body: { draft: aDraft({ programs: [{ ...program, ...change }] }), contentId: null, revision },
      });
    const suited = { ...options, window: 'minimized' as const, maxRunTimeMinutes: 5 };
    assert.equal((await save(1, { options: suited })).package.revision, 2);
    const user = { ...suited, rights: 'user' as const };
    await assert.rejects(save(2, { options: user, mandatoryOptions: [] }), ({ problem }: RemoteProblem) => {
      assert.deepEqual(
        problem.problems?.map(({ field, code }) => [field, code]),
        [['programs[0].options.rights', 'option-mandatory']],
      );
      return true;
    });
    await save(2, { options: suited, mandatoryOptions: [] });
    assert.equal((await save(3, { options: user, mandatoryOptions: [] })).package.revision, 4);
  },
);

onBothEngines('parameters are stored byte for byte', async (t, { databaseUrl }) => {
  const server = await site(t, databaseUrl);
  const parameters = ` /qn  "C:\\Program Files\\x" 'a b' \\" $HOME %PATH% $\{NAME} 更新 `;
  await create(server, { programs: [aProgram({ parameters })] });
  assert.equal((await read(server)).draft.programs[0]?.parameters, parameters);
});
