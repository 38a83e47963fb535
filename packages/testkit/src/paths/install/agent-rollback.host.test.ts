/** A new agent that does not report, on a machine with systemd: its guard is a unit, and puts the old one back. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { installStep } from '../../builders.ts';
import { noDebTools } from '../../rig/deb.ts';
import { noSystemdHosts } from '../../rig/systemd-host.ts';
import type { SystemdMachine } from '../../rig/systemd-machine.ts';
import { until } from '../../rig/until.ts';
import { brokenAgentDeb, createAgentPackage } from '../scene/agent-package.ts';
import { deployTo, untilEnded } from '../scene/deploy.ts';
import { startUnitScene, type UnitScene } from '../scene/managed-unit.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';
import type { SiteProcess } from '../scene/site-process.ts';
import type { UnitMachine } from '../scene/unit-machine.ts';

const newer = '0.1.1';
const slowMs = 480_000;
const folder = '/var/lib/tenkai-agent/upgrade';
const guardUnit = 'tenkai-agent-upgrade.service';

interface Clock {
  readonly bootId: string;
  readonly leftSeconds: number;
}

describe('an upgrade of the agent under systemd', { skip: noSystemdHosts || noDebTools }, () => {
  let scene: UnitScene;
  let site: SiteProcess;
  let machine: UnitMachine;
  let vm: SystemdMachine;
  before(async () => {
    scene = await startUnitScene('rolled-back');
    ({ site, machine, host: vm } = scene);
  });
  after(() => scene?.destroy());

  /** What the guard has written of its deadline; undefined while it waits for nothing. */
  async function clock(): Promise<Clock | undefined> {
    const { code, stdout } = await vm.run(['cat', `${folder}/clock`]);
    const [bootId = '', , left] = stdout.trim().split(' ');
    return code === 0 && left ? { bootId, leftSeconds: Number(left) } : undefined;
  }

  test('a new agent that does not report within its deadline is put back, although the power was cut meanwhile', async () => {
    const broken = await brokenAgentDeb(await shippedDeb('agent', newer));
    await createAgentPackage(site, broken, { deadlineMinutes: 1 });
    const id = await deployTo(site, [scene.machineId], {
      name: 'broken',
      steps: [installStep('tenkai-agent')],
    });
    const first = await until('the guard has looked', () => lookedAt(50), slowMs);
    assert.equal(await machine.installedVersion('tenkai-agent'), newer);
    const guard = await machine.unit(guardUnit);
    assert.deepEqual([guard.ActiveState, guard.UnitFileState], ['active', 'enabled']);
    await vm.ask('sync');
    await vm.cutPower();
    await vm.powerOn();
    const bootId = await vm.bootId();
    const goesOn = async () => {
      const now = await clock();
      return now?.bootId === bootId ? now : undefined;
    };
    const second = await until('the guard goes on', goesOn, slowMs);
    assert.ok(second.leftSeconds <= first.leftSeconds, `${second.leftSeconds} of ${first.leftSeconds} s`);
    const [run] = await untilEnded(site, id, 1);
    assert.deepEqual([run?.status, run?.reason?.code], ['failed', 'rolled-back'], JSON.stringify(run?.steps));
    assert.match(String(run?.reason?.params.cause), /version 0\.1\.1 did not report within 60 seconds/);
    assert.equal(await machine.installedVersion('tenkai-agent'), '0.1.0');
    await until('the old one is online', scene.isOnline, slowMs);
    const { general } = await machine.agentStatus();
    assert.deepEqual([general.version, general.isRunning], ['0.1.0', true]);
    assert.equal((await machine.unit(guardUnit)).LoadState, 'not-found');
    assert.equal(await vm.ask(`grep -c 'did not report' ${folder}/verdict`), '1');
    assert.equal(await vm.ask('dpkg --audit'), '');
  });

  const lookedAt = async (mostLeft: number) => {
    const now = await clock();
    return now && now.leftSeconds <= mostLeft ? now : undefined;
  };
});
