import assert from 'node:assert/strict';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalJson, newPackageDraft, newProgram, type PackageDraft } from '@tenkai/domain';
import { type PackageDetail, packageRoutes } from '@tenkai/protocol';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';
import { server, withFolder } from './package-for-test.ts';

test('BPKG-02: options make the same descriptor bytes as the form for the same input', async (t) => {
  const { cli, dir } = await withFolder(t, {
    'myapp/setup.sh': '#!/bin/sh\n',
    'before.sh': 'ufw allow 80\n',
    'detect.sh': 'echo yes\n',
    'condition.json': '{"kind":"file-exists","path":"/etc/debian_version"}',
  });
  const expected: PackageDraft = newPackageDraft({
    id: 'myapp',
    name: 'アプリ "quoted"',
    publisher: '日本電気',
    version: '1.4',
    language: 'ja',
    releaseDate: '2026/11/20',
    summary: 'a summary',
    type: 'hotfix',
    urgency: 'high',
    advisoryId: 'KB977203',
    identification: 'id',
    majorVersion: 3,
    minorVersion: 0,
    targets: [{ operatingSystem: 'debian', version: '12', language: 'any', architecture: 'x64' }],
    condition: { kind: 'file-exists', path: '/etc/debian_version' },
    detection: [
      { kind: 'package', source: 'dpkg', name: 'nginx', operator: '>=', version: '1.22' },
      { kind: 'file', path: '/opt/myapp/version' },
      { kind: 'script', interpreter: 'sh', text: 'echo yes\n' },
    ],
    programs: [
      newProgram({
        executable: 'myapp/setup.sh',
        parameters: `-q "a b" 'c'`,
        options: { window: 'hidden', logon: 'whether-or-not', rights: 'administrator', maxRunTimeMinutes: 5 },
        mandatoryOptions: ['rights', 'logon'],
        exitCodes: { success: [0, 7], restart: [3010, 1641] },
      }),
    ],
    restartAfterInstall: true,
    before: { interpreter: 'sh', text: 'ufw allow 80\n' },
  });
  const args = [
    'package',
    'create',
    'myapp',
    '--name',
    'アプリ "quoted"',
    '--publisher',
    '日本電気',
    '--version',
    '1.4',
  ];
  args.push('--language', 'ja', '--release-date', '2026/11/20', '--summary', 'a summary', '--type', 'hotfix');
  args.push(
    '--urgency',
    'high',
    '--advisory',
    'KB977203',
    '--identification',
    'id',
    '--major',
    '3',
    '--minor',
    '0',
  );
  args.push('--target', 'debian:12:any:x64', '--condition', 'condition.json', '--detect-dpkg', 'nginx>=1.22');
  args.push(
    '--detect-file',
    '/opt/myapp/version',
    '--detect-script',
    'detect.sh',
    '--exec',
    'myapp/setup.sh',
  );
  args.push('--mandatory', 'rights', 'logon');
  args.push(
    '--parameters',
    `-q "a b" 'c'`,
    '--max-run-time',
    '5',
    '--success-codes',
    '0,7',
    '--restart-after',
  );
  args.push('--before', 'before.sh');
  const { code, stderr } = await cli.run(args, { cwd: dir });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Warning: urgency:/);
  const stored = async (id: string) =>
    (
      await server.kernel.db.read.one<{ draft: string }>(
        'SELECT draft FROM packages_revisions WHERE package_id = ?',
        [id],
      )
    )?.draft;
  assert.equal(await stored('myapp'), canonicalJson(expected));

  const formInput = { ...expected, id: 'by-form' };
  const { contentId } = await server.call(packageRoutes.get, { params: { id: 'myapp' } });
  await server.call(packageRoutes.create, { body: { draft: formInput, contentId } });
  const shown: PackageDraft = await cli.json(['package', 'show', 'by-form', '--draft']);
  await cli.run(
    ['package', 'create', '--from', '-', '--id', 'by-cli', '--exec', '', '--parameters', 'true'],
    {
      stdin: JSON.stringify(shown),
    },
  );
  const programs = [{ ...expected.programs[0], executable: null, parameters: 'true' }];
  assert.equal(await stored('by-cli'), canonicalJson({ ...expected, id: 'by-cli', programs }));
});

test('BPKG-01, BPKG-21: the command line makes a package of a folder, opens it again and changes only what is named', async (t) => {
  const { cli, dir } = await withFolder(t, {
    'tool/run.sh': '#!/bin/sh\n',
    'tool/new.txt': 'x',
    'other/run.sh': 'y',
  });
  const made = await cli.run(
    ['package', 'create', 'tool', '--type', 'tool', '--exec', 'tool/run.sh', '--version', '1'],
    { cwd: dir },
  );
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /Made tool \(tool 1 ALL\), revision 1/);
  const before: PackageDetail = await cli.json(['package', 'show', 'tool']);
  assert.equal((await cli.run(['package', 'modify', 'tool', '--version', '2', '--standalone'])).code, 0);
  const after: PackageDetail = await cli.json(['package', 'show', 'tool', '--files']);
  assert.deepEqual(after.draft, { ...before.draft, version: '2', standalone: true });
  assert.equal(after.contentId, before.contentId);
  const same = await cli.run(['package', 'modify', 'tool', '--version', '2']);
  assert.match(same.stdout, /Nothing differs/);
  const wrong = await cli.run(['package', 'modify', 'tool', 'other'], { cwd: dir });
  assert.equal(wrong.code, 1, 'its executable would be missing');
  assert.match(wrong.stderr, /programs\[0\]\.executable: The executable "tool\/run\.sh" is not a file/);
  const text = await cli.run(['package', 'show', 'tool', '--files']);
  assert.match(text.stdout, /tool\/run\.sh +10/);
  const list = await cli.run(['package', 'list', '--search', 'TOOL']);
  assert.match(list.stdout, /^Name .* ID\n.*tool 2 ALL.* tool$/m);
  assert.match((await cli.run(['package', 'remove', 'tool'])).stderr, /terminal-needed/);
  assert.equal((await cli.run(['package', 'remove', 'tool', '--yes'])).code, 0);
});

test('BPKG-48: rules on the registry, to condition and to detect', async (t) => {
  const cli = await cliOf(t, server);
  const told = async (...rules: string[]) => {
    const args = [
      'package',
      'check',
      '--id',
      'x',
      '--name',
      'x',
      '--parameters',
      'true',
      '--detect-registry',
      ...rules,
    ];
    return cli.json([...args, '--condition-registry', ...rules]);
  };
  const key = 'HKLM\\SOFTWARE\\A B';
  const { draft }: { draft: PackageDraft } = await told(
    key,
    `${key}!Build No >= 10.0`,
    `32:${key}!n!=0x10`,
    `64:${key} missing`,
    `${key}!=text with = in it`,
  );
  const expected = [
    { key },
    { key, name: 'Build No', operator: '>=', data: '10.0' },
    { key, name: 'n', operator: '!=', data: '0x10', view: '32' },
    { key, operator: 'missing', view: '64' },
    { key, name: '', operator: '=', data: 'text with = in it' },
  ].map((rule) => ({ kind: 'registry', ...rule }));
  assert.deepEqual(draft.detection, expected);
  assert.deepEqual(draft.condition, { kind: 'all', of: expected });
  const wrong = await cli.run(['package', 'check', '--id', 'x', '--condition-registry', 'SOFTWARE\\X']);
  assert.deepEqual([wrong.code, /KEY begins with HK/.test(wrong.stderr)], [2, true]);
});

test('BFWL-23, BPKG-40, BPKG-41: netfw.inf is opened for programs; the firewall is turned off only when it is confirmed, and the audit log has it', async (t) => {
  const section = (profile: string) => `[ICF.AddReg.${profile}]\r\n`;
  const text = `; 日本語\r\n${section('DomainProfile')}\r\n${section('StandardProfile')}`;
  const { cli, dir } = await withFolder(t, {
    'netfw.inf': text,
    'broken.inf': `${text}"X",0x00010001,1\r\n`,
  });
  const made = () => readFile(join(dir, 'netfw.inf'), 'utf8');
  const netfw = (...args: string[]) => cli.run(['package', 'netfw', ...args], { cwd: dir });
  const audited = async () =>
    (
      await server.kernel.db.read.all<{ action: string }>(
        "SELECT action FROM kernel_audit WHERE object = 'file:netfw.inf' ORDER BY seq",
      )
    ).map(({ action }) => action);
  const unconfirmed = await netfw('netfw.inf', '--disable-firewall');
  assert.deepEqual([unconfirmed.code, /netfw-off-unconfirmed/.test(unconfirmed.stderr)], [1, true]);
  const direct = { body: { text, disablesFirewall: true } };
  await assert.rejects(server.call(packageRoutes.netfw, direct), /has to be confirmed/);
  const broken = await netfw('broken.inf', '--check');
  assert.deepEqual([broken.code, /line 5 .*broken/i.test(broken.stderr)], [1, true]);
  assert.deepEqual([await made(), await audited()], [text, []]);
  assert.equal((await netfw('netfw.inf', '--yes')).code, 0);
  const opened = await made();
  assert.ok(opened.startsWith('; 日本語\r\n') && opened.includes('DeploymentManager(rupdsvc.exe)'));
  assert.equal(opened.includes('EnableFirewall'), false);
  assert.equal((await netfw('netfw.inf', '--disable-firewall', '--yes')).code, 0);
  assert.match(await made(), /"EnableFirewall",0x00010001,0/);
  assert.deepEqual(await audited(), ['packages.firewall-opened', 'packages.firewall-disabled']);
});

test('hostile folders and wrong drafts are refused before anything is sent', async (t) => {
  const { cli, dir } = await withFolder(t, { 'evil/ok': 'x', 'good/run.sh': 'y' });
  await symlink('/etc/shadow', join(dir, 'evil', 'shadow'));
  const before = await dumpWorld(server);
  const cases: [string[], number, RegExp][] = [
    [['package', 'create', 'evil', '--parameters', 'true', '--type', 'tool'], 1, /content-symlink/],
    [['package', 'create', 'absent', '--parameters', 'true', '--type', 'tool'], 1, /content-folder-missing/],
    [['package', 'create', 'good/run.sh'], 2, /is a file: give folders/],
    [
      ['package', 'create', 'good', '--exec', '../good/run.sh', '--type', 'tool'],
      1,
      /program-executable-outside|is not a file of the folders/,
    ],
    [['package', 'create', 'good', '--exec', 'good/run.sh'], 1, /detection: A package needs a rule/],
    [['package', 'create', 'good', '--exec', 'good/run.sh', '--detect-dpkg', 'a b c'], 2, /is not a name/],
    [['package', 'create', 'good', '--target', 'debian:12:any:vax'], 2, /architectures are/],
    [['package', 'create', '--id', 'x', '--from', 'good/run.sh'], 2, /file-not-json/],
    [['package', 'create', 'good', '--type', 'nonsense'], 2, /Allowed choices/],
    [
      ['package', 'create', 'good', '--type', 'tool', '--parameters', 'x', '--release-date', '2013/02/30'],
      1,
      /Suggestion: 2013\/02\/28/,
    ],
  ];
  for (const [args, status, expected] of cases) {
    const { code, stderr, stdout } = await cli.run(args, { cwd: dir });
    assert.equal(code, status, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, expected);
    assert.equal(stdout, '');
  }
  assert.deepEqual(await dumpWorld(server), before);
});

test('BPKG-09: --fix corrects the date and says so', async (t) => {
  const { cli } = await withFolder(t, {});
  const args = [
    'package',
    'create',
    '--id',
    'dated',
    '--name',
    'Dated',
    '--type',
    'tool',
    '--parameters',
    'true',
  ];
  const fixed = await cli.run([...args, '--release-date', '2013/2/30', '--fix']);
  assert.equal(fixed.code, 0, fixed.stderr);
  assert.match(fixed.stderr, /was corrected to 2013\/02\/28/);
  const { draft }: PackageDetail = await cli.json(['package', 'show', 'dated']);
  assert.equal(draft.releaseDate, '2013/02/28');
});
