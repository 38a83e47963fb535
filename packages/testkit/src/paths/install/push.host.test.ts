/** `tenkai machine push` to a real sshd on a Debian host. One story, in order. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { output, runCommand } from '../../rig/command.ts';
import { type DebianHost, noDebianHosts, startHost } from '../../rig/debian-host.ts';
import type { Forward } from '../../rig/forward.ts';
import type { HostService } from '../../rig/host-command.ts';
import { until } from '../../rig/until.ts';
import { runProgram } from '../../tenkai-cli.ts';
import { cliEnvironment } from '../scene/cli-environment.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { noHostSshd, startHostSshd } from '../scene/host-sshd.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';

const name = 'push-host';
const password = 'correct-horse-5';
const slowMs = 300_000;
const main = join(import.meta.dirname, '../../../../cli/src/main.ts');

interface Pushed {
  readonly state: string;
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly log: string;
  readonly properties: readonly { readonly name: string; readonly origin: string }[];
}

describe('the agent pushed over SSH', { skip: noDebianHosts || noHostSshd, timeout: 900_000 }, () => {
  let scene: HostScene;
  let host: DebianHost;
  let forward: Forward;
  let folder: string;
  let sshd: HostService;
  let env: Record<string, string>;
  const hostKey = () => join(folder, 'host_key');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenkai-push-test-'));
    for (const key of ['host_key', 'other_key', 'user_key'])
      await output(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
    await writeFile(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
    scene = await startHostScene([]);
    host = await startHost({ name, network: scene.network });
    sshd = await startHostSshd(host, { hostKeyFile: hostKey(), password });
    await host.writeFile('/root/.ssh/authorized_keys', await readFile(join(folder, 'user_key.pub')), 0o600);
    forward = await scene.network.forward(22, host.address);
    env = await cliEnvironment(scene.site, folder);
  });
  after(async () => {
    await forward?.close();
    await host?.destroy();
    await scene?.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  const fingerprint = async (key: string) => (await output(['ssh-keygen', '-lf', key])).split(' ')[1] ?? '';
  const push = async (...args: string[]) => {
    const words = ['--json', 'machine', 'push', `localhost:${forward.port}`];
    const where = ['--package', await shippedDeb('agent'), '--management-point', scene.site.url];
    return runProgram(process.execPath, [main, ...words, ...where, ...args], { env });
  };
  const pushed = async (code: number, ...args: string[]) => {
    const result = await push(...args);
    assert.equal(result.code, code, result.stderr);
    const [row] = JSON.parse(result.stdout) as Pushed[];
    assert.ok(row);
    return row;
  };
  const byKey = () => ['--key', join(folder, 'user_key')];
  const isInstalled = async () => (await host.run('test -e /usr/bin/tenkai-agent')).code === 0;

  test('a host key that nobody has confirmed is not believed', async () => {
    const unasked = await push(...byKey());
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /terminal-needed/);
    const pinned = await fingerprint(join(folder, 'other_key'));
    assert.equal((await pushed(1, ...byKey(), '--host-key', pinned)).reason, 'host-key-unconfirmed');
  });

  test('AGENT-02: who has no rights there is refused by password or key, and nothing is changed', async () => {
    const pinned = ['--host-key', await fingerprint(hostKey())];
    const plain = ['--user', 'plain', '--password-file', join(folder, 'password')];
    assert.equal((await pushed(1, ...pinned, ...plain)).reason, 'rights-missing');
    await writeFile(join(folder, 'wrong'), 'wrong\n', { mode: 0o600 });
    const wrong = ['--user', 'plain', '--password-file', join(folder, 'wrong')];
    assert.equal((await pushed(1, ...wrong)).reason, 'sign-in-refused');
    assert.equal(await isInstalled(), false);
  });

  const settings = async () => {
    const { assignment } = JSON.parse(await host.ask('cat /var/lib/tenkai-agent/agent.json'));
    return [assignment.dnsSuffix, assignment.locator, assignment.fallbackStatusPoint];
  };

  test("AGENT-16: with a confirmed key the agent is installed with the site's properties and its own, and enrolls", async () => {
    const pushProperties = 'SMSSLP=site.example SMSFSP=fsp.example';
    await scene.site.api(changeSiteSettings, { body: { pushProperties } });
    const own = ['--property', 'dnssuffix=lab.example', '--property', 'LOCATOR=own.example'];
    const { state, exitCode, log, properties } = await pushed(0, ...byKey(), ...own);
    assert.deepEqual([state, exitCode], ['installed', 0]);
    assert.deepEqual(
      properties.map(({ name: property, origin }) => `${property} ${origin}`),
      ['MP push', 'LOCATOR push', 'DNSSUFFIX push', 'FSP site'],
    );
    assert.deepEqual(await settings(), ['lab.example', 'https://own.example', 'https://fsp.example']);
    assert.match(log, /Setting up tenkai-agent/);
    assert.equal(await host.ask('ls /var/tmp'), '', 'nothing of the push is left');
    host.service(['/usr/bin/tenkai-agent', 'run']);
    const isOnline = async () => (await machineNamed(scene.site, name).catch(() => undefined))?.isOnline;
    await until('the machine is online', async () => (await isOnline()) === true, slowMs);
  });

  test('AGENT-16, AGENT-27: a second push finds it done; what it names is given all the same, the rest stays', async () => {
    assert.equal((await pushed(0, ...byKey())).state, 'already');
    assert.equal((await pushed(0, ...byKey(), '--property', 'FSP=')).state, 'installed');
    assert.deepEqual(await settings(), ['lab.example', 'https://site.example', undefined]);
  });

  test('a machine with another host key than the confirmed one is not spoken with', async () => {
    await host.writeFile('/etc/ssh/host_key', await readFile(join(folder, 'other_key')), 0o600);
    await sshd.kill();
    sshd.start();
    const other = (await readFile(join(folder, 'other_key.pub'), 'utf8')).split(' ')[1] ?? '';
    const sees = async () =>
      (await runCommand(['ssh-keyscan', '-p', String(forward.port), '127.0.0.1'])).stdout.includes(other);
    await until('sshd has the other key', sees, slowMs);
    assert.equal((await pushed(1, ...byKey())).reason, 'host-key-wrong');
  });
});
