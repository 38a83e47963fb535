/** A reference machine with a live agent becomes an image; what is made of it are machines of their own. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { enrollmentRoutes, machineRoutes } from '@tenkai/protocol';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { output } from '../rig/command.ts';
import { noDebTools } from '../rig/deb.ts';
import { type DebianHost, noDebianHosts, startHost } from '../rig/debian-host.ts';
import { until } from '../rig/until.ts';
import { deployPackage, registerDeb, untilEnded } from './scene/deploy.ts';
import { type HostScene, startHostScene } from './scene/host-scene.ts';
import { type ManagedHost, machineNamed } from './scene/managed-host.ts';
import { type SiteProcess, startSiteProcess } from './scene/site-process.ts';

const keygen = '/usr/bin/ssh-keygen';
const link = '/etc/systemd/system/multi-user.target.wants/tenkai-agent.service';
const candidatesFile = '/root/candidates';
const prepare = ['tenkai-agent', 'master', 'prepare', '--candidates', candidatesFile, '--unassign'];

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
  let osaka: SiteProcess;
  const clones: DebianHost[] = [];
  before(async () => {
    scene = await startHostScene(['reference']);
    osaka = await startSiteProcess(scene.network, { code: 'OSA', port: 9443 });
    for (const name of ['clone-1', 'clone-2']) clones.push(await startHost({ name, network: scene.network }));
    // One image: what decides is where a machine stands.
    const lines = sites().map(({ url, rootFingerprint }, index) => {
      const code = ['TST', 'OSA'][index];
      return `${clones[index]?.address} SITECODE=${code} MP=${url} ROOTFINGERPRINT=${rootFingerprint}`;
    });
    await scene.hosts[0]?.host.writeFile(candidatesFile, `# where the targets stand\n${lines.join('\n')}\n`);
  });
  after(async () => {
    for (const clone of clones) await clone.destroy();
    await osaka?.destroy();
    await scene?.destroy();
  });
  const sites = () => [scene.site, osaka] as const;

  test('MASTER-05: on a network, with an agent that may speak, nothing is begun', async () => {
    const [reference] = scene.hosts;
    const { code, stderr } = await (reference?.host.run(prepare) ?? assert.fail());
    assert.equal(code, 1);
    assert.match(stderr, /master-online/);
    assert.equal(reference?.agent.isRunning, true);
  });

  test('MASTER-20: imaged while it lives, with nothing prepared, machine and copy are shut out and the site says why, until somebody has decided', async () => {
    const [reference] = scene.hosts;
    assert.ok(reference);
    const copy = await startHost({ name: 'copy', network: scene.network });
    try {
      // Its hardware is its own: here the machine id stands for it, as on a machine whose board has no number.
      await copyPlainly(reference.host, copy, ['etc/machine-id']);
      copy.service(['/usr/bin/tenkai-agent', 'run']);
      const { machineId: id } = reference;
      await until('the site has seen both', async () => {
        const { items } = await scene.site.api(machineRoutes.list, { query: {} });
        assert.deepEqual(
          items.map((row) => row.id),
          [id],
          'one machine, as far as anybody can tell',
        );
        return items[0]?.enrollment === 'quarantined';
      });
      const { items } = await scene.site.api(listStatusMessages, { query: { code: 'enrollment.clone' } });
      assert.deepEqual(
        items.map(({ machineId }) => machineId),
        [id],
      );
      for (const host of [copy, reference.host])
        await until(`${host.name} says so`, async () => {
          const { general } = JSON.parse(await host.ask(['tenkai-agent', 'status', '--json']));
          return /quarantine/i.test(general.trouble) && !general.isConnected;
        });
    } finally {
      await copy.destroy();
    }
    await releaseReference(reference);
  });

  test('MASTER-20: a copy that has the machine id, too, is told by both being there at once: both are shut out and say why', async () => {
    const [reference] = scene.hosts;
    assert.ok(reference);
    const twin = await startHost({ name: 'twin', network: scene.network });
    try {
      await copyPlainly(reference.host, twin);
      twin.service(['/usr/bin/tenkai-agent', 'run']);
      const { machineId: id } = reference;
      await until('the site has told them from one', async () => {
        const { items } = await scene.site.api(listStatusMessages, { query: { code: 'enrollment.shared' } });
        return items.some(({ machineId }) => machineId === id);
      });
      const { items } = await scene.site.api(machineRoutes.list, { query: {} });
      assert.deepEqual(
        items.map((row) => [row.id, row.enrollment]),
        [[id, 'quarantined']],
      );
      for (const host of [twin, reference.host])
        await until(`${host.name} says so`, async () => {
          const { general } = JSON.parse(await host.ask(['tenkai-agent', 'status', '--json']));
          return /two agents used its key/i.test(general.trouble) && !general.isConnected;
        });
    } finally {
      await twin.destroy();
    }
    await releaseReference(reference);
  });

  test('MASTER-20: a machine whose agent is killed and whose power fails, time and again, is never taken for two', async () => {
    const [reference] = scene.hosts;
    assert.ok(reference);
    const { host, agent } = reference;
    const told = async () =>
      (await scene.site.api(listStatusMessages, { query: { code: 'enrollment.shared' } })).items.length;
    const before = await told();
    for (let turn = 0; turn < 6; turn += 1) {
      if (turn % 2 === 0) {
        await agent.kill('SIGKILL');
        agent.start();
      } else await host.reset();
      const connected = async () => {
        const { code, stdout } = await host.run(['tenkai-agent', 'status', '--json']);
        return code === 0 && JSON.parse(stdout).general.isConnected === true;
      };
      await until('the agent is connected', connected);
    }
    assert.equal(await told(), before);
    assert.equal((await reference.row()).enrollment, 'enrolled');
  });

  test('MASTER-15, MASTER-17, MASTER-18, MASTER-20, MASTER-22, IDENT-04: prepared and copied plainly, the clones are machines of their own, each of the site in whose part of the network it stands', async () => {
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

    for (const [index, clone] of clones.entries()) {
      await copyPlainly(reference, clone);
      // The command of the image's unit, as systemd runs it.
      if (hasKeygen) await output([keygen, '-A', '-f', clone.rootPath]);
      await giveTicket(clone, sites()[index] ?? assert.fail());
      clone.service(['/usr/bin/tenkai-agent', 'run']);
    }
    const cloned: string[] = [];
    for (const [index, { name }] of clones.entries()) {
      const here = sites()[index] ?? assert.fail();
      const row = () => machineNamed(here, name).catch(() => undefined);
      cloned.push(
        await until(
          `${name} is there`,
          async () => ((await row())?.isOnline ? (await row())?.id : undefined),
          110_000,
        ),
      );
      await assert.rejects(machineNamed(sites()[1 - index] ?? assert.fail(), name));
    }
    for (const clone of clones) {
      const { site } = JSON.parse(await clone.ask(['tenkai-agent', 'status', '--json']));
      assert.deepEqual([site.isAssigned, site.foundBy], [true, 'boundary']);
    }
    const all = [before, ...clones.map(identityOf)];
    const ids = [managed.machineId, ...cloned];
    const different = (values: readonly unknown[]) =>
      assert.equal(new Set(values).size, values.length, String(values));
    different(ids);
    different(all.map(({ machineId }) => machineId));
    different(all.map(({ signingKey }) => signingKey));
    different(all.flatMap(({ hostKeys }) => hostKeys));
    for (const { machineId } of all) assert.match(machineId, /^[\da-f]{32}$/);
  });

  test('AGENT-24: a machine of a workgroup that came from the image gets software, and its newer version', async () => {
    const [clone] = clones;
    assert.ok(clone);
    const { id } = await machineNamed(scene.site, clone.name);
    const installed = async () =>
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholder
      (await clone.ask(['dpkg-query', '-W', '-f=${Version}', 'group-hello'])).trim();
    for (const version of ['1.0', '1.1']) {
      const packageId = `group-hello-${version.replace('.', '-')}`;
      const files = { '/usr/bin/group-hello': `#!/bin/sh\necho ${version}\n` };
      await registerDeb(scene.site, { name: 'group-hello', version, files }, { id: packageId });
      const [run] = await untilEnded(scene.site, await deployPackage(scene.site, [id], packageId), 1);
      assert.equal(run?.status, 'succeeded', JSON.stringify(run?.reason));
      assert.deepEqual([await installed(), await clone.ask(['group-hello'])], [version, version]);
    }
  });

  /** As any tool does that knows nothing of us: the files, with a name and addresses of the new machine's own. */
  /** The copy is gone, a decision is taken, and the machine is itself again. */
  async function releaseReference({ machineId, agent }: ManagedHost): Promise<void> {
    const body = { machineIds: [machineId], decision: 'approve' as const };
    await scene.site.api(enrollmentRoutes.decide, { body });
    await agent.kill('SIGTERM');
    agent.start();
    await until('the machine is back', async () => {
      const { items } = await scene.site.api(machineRoutes.list, { query: {} });
      return items[0]?.isOnline === true;
    });
  }

  async function copyPlainly(from: DebianHost, to: DebianHost, kept: readonly string[] = []): Promise<void> {
    const parts = ['etc', 'var', 'usr/lib/tenkai-agent', 'usr/lib/systemd', 'usr/bin/tenkai-agent'];
    const own = ['etc/hostname', 'etc/hosts', 'etc/resolv.conf', ...kept].flatMap((path) => [
      '--exclude',
      path,
    ]);
    const archive = ['tar', '-C', from.rootPath, ...own, '-cf', '-', ...parts].map(quoted).join(' ');
    await output(['sh', '-ec', `${archive} | tar -C ${quoted(to.rootPath)} -xf -`]);
  }

  /** By the deployment; of the wrong site it would be refused. */
  async function giveTicket(host: DebianHost, site: SiteProcess): Promise<void> {
    const body = { name: host.name, maxUses: 1, validHours: 1 };
    const { secret } = await site.api(enrollmentRoutes.createTicket, { body });
    await host.writeFile('/root/ticket', secret, 0o600);
    await host.ask(['tenkai-agent', 'assign', 'TICKET=/root/ticket', '--no-search']);
  }
});

const quoted = (word: string) => `'${word}'`;
