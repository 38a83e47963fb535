import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { canonicalJson, defaultRunOptions, type PackageDraft, packageByteLimits } from '@tenkai/domain';
import { packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import type { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aProgram, aScenario } from '@tenkai/testkit/builders.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';

async function site(t: TestContext, databaseUrl: string | undefined): Promise<TestServer> {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  return server;
}

/** Uploads files by path; the first part of each path is a folder of the package. */
async function upload(t: TestContext, server: TestServer, files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-package-'));
  atEnd(t, () => rm(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  const folders = [...new Set(Object.keys(files).map((path) => join(dir, path.split('/')[0] ?? '')))];
  return (await uploadFolder(server, ...folders)).contentId;
}

const create = (server: TestServer, over: Partial<PackageDraft> = {}, contentId: string | null = null) =>
  server.call(packageRoutes.create, { body: { draft: aDraft(over), contentId } });
const read = (server: TestServer, id = 'hello') => server.call(packageRoutes.get, { params: { id } });

/** The fields and codes with which a draft is refused; nothing may have changed. */
async function refusal(server: TestServer, over: Partial<PackageDraft>, contentId: string | null = null) {
  const before = await dumpWorld(server);
  const found = await create(server, over, contentId).then(
    () => assert.fail('it was accepted'),
    ({ problem, status }: RemoteProblem) => {
      assert.deepEqual([status, problem.code], [422, 'draft-invalid']);
      return problem.problems ?? [];
    },
  );
  assert.deepEqual(await dumpWorld(server), before);
  return found;
}

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
  'BPKG-05: package id allows at most 63 bytes of letters, digits, "-" and "_", and the refusal names the rule',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    await create(server, { id: 'a'.repeat(63) });
    for (const [id, rule] of [
      ['a'.repeat(64), /At most 63 bytes/],
      ['', /required/],
      ['a.b', /half-width letters and digits/],
      ['a b', /half-width letters and digits/],
      ['あ', /half-width letters and digits/],
      ['Ａ', /half-width letters and digits/],
    ] as const) {
      const problems = await refusal(server, { id });
      assert.deepEqual(
        problems.map(({ field }) => field),
        ['id'],
        id,
      );
      assert.match(problems[0]?.message ?? '', rule);
    }
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
  'BPKG-07, BPKG-10, BPKG-11, BPKG-16: texts are limited in UTF-8 bytes, and come back whole',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const fields = ['publisher', 'summary', 'advisoryId'] as const;
    for (const field of fields) {
      const limit = packageByteLimits[field];
      const kana = 'あ'.repeat(Math.floor(limit / 3)) + 'a'.repeat(limit % 3);
      await create(server, { id: `at-${field}`, [field]: kana });
      assert.equal((await read(server, `at-${field}`)).draft[field], kana);
      const problems = await refusal(server, { [field]: `${kana}a` });
      assert.deepEqual(
        problems.map(({ field: name, code, params }) => [name, code, params]),
        [[field, 'too-many-bytes', { bytes: limit + 1, limit }]],
      );
    }
    await create(server, { id: 'kana-42', publisher: 'か'.repeat(42) });
    assert.equal((await refusal(server, { publisher: 'か'.repeat(43) })).length, 1);
  },
);

onBothEngines('BPKG-08: a release date is YYYY/MM/DD or is refused', async (t, { databaseUrl }) => {
  const server = await site(t, databaseUrl);
  await create(server, { id: 'dated', releaseDate: '2013/03/11' });
  assert.equal((await read(server, 'dated')).draft.releaseDate, '2013/03/11');
  for (const [releaseDate, suggestion] of [
    ['2013/3/1', '2013/03/01'],
    ['2013/13/40', '2013/12/31'],
    ['13/03/11', '2013/03/11'],
    ['abc', undefined],
  ] as const) {
    const [problem] = await refusal(server, { releaseDate });
    assert.deepEqual(
      [problem?.field, problem?.code, problem?.suggestion],
      ['releaseDate', 'release-date', suggestion],
    );
  }
});

onBothEngines(
  'BPKG-09: an impossible date is refused with a suggestion; with fix the corrected one is stored and said',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const [problem] = await refusal(server, { releaseDate: '2013/02/30' });
    assert.equal(problem?.suggestion, '2013/02/28');
    const draft = aDraft({ releaseDate: '2013/02/30' });
    const { warnings } = await server.call(packageRoutes.create, {
      body: { draft, contentId: null, fix: true },
    });
    assert.deepEqual(
      warnings.map(({ code, params }) => [code, params]),
      [['release-date-corrected', { given: '2013/02/30', stored: '2013/02/28' }]],
    );
    assert.equal((await read(server)).draft.releaseDate, '2013/02/28');
    const hopeless = server.call(packageRoutes.create, {
      body: { draft: aDraft({ id: 'x', releaseDate: 'abc' }), contentId: null, fix: true },
    });
    await assert.rejects(hopeless, refusedWith('draft-invalid', 422));
  },
);

onBothEngines(
  'BPKG-12, BPKG-18, BPKG-19: the type decides which fields are required, and 0 is a value',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const problems = await refusal(server, { type: 'service-pack' });
    assert.deepEqual(
      problems.map(({ field }) => field),
      ['majorVersion', 'minorVersion'],
    );
    await create(server, { id: 'sp', type: 'service-pack', majorVersion: 2, minorVersion: 0 });
    assert.equal((await read(server, 'sp')).draft.minorVersion, 0);
    for (const type of ['application', 'hotfix', 'linux-update', 'tool', 'agent'] as const)
      await create(server, { id: type, type });
    assert.equal((await refusal(server, { detection: [] }))[0]?.code, 'detection-required');
    await create(server, { id: 'tool-2', type: 'tool', detection: [] });
  },
);

onBothEngines(
  'BPKG-13: all four urgencies come back; highest and high carry a caution, in scenarios too',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    for (const urgency of ['highest', 'high', 'normal', 'low'] as const) {
      const { warnings } = await create(server, { id: urgency, urgency });
      assert.equal((await read(server, urgency)).draft.urgency, urgency);
      const isAutomatic = urgency === 'highest' || urgency === 'high';
      assert.deepEqual(
        warnings.map(({ code }) => code),
        isAutomatic ? ['urgency-automatic'] : [],
      );
      const steps = [
        { kind: 'install-package' as const, id: 's', name: 's', packageId: urgency, program: null },
      ];
      const scenario = await server.call(scenarioRoutes.create, {
        body: aScenario({ name: urgency, steps }),
      });
      assert.deepEqual(
        scenario.problems.map(({ severity, code }) => [severity, code]),
        isAutomatic ? [['caution', 'urgency-also-automatic']] : [],
      );
    }
  },
);

onBothEngines(
  'BPKG-17, BPKG-43: identification and rows of system, language and architecture come back',
  async (t, { databaseUrl }) => {
    const server = await site(t, databaseUrl);
    const targets = [
      {
        operatingSystem: 'windows-xp',
        language: 'ja',
        architecture: 'x86' as const,
        baseServicePack: { major: 2, minor: 0 },
      },
      { operatingSystem: 'debian', version: '12', language: 'any', architecture: 'any' as const },
    ];
    await create(server, { type: 'hotfix', identification: 'KB977203', targets });
    const { draft } = await read(server);
    assert.deepEqual([draft.identification, draft.targets], ['KB977203', targets]);
    const [xp] = targets;
    assert.ok(xp);
    const twice = await refusal(server, { id: 'twice', targets: [xp, xp] });
    assert.deepEqual(
      twice.map(({ field, code }) => [field, code]),
      [['targets[1]', 'target-twice']],
    );
    const { operatingSystems, languages } = await server.call(packageRoutes.operatingSystems);
    for (const id of ['windows-xp', 'windows-server-2003', 'debian', 'ubuntu'])
      assert.ok(
        operatingSystems.some((system) => system.id === id),
        id,
      );
    assert.ok(languages.includes('ja') && languages.includes('any'));
  },
);

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
