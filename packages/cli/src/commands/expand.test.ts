import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { createCli } from '@tenkai/testkit/tenkai-cli.ts';

const noTar = existsSync('/usr/bin/tar') || existsSync('/bin/tar') ? false : 'tar is missing';
const noDpkg = existsSync('/usr/bin/dpkg-deb') ? false : 'dpkg-deb is missing: this is no Debian';

async function withTree(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'tenkai-expand-'));
  atEnd(t, () => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, 'tree', 'i386'), { recursive: true });
  await writeFile(join(dir, 'tree', 'update.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(dir, 'tree', 'i386', 'netfw.inf'), 'closed');
  const cli = await createCli(t);
  const tar = (...args: string[]) => assert.equal(spawnSync('tar', args, { cwd: dir }).status, 0);
  return { dir, cli, tar };
}

test('BPKG-37: an archive is expanded into an empty folder, by its content and not by its name', {
  skip: noTar,
}, async (t) => {
  const { dir, cli, tar } = await withTree(t);
  tar('-czf', 'sp.tar.gz', '-C', 'tree', '.');
  tar('-cf', 'plain.bin', '-C', 'tree', '.');
  for (const archive of ['sp.tar.gz', 'plain.bin']) {
    const { code, stderr } = await cli.run(['package', 'expand', archive, `out-${archive}`], { cwd: dir });
    assert.equal(code, 0, stderr);
    assert.equal(await readFile(join(dir, `out-${archive}`, 'i386', 'netfw.inf'), 'utf8'), 'closed');
  }
  const again = await cli.run(['package', 'expand', 'sp.tar.gz', 'out-sp.tar.gz'], { cwd: dir });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /content-target-exists/);
});

test('a .deb is expanded, too', { skip: noDpkg }, async (t) => {
  const { dir, cli } = await withTree(t);
  await mkdir(join(dir, 'build', 'DEBIAN'), { recursive: true });
  await mkdir(join(dir, 'build', 'opt', 'x'), { recursive: true });
  await writeFile(
    join(dir, 'build/DEBIAN/control'),
    'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: x\n',
  );
  await writeFile(join(dir, 'build/opt/x/file'), 'y');
  assert.equal(spawnSync('dpkg-deb', ['--root-owner-group', '-b', 'build', 'x.deb'], { cwd: dir }).status, 0);
  assert.equal((await cli.run(['package', 'expand', 'x.deb', 'out'], { cwd: dir })).code, 0);
  assert.equal(await readFile(join(dir, 'out/opt/x/file'), 'utf8'), 'y');
});

test('archives that climb out, hold links or expand without measure are refused and leave nothing', {
  skip: noTar,
}, async (t) => {
  const { dir, cli, tar } = await withTree(t);
  await writeFile(join(dir, 'evil'), 'x');
  tar('-cf', 'climbs.tar', '-P', '--transform', 's,^evil$,../../evil,', 'evil');
  await symlink('/etc/passwd', join(dir, 'link'));
  tar('-cf', 'link.tar', 'link');
  await writeFile(join(dir, 'zeros'), Buffer.alloc(80 * 1024 * 1024));
  tar('-cf', 'zeros.tar', 'zeros');
  await writeFile(join(dir, 'bomb.tar.gz'), gzipSync(await readFile(join(dir, 'zeros.tar')), { level: 9 }));
  await rm(join(dir, 'zeros.tar'));
  await writeFile(join(dir, 'text.zip'), 'no archive');
  const before = (await readdir(dir)).sort();
  for (const [archive, code] of [
    ['climbs.tar', 'content-path-traversal'],
    ['link.tar', 'content-symlink'],
    ['bomb.tar.gz', 'archive-bomb'],
    ['text.zip', 'archive-'],
    ['absent.tar', 'system-enoent|file|archive'],
  ] as const) {
    const result = await cli.run(['package', 'expand', archive, 'out'], { cwd: dir });
    assert.equal(result.code, 1, archive);
    assert.match(result.stderr, new RegExp(code), archive);
  }
  assert.deepEqual((await readdir(dir)).sort(), before);
});
