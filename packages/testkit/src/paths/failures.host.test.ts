import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { PackageDraft } from '@tenkai/domain';
import { packageRoutes, type RunDetail } from '@tenkai/protocol';
import { installStep } from '../builders.ts';
import { aDraft } from '../package-draft.ts';
import { noDebTools } from '../rig/deb.ts';
import { noDebianHosts } from '../rig/debian-host.ts';
import { makeNetwork, type Network } from '../rig/network.ts';
import { makeScratchFolder } from '../rig/rig-folder.ts';
import { until } from '../rig/until.ts';
import {
  deployPackage,
  deployTo,
  registerCommand,
  registerDeb,
  untilEnded,
  untilRun,
  upload,
} from './scene/deploy.ts';
import { type ManagedHost, startManagedHost } from './scene/managed-host.ts';
import { type SiteProcess, startSiteProcess } from './scene/site-process.ts';

const MiB = 1024 * 1024;

describe('what goes wrong on real hosts', { skip: noDebianHosts || noDebTools }, () => {
  let network: Network;
  let site: SiteProcess;
  let one: ManagedHost;
  let small: ManagedHost;
  before(async () => {
    network = await makeNetwork();
    site = await startSiteProcess(network);
    one = await startManagedHost(network, site, 'one');
    small = await startManagedHost(network, site, 'small');
  });
  after(async () => {
    await one?.destroy();
    await small?.destroy();
    await site?.destroy();
    await network?.destroy();
  });

  /** A payload that takes time to deliver, and an installer that counts how often it ran. */
  async function registerLarge(id: string, sizeMb: number, over: Partial<PackageDraft> = {}) {
    const folder = await makeScratchFolder(id);
    const script = `#!/bin/sh\nset -e\necho ran >> /var/lib/${id}.count\ncp "$(dirname "$0")/payload" /opt/${id}\n`;
    await writeFile(join(folder, 'install.sh'), script, { mode: 0o755 });
    await writeFile(join(folder, 'payload'), randomBytes(sizeMb * MiB));
    const manifest = await upload(site, folder);
    const payload = manifest.files.find((file) => file.path.endsWith('/payload'));
    const top = payload?.path.split('/')[0] ?? '';
    const [program] = aDraft().programs;
    assert.ok(program);
    const draft = aDraft({
      id,
      name: id,
      detection: [{ kind: 'file', path: `/opt/${id}`, minimumBytes: sizeMb * MiB }],
      programs: [{ ...program, executable: `${top}/install.sh`, parameters: '' }],
      ...over,
    });
    await site.api(packageRoutes.create, { body: { draft, contentId: manifest.contentId } });
    return manifest;
  }

  const timesRun = async (host: ManagedHost, id: string) =>
    Number(await host.host.ask(`cat /var/lib/${id}.count 2>/dev/null | wc -l`));

  /** An installer that goes on once it is let go, so that what is to happen in its middle does. @returns its id */
  async function registerHeld(id: string): Promise<string> {
    const held = `echo ran >> /var/lib/${id}.count; while [ ! -e /opt/${id}.go ]; do sleep 0.1; done; touch /opt/${id}`;
    await registerCommand(site, id, held, { detection: [{ kind: 'file', path: `/opt/${id}` }] });
    return id;
  }
  const letGo = ({ host }: ManagedHost, id: string) => host.ask(`touch /opt/${id}.go`);
  const isThere = async ({ host }: ManagedHost, path: string) =>
    (await host.run(`test -e ${path}`)).code === 0;

  async function onlyRun(deploymentId: string): Promise<RunDetail> {
    const [run] = await untilEnded(site, deploymentId, 1);
    assert.ok(run);
    return run;
  }

  /** Law: one result for each step, and nothing of the work left on the machine. */
  async function assertTidy(host: ManagedHost, run: RunDetail) {
    for (const { result, step } of run.steps) {
      if (run.status === 'succeeded') assert.ok(result, `step ${step.index} has a result`);
    }
    await until(
      'the engine is gone',
      async () => (await host.host.run(['pgrep', '-f', 'engine.mjs'])).code === 1,
    );
    const left = await host.host.ask(
      "find /var/lib/tenkai-agent -name '*.partial*' -o -name '*.tmp' -o -path '*/work/*' | head",
    );
    assert.equal(left, '', 'nothing is left behind');
  }

  test('BPKG-35: an installer that exits 0 and installs nothing ends failed: not detected', async () => {
    await registerCommand(site, 'does-nothing', 'true');
    const run = await onlyRun(await deployPackage(site, [one.machineId], 'does-nothing'));
    assert.deepEqual([run.status, run.reason?.code, run.isInError], ['failed', 'not-detected', true]);
    assert.equal(run.steps[0]?.result?.exitCode, 0);
    await assertTidy(one, run);
  });

  test('BPKG-34: an installer that hangs is ended with all that it started, and the machine is free', async () => {
    await registerCommand(site, 'hangs', 'sleep 4801 & sleep 4802; wait');
    const run = await onlyRun(await deployPackage(site, [one.machineId], 'hangs'));
    assert.deepEqual([run.status, run.reason?.code], ['failed', 'time-limit']);
    assert.equal((await one.host.run(['pgrep', '-f', 'sleep 480[12]'])).code, 1, 'its process group is gone');
    await assertTidy(one, run);
    await registerDeb(site, { name: 'after-hang', version: '1' });
    assert.equal(
      (await onlyRun(await deployPackage(site, [one.machineId], 'after-hang'))).status,
      'succeeded',
    );
  });

  test('a server that is killed during delivery goes on where it was', async () => {
    await registerLarge('large-one', 256);
    // Else it may be there before anybody has seen it on its way.
    await one.host.cable.slowTo(300);
    const id = await deployPackage(site, [one.machineId], 'large-one');
    await untilRun(site, id, 'the content is under way', (run) => (run.progress?.bytesDone ?? 0) > 8 * MiB);
    await site.kill();
    await site.start();
    await one.host.cable.slowTo(null);
    const run = await onlyRun(id);
    assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
    assert.equal(await timesRun(one, 'large-one'), 1);
    await assertTidy(one, run);
  });

  test('an agent and its engine that are killed in the middle of a step go on, with one result', async () => {
    const id = await deployPackage(site, [one.machineId], await registerHeld('slow-touch'));
    await until('the step runs', async () => (await timesRun(one, 'slow-touch')) === 1);
    await one.host.run(['pkill', '-KILL', '-f', 'tenkai-agent/']);
    await until('the agent is down', () => !one.agent.isRunning);
    await letGo(one, 'slow-touch');
    one.agent.start();
    const run = await onlyRun(id);
    assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
    assert.equal(await timesRun(one, 'slow-touch'), 1);
    await assertTidy(one, run);
  });

  test('AGENT-38: a package that stops the agent neither ends the run nor is ended by it', async () => {
    await registerCommand(
      site,
      'stops-agent',
      "pkill -f '[t]enkai-agent.mjs run'; sleep 2; touch /opt/stops-agent",
      {
        detection: [{ kind: 'file', path: '/opt/stops-agent' }],
      },
    );
    const id = await deployPackage(site, [one.machineId], 'stops-agent');
    await until('the agent service is stopped', () => !one.agent.isRunning);
    await until('the installer has ended', () => isThere(one, '/opt/stops-agent'));
    one.agent.start();
    const run = await onlyRun(id);
    assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
    await assertTidy(one, run);
  });

  test('BSCN-31: a restart in the middle of a scenario goes on after it, once', async () => {
    const script = (id: string, text: string) => ({
      kind: 'run-script' as const,
      id,
      name: id,
      interpreter: 'sh' as const,
      text,
    });
    const boots = one.host.boots;
    const id = await deployTo(site, [one.machineId], {
      name: 'restart in the middle',
      steps: [
        script('first', 'cat /proc/sys/kernel/random/boot_id > /opt/first'),
        { kind: 'restart', id: 'restart', name: 'restart' },
        script('second', 'cat /proc/sys/kernel/random/boot_id > /opt/second'),
      ],
    });
    const run = await onlyRun(id);
    assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
    assert.equal(one.host.boots, boots + 1, 'one restart');
    const [first, second] = (await one.host.ask('cat /opt/first /opt/second')).split('\n');
    assert.notEqual(first, second);
    assert.deepEqual(
      run.steps.map(({ result }) => result?.outcome),
      ['succeeded', 'succeeded', 'succeeded'],
    );
  });

  for (const restartAfterInstall of [false, true])
    test(`BSCN-31, BSCN-35: restart after the run, with a package ${restartAfterInstall ? 'that asks for one, too' : 'that asks for none'}: once, and the new boot tells of success`, async () => {
      const name = `restart-after-${restartAfterInstall}`;
      await one.untilOnline();
      await registerCommand(site, name, `cat /proc/sys/kernel/random/boot_id > /opt/${name}`, {
        detection: [{ kind: 'file', path: `/opt/${name}` }],
        // The package asks for one, too: both together are one.
        restartAfterInstall: true,
      });
      const boots = one.host.boots;
      const options = { restartAfter: true, powerOffAtEnd: false, restartAtStart: false };
      const id = await deployTo(site, [one.machineId], {
        name,
        steps: [installStep(name)],
        options,
      });
      const run = await onlyRun(id);
      assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
      assert.equal(one.host.boots, boots + 1, 'one restart');
      assert.deepEqual(
        run.steps.map(({ step, result }) => [step.kind, result?.outcome]),
        [
          ['install-package', 'succeeded'],
          ['restart', 'succeeded'],
        ],
      );
      const [install, restart] = run.steps.map(({ result }) => result);
      assert.ok(
        (restart?.startedAt ?? 0) >= (install?.finishedAt ?? Number.NaN),
        'it comes after the install',
      );
      const before = (await one.host.ask(`cat /opt/${name}`)).trim();
      const now = (await one.host.ask('cat /proc/sys/kernel/random/boot_id')).trim();
      assert.notEqual(now, before, 'the machine is in its next boot when success is told');
      assert.notEqual(run.verifiedBy, null, 'and the package was looked for there');
      await one.untilOnline();
      assert.equal(one.host.boots, boots + 1, 'and no second restart follows');
      await assertTidy(one, run);
    });

  test('BPKG-31: a machine that loses its power during an install ends with the true result', async () => {
    await one.untilOnline();
    await registerCommand(
      site,
      'power-loss',
      'echo ran >> /var/lib/power-loss.count; [ "$(wc -l < /var/lib/power-loss.count)" != 1 ] || sleep 300; touch /opt/power-loss',
      {
        detection: [{ kind: 'file', path: '/opt/power-loss' }],
      },
    );
    const id = await deployPackage(site, [one.machineId], 'power-loss');
    await until('the installer runs', async () => (await timesRun(one, 'power-loss')) === 1);
    await one.host.reset();
    const run = await onlyRun(id);
    const said = `${run.status} ${JSON.stringify(run.reason)}`;
    assert.equal(run.status === 'succeeded', await isThere(one, '/opt/power-loss'), said);
    await assertTidy(one, run);
  });

  test('a network that is cut for a minute loses nothing', async () => {
    await one.untilOnline();
    const id = await deployPackage(site, [one.machineId], await registerHeld('cut-off'));
    await until('the step runs', async () => (await timesRun(one, 'cut-off')) === 1);
    await one.host.cable.cut('silent');
    await letGo(one, 'cut-off');
    await until('the machine went on by itself', async () => isThere(one, '/opt/cut-off'));
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    await one.host.cable.restore();
    const run = await onlyRun(id);
    assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
    await assertTidy(one, run);
  });

  test('a disk that is too small is named before anything is done, and stays empty', async () => {
    await small.host.limitDisk('/var/lib/tenkai-agent', 32);
    await registerLarge('too-large', 64);
    const run = await onlyRun(await deployPackage(site, [small.machineId], 'too-large'));
    assert.equal(run.status, 'failed');
    assert.match(run.reason?.code ?? '', /disk-full/);
    assert.equal(await timesRun(small, 'too-large'), 0);
    await assertTidy(small, run);
    const used = Number(await small.host.ask('du -sk /var/lib/tenkai-agent | cut -f1'));
    assert.ok(used < 4096, `${used} KiB are left on the small disk`);
  });

  test('BSCN-30: a flipped byte in content is refused, and nothing of it runs', async () => {
    await one.untilOnline();
    const manifest = await registerLarge('flipped', 9);
    const chunk = manifest.files.find((file) => file.path.endsWith('/payload'))?.chunks[0]?.sha256 ?? '';
    await flipByte(await findObject(join(site.dataDir, 'content'), chunk));
    const run = await onlyRun(await deployPackage(site, [one.machineId], 'flipped'));
    assert.equal(run.status, 'failed');
    assert.match(run.reason?.code ?? '', /content|chunk/);
    assert.equal(await timesRun(one, 'flipped'), 0);
    await assertTidy(one, run);
  });

  test('a step that may fail does not end the run, and the order of steps holds', async () => {
    const script = (id: string, text: string, over = {}) => ({
      kind: 'run-script' as const,
      id,
      name: id,
      interpreter: 'sh' as const,
      text,
      ...over,
    });
    await registerDeb(site, { name: 'in-order', version: '2:1.0-1' });
    const id = await deployTo(site, [one.machineId], {
      name: 'in order',
      steps: [
        script('a', 'echo a >> /opt/order; exit 3', { continueOnError: true }),
        script('b', 'echo b >> /opt/order', { condition: { kind: 'previous-step', outcome: 'failed' } }),
        script('c', 'echo c >> /opt/order', { condition: { kind: 'previous-step', outcome: 'failed' } }),
        installStep('in-order'),
        script('d', 'echo "$MACHINE_NAME" >> /opt/order'),
      ],
    });
    const run = await onlyRun(id);
    assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
    assert.equal(await one.host.ask('cat /opt/order'), 'a\nb\none');
    assert.equal(await one.installedVersion('in-order'), '2:1.0-1');
    assert.deepEqual(
      run.steps.slice(0, 3).map(({ result }) => result?.outcome),
      ['failed', 'succeeded', 'skipped'],
    );
  });
});

async function findObject(folder: string, sha256: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true });
  const found = entries.find((entry) => entry.endsWith(sha256) || entry.endsWith(sha256.slice(2)));
  assert.ok(found, `chunk ${sha256} is in ${folder}`);
  return join(folder, found);
}

async function flipByte(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, 1000);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await handle.write(byte, 0, 1, 1000);
  await handle.close();
}
