/** `tenkai machine push` onto hosts with dpkg and with rpm, by root and by sudo with and without a password. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { output } from '../../rig/command.ts';
import { type DebianHost, noDebianHosts, startHost } from '../../rig/debian-host.ts';
import type { Forward } from '../../rig/forward.ts';
import { installRpm, noRpm } from '../../rig/rpm.ts';
import { until } from '../../rig/until.ts';
import { runProgram } from '../../tenkai-cli.ts';
import { cliEnvironment } from '../scene/cli-environment.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { installSudo, noHostSshd, plainUser, startHostSshd, sudoAs } from '../scene/host-sshd.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { shippedDeb, shippedRpm } from '../scene/shipped-deb.ts';

const password = 'correct-horse-9-of-plain';
const slowMs = 300_000;
const main = join(import.meta.dirname, '../../../../cli/src/main.ts');

interface Pushed {
  readonly state: string;
  readonly reason: string | null;
  readonly detail: string;
  readonly log: string;
}

/** How somebody comes to root's rights there; `refused`: why not. */
interface Way {
  readonly name: string;
  readonly sudo: 'nobody' | 'password' | 'no-password';
  readonly args: readonly ('as-plain' | 'key' | 'password')[];
  readonly refused?: string;
}

const ways: readonly Way[] = [
  {
    name: 'sudo is not for this user',
    sudo: 'nobody',
    args: ['as-plain', 'password'],
    refused: 'rights-missing',
  },
  {
    name: 'sudo asks, and nobody answers',
    sudo: 'password',
    args: ['as-plain', 'key'],
    refused: 'rights-missing',
  },
  { name: 'sudo with a password', sudo: 'password', args: ['as-plain', 'password'] },
  { name: 'sudo without a password, by key', sudo: 'no-password', args: ['as-plain', 'key'] },
  { name: 'sudo without a password, by password', sudo: 'no-password', args: ['as-plain', 'password'] },
  { name: 'root by key', sudo: 'nobody', args: ['key'] },
];

const systems = {
  deb: {
    shipped: () => shippedDeb('agent'),
    prepare: async () => undefined,
    says: /Setting up tenkai-agent/,
    remove: 'dpkg --purge tenkai-agent',
  },
  rpm: {
    shipped: () => shippedRpm('agent'),
    async prepare(host: DebianHost) {
      await installRpm(host);
      await host.writeFile('/etc/os-release', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n');
    },
    // rpm itself says nothing where all goes well; this is the agent's own.
    says: /The properties are kept/,
    remove: 'rpm -e tenkai-agent',
  },
} as const;

const skip = noDebianHosts || noHostSshd || noRpm;

describe('the agent pushed to systems of each kind', { skip, timeout: 1_500_000 }, () => {
  let scene: HostScene;
  let folder: string;
  let env: Record<string, string>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenkai-push-systems-'));
    for (const key of ['host_key', 'user_key'])
      await output(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
    await writeFile(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
    scene = await startHostScene([]);
    env = await cliEnvironment(scene.site, folder);
  });
  after(async () => {
    await scene?.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [kind, system] of Object.entries(systems))
    describe(kind, () => {
      const name = `pushed-${kind}`;
      let host: DebianHost;
      let forward: Forward;
      before(async () => {
        host = await startHost({ name, network: scene.network });
        await system.prepare(host);
        await startHostSshd(host, { hostKeyFile: join(folder, 'host_key'), password });
        await installSudo(host);
        const key = await readFile(join(folder, 'user_key.pub'));
        for (const home of ['/root', `/home/${plainUser}`])
          await host.writeFile(`${home}/.ssh/authorized_keys`, key, 0o644);
        forward = await scene.network.forward(22, host.address);
      });
      after(async () => {
        await forward?.close();
        await host?.destroy();
      });

      async function push({ args }: Way) {
        const words = {
          'as-plain': ['--user', plainUser],
          key: ['--key', join(folder, 'user_key')],
          password: ['--password-file', join(folder, 'password')],
        };
        const [, pinned = ''] = (await output(['ssh-keygen', '-lf', join(folder, 'host_key')])).split(' ');
        const packages = await Promise.all(Object.values(systems).map((one) => one.shipped()));
        const result = await runProgram(
          process.execPath,
          [
            ...[main, '--json', 'machine', 'push', `localhost:${forward.port}`, '--host-key', pinned],
            ...packages.flatMap((path) => ['--package', path]),
            ...['--management-point', scene.site.url, '--property', 'FSP=fsp.example'],
            ...args.flatMap((arg) => words[arg]),
          ],
          { env },
        );
        const [row] = JSON.parse(result.stdout) as Pushed[];
        assert.ok(row, result.stderr);
        return row;
      }
      const isInstalled = async () => (await host.run('test -e /usr/bin/tenkai-agent')).code === 0;

      for (const way of ways)
        test(`AGENT-02, AGENT-16: ${way.name}: ${way.refused ?? 'installed'}`, async () => {
          await sudoAs(host, way.sudo);
          const { state, reason, detail, log } = await push(way);
          const said = JSON.stringify({ detail, log });
          assert.deepEqual(
            [state, reason],
            way.refused ? ['failed', way.refused] : ['installed', null],
            said,
          );
          assert.equal(await isInstalled(), way.refused === undefined);
          assert.ok(!said.includes(password));
          assert.equal(await host.ask('ls /var/tmp'), '', 'nothing of the push is left');
          if (way.refused) return;
          assert.match(log, system.says);
          const { assignment } = JSON.parse(await host.ask('cat /var/lib/tenkai-agent/agent.json'));
          assert.equal(assignment.fallbackStatusPoint, 'https://fsp.example');
          if (way === ways.at(-1)) return;
          await host.ask(system.remove);
          assert.equal(await isInstalled(), false);
        });

      test('AGENT-16: what was pushed last enrolls with the ticket of its push', async () => {
        host.service(['/usr/bin/tenkai-agent', 'run']);
        const isOnline = async () => (await machineNamed(scene.site, name).catch(() => undefined))?.isOnline;
        await until('the machine is online', async () => (await isOnline()) === true, slowMs);
      });
    });
});
