import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { open, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newPackageDraft } from '@tenkai/domain';
import type { PackageDetail } from '@tenkai/protocol';
import { runProgram } from '@tenkai/testkit/tenkai-cli.ts';
import { server, withFolder } from './package-for-test.ts';

const noScript = existsSync('/usr/bin/script') ? false : 'script(1) is missing: install bsdutils';

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

test('BPKG-03: a package of 1 GiB shows its progress and ends with a descriptor of every field and file', {
  skip: noScript,
}, async (t) => {
  const { cli, dir } = await withFolder(t, { 'big/readme': 'x' });
  const disk = await open(join(dir, 'big', 'disk.img'), 'w');
  await disk.truncate(1024 ** 3);
  await disk.close();
  const command = `${process.execPath} ${join(import.meta.dirname, '../../main.ts')} package create big --type tool --parameters true`;
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
