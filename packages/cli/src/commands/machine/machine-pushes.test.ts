/** `tenkai machine pushes` against a real server and a real sshd; the site has no package, so that nothing is installed. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { HostKeys, PushKey } from '@tenkai/protocol/api/push-keys.ts';
import type { PushDetail, PushRow } from '@tenkai/protocol/api/pushes.ts';
import { type LoopbackSshd, noSshd, startLoopbackSshd } from '@tenkai/testkit/rig/loopback-sshd.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { type Cli, cliOf } from '@tenkai/testkit/tenkai-cli.ts';

describe('tenkai machine pushes', { skip: noSshd }, () => {
  let server: TestServer;
  let sshd: LoopbackSshd;
  let cli: Cli;
  before(async () => {
    server = await startTestServer({ listen: true });
    sshd = await startLoopbackSshd(['ed25519', 'ecdsa']);
  });
  after(async () => {
    await sshd?.destroy();
    await server?.stop();
  });

  const json = async <T>(...words: string[]): Promise<T> => cli.json(['machine', ...words]);
  const stateOf = (state: string) =>
    until(`the push is ${state}`, async () => {
      const detail = await json<PushDetail>('pushes', 'show', 'latest');
      return detail.state === state ? detail : undefined;
    });

  test('a push is begun, approved by its fingerprint, shown, tried again, cancelled and forgotten', async (t) => {
    cli = await cliOf(t, server);
    const none = await cli.run(['machine', 'pushes', 'start', sshd.host]);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /no key of its own[\s\S]*authorized_keys/);
    const key = await json<PushKey>('push-keys', 'create');
    await sshd.admit(key.publicKey);
    const csv = join(cli.home, 'machines.csv');
    const [host = '', port = ''] = sshd.host.split(':');
    await writeFile(csv, `Host;Port;User\n${host};${port};${sshd.user}\n`);
    const begun = await json<PushDetail>('pushes', 'start', '--hosts-file', csv, '--retries', '0');
    assert.equal(begun.hosts[0]?.host, `${sshd.user}@${sshd.host}`);
    const asked = await stateOf('awaiting-approval');
    assert.equal(asked.hosts[0]?.offered.length, 2);
    const wrong = await cli.run(['machine', 'pushes', 'approve', 'latest', '--fingerprint', 'SHA256:other']);
    assert.equal(wrong.code, 1);
    const [fingerprint = ''] = (await sshd.fingerprint()).split(' ');
    await json('pushes', 'approve', 'latest', '--fingerprint', fingerprint);
    await stateOf('failed');
    const shown = await cli.run(['machine', 'pushes', 'show', 'latest']);
    assert.match(shown.stdout, /push-package-missing[\s\S]*TENKAI_AGENTS/);
    await json('pushes', 'retry', 'latest', `${sshd.user}@${sshd.host}`);
    await stateOf('failed');
    const keys = await json<HostKeys[]>('host-keys', 'list');
    assert.deepEqual(
      keys.map(({ origin, fingerprints }) => [origin, ...fingerprints]),
      [['approved', await sshd.fingerprint()]],
      'the key that was named, and not the one shown beside it',
    );
    await json('host-keys', 'forget', keys[0]?.host ?? '');
    await json('pushes', 'retry', 'latest');
    await stateOf('awaiting-approval');
    await json('pushes', 'cancel', 'latest');
    await stateOf('cancelled');
    await json('pushes', 'remove', 'latest');
    assert.deepEqual(await json<PushRow[]>('pushes', 'list'), []);
    await json('push-keys', 'remove', key.fingerprint);
    assert.deepEqual(await json<PushKey[]>('push-keys', 'list'), []);
  });

  test('AGENT-16: properties are given once for the site and for a push, and shown with it', async (t) => {
    cli = await cliOf(t, server);
    await cli.json(['site', 'settings', 'pushProperties=SMSSITECODE=tst FSP=fsp.example']);
    const password = join(cli.home, 'password');
    await writeFile(password, 'wrong\n', { mode: 0o600 });
    const start = ['machine', 'pushes', 'start', sshd.host, '--password-file', password];
    const wrong = await cli.run([...start, '--property', 'FSP=a$(id)', '--property', 'ticket=/root/t']);
    assert.equal(wrong.code, 1);
    assert.match(
      wrong.stderr,
      /FSP: a\$\(id\) is no address[\s\S]*TICKET: TICKET is given by the push itself/,
    );
    const twice = await cli.run([...start, '--property', 'MP=a.example', '--management-point', 'b.example']);
    assert.match(twice.stderr, /MP is given more than once/);
    const own = ['--property', 'SMSSLP=slp.example', '--property', 'SMSFSP='];
    const begun = await cli.run([...start, ...own, '--management-point', 'mp.example']);
    assert.match(
      begun.stdout.replaceAll(/\s+/g, ' '),
      /SITECODE=TST \(site\), MP=https:\/\/mp.example \(push\), LOCATOR=https:\/\/slp.example \(push\), FSP= \(push\)/,
    );
    await json('pushes', 'cancel', 'latest');
  });

  test('a machine that is named in two spellings is refused, by both commands', async (t) => {
    cli = await cliOf(t, server);
    const ends = { pushes: ['start'], push: ['--package', 'tenkai-agent_0.1.0_amd64.deb'] };
    for (const [command, [...words]] of Object.entries(ends)) {
      const { code, stderr } = await cli.run(['machine', command, ...words, 'WEB-1', 'root@web-1.']);
      assert.equal(code, 1);
      assert.match(stderr, /hosts\[1\]: "root@web-1\." is in the list twice/);
    }
  });

  test('a password comes by a file alone, and stands alone', async (t) => {
    cli = await cliOf(t, server);
    const file = join(cli.home, 'password');
    await writeFile(file, 'wrong-9-password\n', { mode: 0o600 });
    const both = await cli.run([
      'machine',
      'pushes',
      'start',
      sshd.host,
      '--password-file',
      file,
      '--key-file',
      file,
    ]);
    assert.equal(both.code, 2);
    await json('pushes', 'start', sshd.host, '--password-file', file, '--accept-new', '--retries', '0');
    const { hosts } = await stateOf('failed');
    assert.equal(hosts[0]?.problem?.code, 'push-sign-in-refused');
    const again = await cli.run(['machine', 'pushes', 'retry', 'latest']);
    assert.match(again.stderr, /not kept any more/);
    await json('pushes', 'retry', 'latest', '--password-file', file);
    await stateOf('failed');
  });
});
