import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { type Cli, cliOf } from '@tenkai/testkit/tenkai-cli.ts';

async function publisherAndSite(t: TestContext) {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const cli = await cliOf(t, server);
  await mkdir(join(cli.home, 'app'));
  await writeFile(join(cli.home, 'app', 'setup.sh'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  return { server, cli, folder: join(cli.home, 'web') };
}

async function init(cli: Cli, folder: string) {
  return cli.json(['repository', 'init', folder, '--name', 'main']) as Promise<{
    fingerprint: string;
    keyPath: string;
  }>;
}

const appArguments = ['./app', '--version', '1.0', '--exec', 'app/setup.sh', '--detect-file', '/opt/app'];
const here = (cli: Cli) => ({ cwd: cli.home });

test('BAUT-23: package publish writes a folder or a package of the site into a repository', async (t) => {
  const { cli, folder } = await publisherAndSite(t);
  const { fingerprint, keyPath } = await init(cli, folder);
  assert.match(fingerprint, /^[0-9a-f]{64}$/);
  assert.equal((await stat(keyPath)).mode & 0o777, 0o600);
  const publish = ['package', 'publish', ...appArguments, '--repository', folder];
  const first = (await cli.json(publish, { ...here(cli), env: { TENKAI_URL: '' } })) as { changed: string[] };
  assert.deepEqual(first.changed, ['app'], 'no site is asked');
  await cli.json(['package', 'create', ...appArguments, '--id', 'fromsite'], here(cli));
  const second = (await cli.json(['package', 'publish', 'fromsite', '--repository', folder])) as {
    version: number;
  };
  assert.equal(second.version, 3);
  const { packages } = (await cli.json(['repository', 'list', folder])) as { packages: { id: string }[] };
  assert.deepEqual(
    packages.map(({ id }) => id),
    ['app', 'fromsite'],
  );
  await cli.json(['repository', 'verify', folder, '--fingerprint', fingerprint]);
  await cli.json(['repository', 'refresh', folder, '--valid-days', '5']);
  await cli.json(['repository', 'withdraw', folder, 'app']);
  await cli.json(['repository', 'prune', folder, '--keep-days', '0']);
  const { problems, index } = (await cli.json(['repository', 'verify', folder])) as {
    problems: string[];
    index: { packages: number };
  };
  assert.deepEqual([problems, index.packages], [[], 1]);
});

test('the publisher is refused: an open key, a key inside, a stranger, a damaged repository', async (t) => {
  const { cli, folder } = await publisherAndSite(t);
  const inside = await cli.run(['repository', 'init', folder, '--key', join(folder, 'k.key')]);
  assert.equal(inside.code, 1);
  assert.match(inside.stderr, /published with it/);
  const other = join(cli.home, 'other');
  const { keyPath } = await init(cli, other);
  await chmod(keyPath, 0o644);
  const open = await cli.run(['repository', 'refresh', other]);
  assert.match(open.stderr, /Others can read the key/);
  await chmod(keyPath, 0o600);
  await cli.json(['package', 'publish', ...appArguments, '--repository', other], here(cli));
  const [prefix = ''] = await readdir(join(other, 'objects'));
  const [name = ''] = await readdir(join(other, 'objects', prefix));
  await writeFile(join(other, 'objects', prefix, name), 'x');
  const bad = await cli.run(['repository', 'verify', other]);
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /missing or damaged/);
  const key = await readFile(keyPath, 'utf8');
  assert.match(key, /PRIVATE KEY/);
  for (const file of await readdir(other, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const text = await readFile(join(file.parentPath, file.name), 'latin1');
    assert.ok(!text.includes('PRIVATE KEY'), `${file.name} holds a private key`);
  }
});

test('BAUT-22, BAUT-24: a site adds, pulls, shows, approves, rejects, changes and removes by commands', async (t) => {
  const { cli, folder } = await publisherAndSite(t);
  const { fingerprint } = await init(cli, folder);
  for (const id of ['one', 'two'])
    await cli.json(['package', 'publish', ...appArguments, '--id', id, '--repository', folder], here(cli));
  const wrong = await cli.run(['repository', 'add', 'main', '--url', folder]);
  assert.equal(wrong.code, 2);
  const add = ['repository', 'add', 'main', '--url', folder, '--fingerprint', fingerprint];
  await cli.json([...add, '--every', '03:00@Asia/Tokyo', '--gate', 'hold']);
  await cli.json(['repository', 'pull', 'main', '--wait']);
  const states = async () => {
    const { packages } = (await cli.json(['repository', 'show', 'main'])) as {
      packages: { packageId: string; state: string }[];
    };
    return packages.map(({ packageId, state }) => `${packageId} ${state}`);
  };
  assert.deepEqual(await states(), ['one waiting', 'two waiting']);
  await cli.json(['repository', 'approve', 'main', 'one', '--urgency', 'low']);
  await cli.json(['repository', 'reject', 'main', 'two']);
  assert.deepEqual(await states(), ['one registered', 'two rejected']);
  const one = (await cli.json(['package', 'show', 'one'])) as { origin: string; urgency: string };
  assert.deepEqual([one.origin, one.urgency], ['repository:main', 'low']);
  await cli.json(['repository', 'approve', 'main', 'two']);
  assert.deepEqual(await states(), ['one registered', 'two registered']);
  const text = await cli.run(['repository', 'show', 'main']);
  assert.match(text.stdout, /daily at 03:00 \(Asia\/Tokyo\)/);
  await cli.json(['repository', 'modify', 'main', '--fingerprint', '0'.repeat(64), '--gate', 'lower:normal']);
  const failed = await cli.run(['repository', 'pull', 'main', '--wait']);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /not by the key/);
  const [row] = (await cli.json(['repository', 'list'])) as { gate: { to: string } }[];
  assert.equal((row as { gate: { to: string } } | undefined)?.gate.to, 'normal');
  await cli.json(['repository', 'remove', 'main', '--yes']);
  assert.equal(((await cli.json(['package', 'list'])) as unknown[]).length, 2);
});
