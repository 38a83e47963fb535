import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { canonicalJson, newPackageDraft, newProgram, type PackageDraft } from '@tenkai/domain';
import { type PackageDetail, packageRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { type Cli, cliOf, runProgram } from '@tenkai/testkit/tenkai-cli.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer({ listen: true });
});
after(() => server.stop());

async function withFolder(t: TestContext, files: Record<string, string>): Promise<{ cli: Cli; dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-cli-package-'));
  atEnd(t, () => rm(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  return { cli: await cliOf(t, server), dir };
}

const noRpmbuild = existsSync('/usr/bin/rpmbuild')
  ? false
  : 'rpmbuild is MISSING: install the apt package rpm';
const noDpkg = existsSync('/usr/bin/dpkg-deb') ? false : 'dpkg-deb is missing: this is no Debian';
const noScript = existsSync('/usr/bin/script') ? false : 'script(1) is missing: install bsdutils';

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

test('DIST-03: the source files of a package are listed with their time stamps, and come back as they were', async (t) => {
  const { cli, dir } = await withFolder(t, {
    'dist3/run.sh': '#!/bin/sh\n',
    'dist3/日本 語/#1.txt': 'x',
    'dist3/empty': '',
  });
  const changedAt = new Date('2008-04-14T12:00:00Z');
  await utimes(join(dir, 'dist3/run.sh'), changedAt, changedAt);
  const make = ['package', 'create', 'dist3', '--type', 'tool', '--exec', 'dist3/run.sh', '--version', '1'];
  assert.equal((await cli.run(make, { cwd: dir })).code, 0);
  const { files }: PackageDetail = await cli.json(['package', 'show', 'dist3']);
  assert.deepEqual(
    files.map(({ path, modifiedAt }) => [path, path === 'dist3/run.sh' ? modifiedAt : modifiedAt !== null]),
    [
      ['dist3/empty', true],
      ['dist3/run.sh', changedAt.getTime()],
      ['dist3/日本 語/#1.txt', true],
    ],
  );
  const text = await cli.run(['package', 'show', 'dist3', '--files']);
  assert.match(text.stdout, /dist3\/run\.sh +10 +2008-04-1/);

  assert.equal((await cli.run(['package', 'download', 'dist3', '--to', 'back'], { cwd: dir })).code, 0);
  for (const { path, modifiedAt } of files) {
    assert.deepEqual(await readFile(join(dir, 'back', path)), await readFile(join(dir, path)), path);
    assert.equal((await stat(join(dir, 'back', path))).mtimeMs, modifiedAt, path);
  }
  const wrong = await cli.run(['package', 'download', 'dist3', 'dist3/none', '--to', 'other'], { cwd: dir });
  assert.match(wrong.stderr, /not-found/);
  await assert.rejects(stat(join(dir, 'other')), { code: 'ENOENT' });

  // The same content again, touched: another time, and nothing else.
  await utimes(join(dir, 'dist3/run.sh'), new Date(), new Date('2009-01-01T00:00:00Z'));
  const touched = await cli.run(['package', 'modify', 'dist3', 'dist3'], { cwd: dir });
  assert.match(touched.stdout, /Nothing differs/);
  const after: PackageDetail = await cli.json(['package', 'show', 'dist3']);
  assert.equal(after.files[1]?.modifiedAt, Date.parse('2009-01-01T00:00:00Z'));
});

test('a .deb fills in name, version, machines, program and detection by itself', {
  skip: noDpkg,
}, async (t) => {
  const { cli, dir } = await withFolder(t, {
    'build/DEBIAN/control':
      'Package: libfoo1.2\nVersion: 1:2.3-4~bpo12+1\nArchitecture: all\nMaintainer: Jörg Müller <j@example.org>\nDescription: does foo\n more about foo\n .\n and bar: baz\n',
    'build/usr/share/foo/version': '2.3',
  });
  const deb = join(dir, 'libfoo1.2_2.3.deb');
  assert.equal(spawnSync('dpkg-deb', ['--root-owner-group', '-b', join(dir, 'build'), deb]).status, 0);
  const { code, stderr } = await cli.run(['package', 'create', deb]);
  assert.equal(code, 0, stderr);
  const { draft, files }: PackageDetail = await cli.json(['package', 'show', 'libfoo1-2']);
  assert.deepEqual(
    [draft.name, draft.version, draft.publisher, draft.summary],
    ['libfoo1.2', '1:2.3-4~bpo12+1', 'Jörg Müller', 'does foo'],
  );
  assert.deepEqual(draft.detection, [
    { kind: 'package', source: 'dpkg', name: 'libfoo1.2', operator: '>=', version: '1:2.3-4~bpo12+1' },
  ]);
  assert.equal(draft.programs[0]?.executable, 'libfoo1-2/libfoo1.2_2.3.deb');
  assert.deepEqual(
    files.map(({ path }) => path),
    ['libfoo1-2/libfoo1.2_2.3.deb'],
  );
  const broken = join(dir, 'broken.deb');
  await writeFile(broken, 'no archive');
  const refused = await cli.run(['package', 'create', broken]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /tool-failed/);
});

const rpmSpec = `Name: libbar1.2
Epoch: 1
Version: 2.3
Release: 4.el9
Summary: does foo
License: MIT
Vendor: Example, Inc.
BuildArch: noarch
%description
does foo
%files
`;

test('a text that is called .rpm is no list of other files, and a source package installs nothing', {
  skip: noRpmbuild,
}, async (t) => {
  const { cli, dir } = await withFolder(t, { 'foo.spec': rpmSpec, 'list.rpm': '/etc/hostname\n' });
  const build = ['-bs', '--define', `_topdir ${join(dir, 'top')}`, join(dir, 'foo.spec')];
  const { status, stderr: said } = spawnSync('rpmbuild', build, { encoding: 'utf8' });
  assert.equal(status, 0, said);
  const text = await cli.run(['package', 'create', join(dir, 'list.rpm')]);
  assert.notEqual(text.code, 0);
  assert.doesNotMatch(text.stderr, /hostname/);
  const source = join(dir, 'top/SRPMS/libbar1.2-2.3-4.el9.src.rpm');
  const { code, stderr } = await cli.run(['package', 'create', source]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /source package/);
});

test('an .rpm fills in name, version, machines, program and detection by itself', {
  skip: noRpmbuild,
}, async (t) => {
  const { cli, dir } = await withFolder(t, { 'foo.spec': rpmSpec });
  const build = ['--define', `_topdir ${dir}/top`, '-bb', join(dir, 'foo.spec')];
  const { status, stderr: said } = spawnSync('rpmbuild', build, { encoding: 'utf8' });
  assert.equal(status, 0, said);
  const rpm = join(dir, 'top/RPMS/noarch/libbar1.2-2.3-4.el9.noarch.rpm');
  const { code, stderr } = await cli.run(['package', 'create', rpm]);
  assert.equal(code, 0, stderr);
  const { draft, files }: PackageDetail = await cli.json(['package', 'show', 'libbar1-2']);
  assert.deepEqual(
    [draft.name, draft.version, draft.publisher, draft.summary],
    ['libbar1.2', '1:2.3-4.el9', 'Example, Inc.', 'does foo'],
  );
  assert.deepEqual(draft.targets, [{ operatingSystem: 'linux', language: 'any', architecture: 'any' }]);
  assert.deepEqual(draft.detection, [
    { kind: 'package', source: 'rpm', name: 'libbar1.2', operator: '>=', version: '1:2.3-4.el9' },
  ]);
  const path = 'libbar1-2/libbar1.2-2.3-4.el9.noarch.rpm';
  assert.deepEqual([draft.programs[0]?.executable, files.map((file) => file.path)], [path, [path]]);
  const agent = await cli.run(['agent', 'package', 'create', rpm]);
  assert.deepEqual(
    [agent.code, /is the package libbar1\.2, not tenkai-agent/.test(agent.stderr)],
    [2, true],
    agent.stderr,
  );
  await writeFile(join(dir, 'broken.rpm'), 'no archive');
  const refused = await cli.run(['package', 'create', join(dir, 'broken.rpm')]);
  assert.deepEqual([refused.code, /tool-failed/.test(refused.stderr)], [1, true]);
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

test('BPKG-03: a package of 1 GiB shows its progress and ends with a descriptor of every field and file', {
  skip: noScript,
}, async (t) => {
  const { cli, dir } = await withFolder(t, { 'big/readme': 'x' });
  const disk = await open(join(dir, 'big', 'disk.img'), 'w');
  await disk.truncate(1024 ** 3);
  await disk.close();
  const command = `${process.execPath} ${join(import.meta.dirname, '../main.ts')} package create big --type tool --parameters true`;
  const env = {
    HOME: cli.home,
    PATH: process.env.PATH ?? '',
    TERM: 'xterm',
    TENKAI_URL: server.baseUrl,
    TENKAI_TOKEN: await server.apiToken('operator'),
    TENKAI_ROOT_FINGERPRINT: server.kernel.keys.rootFingerprint,
  };
  const seen = await runProgram('/usr/bin/script', ['-qec', command, '/dev/null'], { env, cwd: dir });
  assert.equal(seen.code, 0, seen.stdout);
  const bars = seen.stdout.match(/Hashing +\[[#-]{12}\] +\d+ % {2}[\d.]+ [KMG]?i?B of 1\.0 GiB/g) ?? [];
  assert.ok(bars.length > 2, `${bars.length} bars: ${seen.stdout.slice(0, 300)}`);
  assert.match(seen.stdout, /iB\/s {2}\d+:\d\d left/);
  assert.match(seen.stdout, /2 files, 1\.0 GiB; 4\.0 MiB sent/);
  const detail: PackageDetail = await cli.json(['package', 'show', 'big']);
  assert.deepEqual(Object.keys(detail.draft).sort(), Object.keys(newPackageDraft()).sort());
  assert.deepEqual(
    detail.files.map(({ path, sizeBytes }) => [path, sizeBytes]),
    [
      ['big/disk.img', 1024 ** 3],
      ['big/readme', 1],
    ],
  );
  assert.match(detail.contentId ?? '', /^[0-9a-f]{64}$/);
});

test('BSRV-05: an upload that is interrupted goes on where it stopped', async (t) => {
  const { cli, dir } = await withFolder(t, { 'bits/readme': 'x' });
  const bytes = Buffer.alloc(4 * 1024 * 1024);
  for (let part = 0; part < 12; part++) {
    bytes.fill(part + 1);
    await writeFile(join(dir, 'bits', `part-${part}`), bytes);
  }
  const create = ['package', 'create', 'bits', '--type', 'tool', '--parameters', 'true'];
  const filesIn = async (folder: string) => {
    const entries = await readdir(join(server.dataDir, 'content', folder), {
      recursive: true,
      withFileTypes: true,
    });
    return entries.filter((entry) => entry.isFile()).length;
  };
  const stored = () => filesIn('objects');
  const before = await stored();
  const first = cli.run(create, {
    cwd: dir,
    onStart: (child) => {
      // One look at a time: a second signal would end the program as a second Ctrl C does.
      const interruptAtFirstPart = async () => {
        while ((await stored()) === before && child.exitCode === null) await delay(5);
        child.kill('SIGINT');
      };
      void interruptAtFirstPart();
    },
  });
  const interrupted = await first;
  assert.equal(interrupted.code, 1, interrupted.stderr);
  assert.match(interrupted.stderr, /interrupted/);
  while ((await filesIn('incoming')) > 0) await delay(10);
  const there = (await stored()) - before;
  assert.ok(there >= 1 && there < 13, `${there} parts are there`);
  const second = await cli.run(create, { cwd: dir });
  assert.equal(second.code, 0, second.stderr);
  const sent = /; ([\d.]+) MiB sent/.exec(second.stderr)?.[1];
  assert.ok(Number(sent) <= (13 - there) * 4, `${sent} MiB sent although ${there} parts were there`);
  const { files }: PackageDetail = await cli.json(['package', 'show', 'bits']);
  assert.equal(files.length, 13);
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

test('a package is checked without a site, and verified at every place', async (t) => {
  const { cli, dir } = await withFolder(t, { '更新/run.sh': 'x' });
  const args = ['package', 'check', '更新', '--id', 'kana', '--type', 'tool', '--exec', '更新/run.sh'];
  const offline = { TENKAI_URL: '', TENKAI_TOKEN: '', TENKAI_ROOT_FINGERPRINT: '' };
  const checked = await cli.run(args, { cwd: dir, env: offline });
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(checked.stderr, /not plain ASCII/);
  await cli.run(['package', 'create', ...args.slice(2)], { cwd: dir });
  const good = await cli.run(['package', 'verify', 'kana']);
  assert.deepEqual([good.code, /Site server .* good/.test(good.stdout)], [0, true]);
  const { contentId }: PackageDetail = await cli.json(['package', 'show', 'kana']);
  const manifest = JSON.parse(
    await readFile(join(server.dataDir, 'content', 'manifests', `${contentId}.json`), 'utf8'),
  );
  const { sha256 } = JSON.parse(manifest.body).files[0].chunks[0];
  await writeFile(join(server.dataDir, 'content', 'objects', sha256.slice(0, 2), sha256), 'y');
  const bad = await cli.run(['package', 'verify', 'kana', '--json']);
  assert.equal(bad.code, 1);
  assert.equal(JSON.parse(bad.stderr).code, 'content-bad');
  assert.deepEqual(JSON.parse(bad.stdout)[0].damaged, [sha256]);
});

test("DIST-05: the client's package is found by its role; that of the hotfix is refused, for it has no such path", async (t) => {
  const msp = 'client/i386/hotfix/KB977203/SCCM2007AC-SP2-KB977203-x86.msp';
  const { cli, dir } = await withFolder(t, { [msp]: 'msp', 'KB977203/SCCM2007-SP2-KB977203-ENU.msi': 'msi' });
  const make = (id: string, type: string, folder: string) =>
    cli.json([
      'package',
      'create',
      join(dir, folder),
      '--id',
      id,
      '--name',
      id,
      '--type',
      type,
      '--parameters',
      'true',
      '--detect-file',
      '/opt/x',
    ]);
  await make('TK100001', 'agent', 'client');
  await make('TK100002', 'hotfix', 'KB977203');
  const wanted = 'i386\\hotfix\\KB977203\\*.msp';
  type Found = {
    packageId: string;
    path: string;
    location: string;
    quoted: { property: string };
    url: string;
  };
  const found: Found = await cli.json(['package', 'path', wanted, '--share', '\\\\dp 1\\SMSPKGD$']);
  const location = `\\\\dp 1\\SMSPKGD$\\TK100001\\${msp.replaceAll('/', '\\')}`;
  assert.deepEqual([found.packageId, found.path, found.location], ['TK100001', msp, location]);
  assert.equal(found.quoted.property, `"${location}"`);
  assert.ok(found.url.endsWith(`/content/packages/TK100001/${msp}`));
  const refused = await cli.run(['package', 'path', wanted, '--package', 'TK100002']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /The package TK100002 has no i386\\hotfix\\KB977203\\\*\.msp/);
  const foreign = await cli.run(['package', 'path', wanted, '--role', 'tool']);
  assert.match(foreign.stderr, /No package of the role tool has this/);
});
