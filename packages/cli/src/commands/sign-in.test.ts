import assert from 'node:assert/strict';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf, createCli } from '@tenkai/testkit/tenkai-cli.ts';

let server: TestServer;
let fingerprint: string;
const password = 'correct horse battery';

before(async () => {
  server = await startTestServer({ listen: true });
  fingerprint = server.kernel.keys.rootFingerprint;
  const token = await server.app.users.setupToken();
  assert.ok(token);
});
after(() => server.stop());

test('the first administrator is made with the one-time token; secrets come from standard input alone', async (t) => {
  const cli = await createCli(t);
  const token = await server.app.users.setupToken();
  const args = ['setup', '--site', server.baseUrl, '--root-fingerprint', fingerprint, '--user', 'anna'];
  const made = await cli.run(args, { stdin: `${token}\n${password}\n` });
  assert.equal(made.stderr, '');
  assert.equal(made.code, 0);
  assert.match(made.stdout, /Signed in to https:\/\/localhost:\d+ as anna/);
  const path = join(cli.home, '.config', 'tenkai', 'config.json');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const who = await cli.run(['whoami']);
  assert.equal(who.code, 0);
  assert.match(who.stdout, /anna/);

  await chmod(path, 0o644);
  const open = await cli.run(['whoami']);
  assert.equal(open.code, 2);
  assert.match(open.stderr, /token-file-open/);
});

test('signing in by password keeps a token, and signing out revokes it', async (t) => {
  const cli = await createCli(t);
  const args = [
    'login',
    '--site',
    server.baseUrl,
    '--root-fingerprint',
    fingerprint.toUpperCase(),
    '--user',
    'anna',
  ];
  const wrong = await cli.run(args, { stdin: 'wrong password!\n' });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /Remedy:/);
  const signedIn = await cli.run(args, { stdin: `${password}\n` });
  assert.deepEqual([signedIn.code, signedIn.stderr], [0, '']);
  const settings = JSON.parse(await readFile(join(cli.home, '.config/tenkai/config.json'), 'utf8'));
  const { token } = settings.sites.localhost;
  assert.ok(!JSON.stringify(settings).includes(password));
  const tokens: { name: string }[] = await cli.json(['token', 'list']);
  assert.equal(tokens.filter(({ name }) => name.startsWith('tenkai on ')).length, 1 + 1, 'and that of setup');
  assert.equal((await cli.run(['logout'])).code, 0);
  const env = { TENKAI_URL: server.baseUrl, TENKAI_TOKEN: token, TENKAI_ROOT_FINGERPRINT: fingerprint };
  const later = await cli.run(['whoami'], { env });
  assert.equal(later.code, 1);
  assert.match(later.stderr, /not-signed-in/);
});

test('a site whose root key is another one is not trusted, and gets no secret', async (t) => {
  const cli = await createCli(t);
  const args = ['login', '--site', server.baseUrl, '--root-fingerprint', '0'.repeat(64), '--user', 'anna'];
  const { code, stderr } = await cli.run(args, { stdin: `${password}\n` });
  assert.equal(code, 1);
  assert.match(stderr, /site-root-mismatch/);
  await assert.rejects(stat(join(cli.home, '.config')));
  const none = await cli.run(['login', '--site', server.baseUrl, '--user', 'anna'], {
    stdin: `${password}\n`,
  });
  assert.equal(none.code, 2);
  assert.match(none.stderr, /root-fingerprint is missing/);
  const untrusted = await cli.run(['whoami'], {
    env: { TENKAI_URL: server.baseUrl, TENKAI_TOKEN: 'tenkai_x' },
  });
  assert.equal(untrusted.code, 1);
  assert.match(untrusted.stderr, /site-unreachable/);
});

test('a token comes from a file that only its owner can read', async (t) => {
  const cli = await createCli(t);
  const file = join(cli.home, 'token');
  await writeFile(file, `${await server.apiToken('viewer')}\n`, { mode: 0o600 });
  const args = ['login', '--site', server.baseUrl, '--root-fingerprint', fingerprint, '--token-file', file];
  const { code, stdout } = await cli.run(args);
  assert.equal(code, 0);
  assert.match(stdout, /as test-viewer/);
  await chmod(file, 0o604);
  const open = await cli.run([...args]);
  assert.equal(open.code, 2);
  assert.match(open.stderr, /chmod 600/);
});

test('wrong use ends with 2, a refused act with 1, and both say code and remedy, as JSON too', async (t) => {
  const cli = await cliOf(t, server);
  for (const args of [
    ['nonsense'],
    ['package', 'show'],
    ['package', 'list', '--no-such'],
    ['machine', 'power', 'burn', 'x'],
  ]) {
    const { code, stdout } = await cli.run(args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
  }
  const refused = await cli.run(['package', 'show', 'absent']);
  assert.deepEqual([refused.code, refused.stdout], [1, '']);
  assert.match(refused.stderr, /There is no package absent\. \[not-found\]\nRemedy: Check the identifier/);
  const asJson = await cli.run(['package', 'show', 'absent', '--json']);
  const problem = JSON.parse(asJson.stderr);
  assert.deepEqual([problem.code, typeof problem.remedy, asJson.stdout], ['not-found', 'string', '']);
  const away = await cli.run(['package', 'list'], {
    env: { TENKAI_URL: 'https://localhost:1', TENKAI_ROOT_FINGERPRINT: '' },
  });
  assert.equal(away.code, 1);
  assert.match(away.stderr, /site-unreachable/);
});

test('nothing is coloured where nobody looks, and something for who wants it', async (t) => {
  const cli = await cliOf(t, server);
  const plain = await cli.run(['collection', 'list']);
  assert.ok(!plain.stdout.includes('\u001b'));
  const wanted = await cli.run(['collection', 'list'], { env: { FORCE_COLOR: '1' } });
  assert.ok(wanted.stdout.includes('\u001b[1m'));
  const unwanted = await cli.run(['collection', 'list'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
  assert.ok(!unwanted.stdout.includes('\u001b'));
});
