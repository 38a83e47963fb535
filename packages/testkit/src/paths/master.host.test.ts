/** A reference machine with a live agent becomes an image; what is made of it are machines of their own. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { enrollmentRoutes } from '@tenkai/protocol';
import { output } from '../rig/command.ts';
import { noDebTools } from '../rig/deb.ts';
import { type DebianHost, noDebianHosts, startHost } from '../rig/debian-host.ts';
import { until } from '../rig/until.ts';
import { type HostScene, startHostScene } from './host-scene.ts';
import { machineNamed } from './managed-host.ts';

const keygen = '/usr/bin/ssh-keygen';
const link = '/etc/systemd/system/multi-user.target.wants/tenkai-agent.service';
const prepare = ['tenkai-agent', 'master', 'prepare', '--locator', 'mp1.example.org', '--unassign'];

const identityOf = (host: DebianHost) => {
  const read = (path: string) => readFileSync(join(host.rootPath, path), 'utf8').trim();
  const folder = join(host.rootPath, 'etc/ssh');
  const hostKeys = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('_key.pub')) : [];
  return {
    machineId: read('etc/machine-id'),
    signingKey: read('var/lib/tenkai-agent/identity/signing.key'),
    hostKeys: hostKeys.map((name) => read(`etc/ssh/${name}`).split(' ')[1] ?? ''),
  };
};

/** One story: each test goes on with what the one before left. */
describe('a reference machine and its clones', { skip: noDebianHosts || noDebTools }, () => {
  let scene: HostScene;
  const clones: DebianHost[] = [];
  before(async () => {
    scene = await startHostScene(['reference']);
  });
  after(async () => {
    for (const clone of clones) await clone.destroy();
    await scene?.destroy();
  });

  test('MASTER-05: on a network, with an agent that may speak, nothing is begun', async () => {
    const [reference] = scene.hosts;
    const { code, stderr } = await (reference?.host.run(prepare) ?? assert.fail());
    assert.equal(code, 1);
    assert.match(stderr, /master-online/);
    assert.equal(reference?.agent.isRunning, true);
  });

  test('MASTER-17, MASTER-18, MASTER-20, MASTER-22, IDENT-04: prepared and copied plainly, the clones are machines of their own', async () => {
    const [managed] = scene.hosts;
    assert.ok(managed);
    const { host: reference, agent } = managed;
    const hasKeygen = existsSync(keygen);
    await reference.run(['mkdir', '-p', '/etc/ssh']);
    if (hasKeygen) await output([keygen, '-A', '-f', reference.rootPath]);
    const before = identityOf(reference);
    assert.equal(before.hostKeys.length > 0, hasKeygen);

    // What `systemctl disable --now` does, on a host without systemd.
    await agent.kill('SIGTERM');
    await reference.run(['rm', link]);
    await reference.ask(prepare);
    const audit = JSON.parse(await reference.ask(['tenkai-agent', 'master', 'audit', '--json']));
    assert.deepEqual(audit.findings, []);
    assert.deepEqual(
      [agent.isRunning, await reference.ask(['readlink', link])],
      [false, '/usr/lib/systemd/system/tenkai-agent.service'],
    );
    await reference.powerOff();

    for (const name of ['clone-1', 'clone-2']) {
      const clone = await startHost({ name, network: scene.network });
      clones.push(clone);
      await copyPlainly(reference, clone);
      // The command of the image's unit, as systemd runs it.
      if (hasKeygen) await output([keygen, '-A', '-f', clone.rootPath]);
      await enroll(clone);
      clone.service(['/usr/bin/tenkai-agent', 'run']);
    }
    for (const { name } of clones)
      await until(`${name} is there`, async () => (await rowOf(name))?.isOnline === true, 110_000);
    const all = [before, ...clones.map(identityOf)];
    const ids = [
      managed.machineId,
      ...(await Promise.all(clones.map(async ({ name }) => (await rowOf(name))?.id))),
    ];
    const different = (values: readonly unknown[]) =>
      assert.equal(new Set(values).size, values.length, String(values));
    different(ids);
    different(all.map(({ machineId }) => machineId));
    different(all.map(({ signingKey }) => signingKey));
    different(all.flatMap(({ hostKeys }) => hostKeys));
    for (const { machineId } of all) assert.match(machineId, /^[\da-f]{32}$/);
  });

  const rowOf = (name: string) => machineNamed(scene.site, name).catch(() => undefined);

  /** As any tool does that knows nothing of us: the files, with a name and addresses of the new machine's own. */
  async function copyPlainly(from: DebianHost, to: DebianHost): Promise<void> {
    const parts = ['etc', 'var', 'usr/lib/tenkai-agent', 'usr/lib/systemd', 'usr/bin/tenkai-agent'];
    const own = ['etc/hostname', 'etc/hosts', 'etc/resolv.conf'].flatMap((path) => ['--exclude', path]);
    const archive = ['tar', '-C', from.rootPath, ...own, '-cf', '-', ...parts].map(quoted).join(' ');
    await output(['sh', '-ec', `${archive} | tar -C ${quoted(to.rootPath)} -xf -`]);
  }

  /** By the deployment, which knows the site of this target. */
  async function enroll(host: DebianHost): Promise<void> {
    const body = { name: host.name, maxUses: 1, validHours: 1 };
    const { secret } = await scene.site.api(enrollmentRoutes.createTicket, { body });
    await host.writeFile('/root/ticket', secret, 0o600);
    const site = ['--server', scene.site.url, '--root-fingerprint', scene.site.rootFingerprint];
    await host.ask(['tenkai-agent', 'enroll', ...site, '--ticket-file', '/root/ticket', '--no-wait']);
  }
});

const quoted = (word: string) => `'${word}'`;
