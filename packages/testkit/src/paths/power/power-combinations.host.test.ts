/** What the power of a real machine does around a run, by its settings; systemd takes it down and starts the agent. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DeploymentDraft } from '@tenkai/domain';
import { machineRoutes } from '@tenkai/protocol';
import { installStep } from '../../builders.ts';
import { noDebTools } from '../../rig/deb.ts';
import { noSystemdHosts, type SystemdHost } from '../../rig/systemd-host.ts';
import { until } from '../../rig/until.ts';
import { deployTo, registerCommand, untilEnded, untilRun } from '../scene/deploy.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { startUnitScene, type UnitScene } from '../scene/managed-unit.ts';
import type { SiteProcess } from '../scene/site-process.ts';

const name = 'powered';
const slowMs = 240_000;
const no = false;
const yes = true;
/** Restart after, restart flag of the package, power off after the update; restarts that follow the installation. */
const combinations: readonly [boolean, boolean, boolean, number][] = [
  [no, no, no, 0],
  [no, no, yes, 0],
  [no, yes, no, 1],
  [no, yes, yes, 1],
  [yes, no, no, 1],
  [yes, no, yes, 1],
  [yes, yes, no, 1],
  [yes, yes, yes, 1],
];

describe('the power of a machine around a run', { skip: noSystemdHosts || noDebTools }, () => {
  let scene: UnitScene;
  let site: SiteProcess;
  let host: SystemdHost;
  let machineId: string;
  let untilOnline: () => Promise<void>;
  before(async () => {
    scene = await startUnitScene(name);
    ({ site, host, machineId, untilOnline } = scene);
  });
  after(() => scene?.destroy());

  /** A package whose installer writes down the boot in which it ran. */
  async function deploy(id: string, restartAfterInstall: boolean, over: Partial<DeploymentDraft>) {
    const detection = [{ kind: 'file' as const, path: `/opt/${id}` }];
    const commandLine = `cat /proc/sys/kernel/random/boot_id >> /opt/${id}`;
    await registerCommand(site, id, commandLine, { detection, restartAfterInstall });
    return deployTo(site, [machineId], { name: id, steps: [installStep(id)] }, over);
  }

  async function assertSucceeded(deploymentId: string): Promise<void> {
    const [run] = await untilEnded(site, deploymentId, 1);
    assert.deepEqual([run?.status, run?.reason], ['succeeded', null], JSON.stringify(run?.steps));
  }

  const untilOff = () => until('the machine is off', () => !host.isOn, slowMs);

  for (const [index, [restartAfter, flag, off, restarts]] of combinations.entries()) {
    test(`BSCN-35, BPWR-07: restart after ${restartAfter}, package flag ${flag}, power off ${off}: ${restarts} restarts${off ? ', then off' : ''}`, async () => {
      const { boots } = host;
      const first = await host.bootId();
      const id = `hello-${index}`;
      const powerOffAtEnd = off ? 'after-update' : 'no';
      await assertSucceeded(await deploy(id, flag, { restartAfter, powerOffAtEnd }));
      if (off) {
        await untilOff();
        assert.equal(host.boots, boots + restarts);
        await host.powerOn();
      }
      await untilOnline();
      assert.equal(host.boots, boots + restarts + (off ? 1 : 0));
      assert.equal(await host.ask(['cat', `/opt/${id}`]), first, 'installed once, before any restart');
    });
  }

  test('BSCN-20, BPWR-06, BPWR-07: off after delivery; woken by the site it installs in its first boot, restarts once and stays on', async () => {
    const { boots } = host;
    const former = await host.bootId();
    const id = await deploy('staged', true, { timing: 'at-next-start', powerOffAtEnd: 'after-delivery' });
    await untilRun(site, id, 'it is staged', (run) => run.reason?.code === 'next-start');
    await untilOff();
    await until('the site knows', async () => (await machineNamed(site, name)).powerState === 'off', slowMs);
    const body = { machineIds: [machineId], action: 'wake' as const };
    const { results } = await site.api(machineRoutes.power, { body });
    assert.deepEqual(
      results.map(({ accepted }) => accepted),
      [true],
    );
    await assertSucceeded(id);
    await untilOnline();
    assert.equal(host.boots, boots + 2);
    const [installedIn, ...more] = (await host.ask(['cat', '/opt/staged'])).split('\n');
    assert.deepEqual(more, []);
    assert.notEqual(installedIn, former);
    assert.notEqual(installedIn, await host.bootId());
  });
});
