import assert from 'node:assert/strict';
import { packageByteLimits } from '@tenkai/domain';
import { packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aScenario } from '@tenkai/testkit/builders.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { create, read, refusal, site } from './packages-for-test.ts';

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
