import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PackageDetail } from '@tenkai/protocol';
import { withFolder } from './package-for-test.ts';

const noRpmbuild = existsSync('/usr/bin/rpmbuild')
  ? false
  : 'rpmbuild is MISSING: install the apt package rpm';
const noDpkg = existsSync('/usr/bin/dpkg-deb') ? false : 'dpkg-deb is missing: this is no Debian';

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
