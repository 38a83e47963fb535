/** The two packages as they are built for a release, looked at from outside: what dpkg, systemd and a reader see. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Artefact } from './artefacts.ts';

const root = resolve(import.meta.dirname, '../..');
const version = '9.8.7~test';
const noDpkg = !existsSync('/usr/bin/dpkg-deb') && 'dpkg-deb is MISSING: this is not a Debian';
const noAnalyze =
  !existsSync('/usr/bin/systemd-analyze') && 'systemd-analyze is MISSING: units are NOT verified';

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', timeout: 200_000, stdio: ['ignore', 'pipe', 'pipe'] });

const units = {
  agent: ['tenkai-agent.service'],
  server: ['tenkai-server.service', 'tenkai-firewall-check.service', 'tenkai-firewall-check.timer'],
};

const wanted = {
  agent: { dependsOn: ['libc6', 'libstdc++6', 'libgcc-s1'], command: 'tenkai-agent' },
  server: { dependsOn: ['libc6', 'libstdc++6', 'libgcc-s1', 'iputils-ping'], command: 'tenkai' },
} as const;

for (const kind of ['agent', 'server'] as const) {
  const name = `tenkai-${kind}`;
  describe(name, { skip: noDpkg }, () => {
    let folder: string;
    let deb: string;
    let tree: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tenkai-packages-test-'));
      const options = ['--version', version, '--out', folder, '--console-as-built'];
      run(process.execPath, join(root, 'scripts/package-deb.ts'), kind, ...options);
      deb = join(folder, `${name}_${version}_${run('dpkg', '--print-architecture').trim()}.deb`);
      tree = join(folder, 'tree');
      await mkdir(tree, { mode: 0o755 });
      run('dpkg-deb', '--raw-extract', deb, tree);
    });
    after(() => rm(folder, { recursive: true, force: true }));

    const field = (which: string) => run('dpkg-deb', '--field', deb, which).trim();
    const control = (file: string) => readFile(join(tree, 'DEBIAN', file), 'utf8');

    test('says what it is and what it needs', () => {
      assert.deepEqual([field('Package'), field('Version'), field('Section')], [name, version, 'admin']);
      const depends = field('Depends')
        .split(/, | \| /)
        .map((one) => one.split(' ')[0]);
      for (const dependency of wanted[kind].dependsOn) assert.ok(depends.includes(dependency), dependency);
      const lines = field('Description').split('\n');
      assert.ok(lines.length > 1 && lines.every((line) => line.length <= 80), field('Description'));
      const used = Number(
        run('du', '--summarize', '--apparent-size', '--block-size=1024', tree).split('\t')[0],
      );
      const installed = Number(field('Installed-Size'));
      assert.ok(
        Math.abs(installed - used) < used / 50,
        `Installed-Size ${installed}, but ${used} KiB are used`,
      );
    });

    test('AGENT-08: the build lists what it has made, with version, size and hash', async () => {
      const listed = JSON.parse(
        run(process.execPath, join(root, 'scripts/package-list.ts'), '--json', '--folder', folder),
      ) as Artefact[];
      const made = listed.find(({ file }) => file === basename(deb));
      const sha256 = createHash('sha256')
        .update(await readFile(deb))
        .digest('hex');
      const { size } = await stat(deb);
      assert.deepEqual(
        [made?.kind, made?.version, made?.sizeBytes, made?.sha256],
        ['package', version, size, sha256],
      );
      assert.equal(
        listed.some((one) => one.kind === 'bootstrapper'),
        kind === 'agent',
      );
    });

    test('asks for the C library that its Node is linked with', () => {
      const node = run(
        'grep',
        '--text',
        '--only-matching',
        '--perl-regexp',
        'GLIBC_\\d+\\.\\d+',
        join(tree, `usr/lib/${name}/node`),
      );
      const newest = Math.max(
        ...node
          .split('\n')
          .filter(Boolean)
          .map((symbol) => Number(symbol.split('.')[1])),
      );
      assert.equal(/libc6 \(>= 2\.(\d+)\)/.exec(field('Depends'))?.[1], String(newest));
    });

    test('belongs to root, and nobody else can change a part of it', () => {
      const lines = run('dpkg-deb', '--contents', deb).trim().split('\n');
      for (const line of lines) assert.match(line, /^[-d]rw[-x]r-[-x]r-[-x] root\/root /);
      const executable = lines
        .filter((line) => line.startsWith('-rwx'))
        .map((line) => line.split(' ').at(-1));
      assert.deepEqual(executable.sort(), [`./usr/bin/${wanted[kind].command}`, `./usr/lib/${name}/node`]);
    });

    test('has all its settings as conffiles, and a checksum of every other file', async () => {
      const conffiles = (await control('conffiles')).trim().split('\n');
      const files = (await readdir(tree, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(tree.length))
        .filter((path) => !path.startsWith('/DEBIAN/'));
      assert.deepEqual(
        conffiles,
        files.filter((path) => path.startsWith('/etc/')),
      );
      const summed = (await control('md5sums'))
        .trim()
        .split('\n')
        .map((line) => `/${line.slice(34)}`);
      assert.deepEqual(summed.sort(), files.filter((path) => !path.startsWith('/etc/')).sort());
      execFileSync('md5sum', ['--check', '--quiet', 'DEBIAN/md5sums'], { cwd: tree, timeout: 60_000 });
    });

    test('comes with a README, the licences of all that is bundled, and what changed', async () => {
      const doc = join(tree, 'usr/share/doc', name);
      assert.match(await readFile(join(doc, 'README.md'), 'utf8'), new RegExp(`^# ${name}\n`));
      const copyright = await readFile(join(doc, 'copyright'), 'utf8');
      for (const part of ['Apache License', 'Node.js', 'typebox 1', 'ws 8', 'pino 10'])
        assert.ok(copyright.includes(part), part);
      assert.match(run('gzip', '--decompress', '--stdout', join(doc, 'CHANGELOG.md.gz')), /^# Changelog/);
    });

    test('starts as it is, says the version of the package, and does not know where it was made', async () => {
      const lib = join(tree, 'usr/lib', name);
      const program = kind === 'server' ? 'tenkai.mjs' : 'tenkai-agent.mjs';
      assert.equal(run(join(lib, 'node'), join(lib, program), '--version').trim(), version);
      for (const file of (await readdir(lib)).filter((one) => one.endsWith('.mjs')))
        assert.equal((await readFile(join(lib, file), 'utf8')).includes(root), false, file);
    });

    test('has units of which systemd understands every line', { skip: noAnalyze }, () => {
      const options = [`--root=${tree}`, '--recursive-errors=no', '--man=no'];
      for (const unit of units[kind])
        assert.doesNotThrow(() => run('systemd-analyze', 'verify', ...options, unit));
    });
  });
}
