/** The agent's rpm from outside: the same files as the .deb, and the same bytes each time. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const version = '9.8.7~test';
const missing =
  ['/usr/bin/rpmbuild', '/usr/bin/dpkg-deb'].some((program) => !existsSync(program)) &&
  'rpmbuild or dpkg-deb is MISSING: run node scripts/install-test-tools.mjs as root';

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', timeout: 200_000, stdio: ['ignore', 'pipe', 'pipe'] });
const lines = (text: string) => text.trim().split('\n');

describe('tenkai-agent as an rpm', { skip: missing }, () => {
  let folder: string;
  let rpm: string;
  const build = (kind: string, out: string) => {
    const options = ['--version', version, '--out', out];
    const said = run(process.execPath, join(root, `scripts/package-${kind}.ts`), 'agent', ...options);
    return said.split('  ')[0] ?? '';
  };
  const ask = (...args: string[]) => run('rpm', '--query', '--package', rpm, ...args);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenkai-rpm-test-'));
    rpm = build('rpm', join(folder, 'first'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('says what it is, and needs what its Node is linked with', () => {
    assert.equal(ask('--queryformat', '%{NAME} %{VERSION} %{LICENSE}'), `tenkai-agent ${version} Apache-2.0`);
    const needs = lines(ask('--requires'));
    const node = run('objdump', '-p', process.execPath);
    const newest = Math.max(...[...node.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor)));
    assert.ok(needs.includes(`libc.so.6(GLIBC_2.${newest})(64bit)`), String(newest));
    const loader = /^ld-linux|^lib(dl|m|pthread)\.so/;
    for (const [, library = ''] of node.matchAll(/NEEDED\s+(\S+)/g))
      assert.ok(loader.test(library) || needs.some((need) => need.startsWith(library)), library);
  });

  test('has the files of the .deb with their modes, and the same settings', () => {
    const format = '[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME}\n]';
    const inRpm = lines(ask('--queryformat', format)).filter((line) => !line.includes(' d'));
    const inDeb = lines(run('dpkg-deb', '--contents', build('deb', folder)))
      .filter((line) => !line.startsWith('d'))
      .map((line) => line.split(/\s+/))
      .map(([mode, owner, , , , path]) => `${path?.slice(1)} ${mode} ${owner}`);
    assert.deepEqual(inRpm.sort(), inDeb.sort());
    assert.equal(ask('--configfiles').trim(), '/etc/default/tenkai-agent');
  });

  test('is the same bytes when it is built again', async () => {
    const again = build('rpm', join(folder, 'second'));
    assert.ok((await readFile(again)).equals(await readFile(rpm)));
  });
});
