/** The agent on a virtual machine whose disk forgets what was not flushed when its power is cut. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Step } from '@tenkai/domain';
import { installStep } from '../../builders.ts';
import { noDebTools } from '../../rig/deb.ts';
import { makeNetwork, type Network } from '../../rig/network.ts';
import { noQemuMachines, type QemuMachine, startQemuMachine } from '../../rig/qemu-machine.ts';
import { until } from '../../rig/until.ts';
import { deployTo, registerDeb, untilEnded, untilRun } from '../scene/deploy.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { manageUnit } from '../scene/managed-unit.ts';
import { assertOneResultEach } from '../scene/one-result-each.ts';
import { type SiteProcess, startSiteProcess } from '../scene/site-process.ts';
import type { UnitMachine } from '../scene/unit-machine.ts';

const name = 'cut-vm';
const slowMs = 480_000;
/** The first time it never ends. */
const postinst = `#!/bin/sh
set -e
echo ran >> /var/lib/cut-off.count
sync
if [ "$(wc -l < /var/lib/cut-off.count)" = 1 ]; then sleep 300; fi
`;

describe('a run on a machine whose power is cut', { skip: noQemuMachines || noDebTools }, () => {
  let network: Network;
  let site: SiteProcess;
  let vm: QemuMachine;
  let machine: UnitMachine;
  let machineId: string;
  let untilOnline: () => Promise<void>;
  before(async () => {
    network = await makeNetwork();
    [site, vm] = await Promise.all([
      startSiteProcess(network),
      startQemuMachine({ name, network, memoryMb: 1024 }),
    ]);
    ({ machine, machineId, untilOnline } = await manageUnit(vm, network, site));
  });
  after(async () => {
    await vm?.destroy();
    await site?.destroy();
    await network?.destroy();
  });

  test('while the package manager works: the run ends with what is true, no step is done twice but the cut one', async () => {
    await registerDeb(site, {
      name: 'cut-off',
      version: '1.0-1',
      files: { '/opt/cut-off': 'here\n' },
      scripts: { postinst },
    });
    const id = await deployTo(site, [machineId], {
      name: 'power cut',
      steps: [script('before'), installStep('cut-off'), script('after')],
    });
    const works = async () => (await vm.run('test -e /var/lib/cut-off.count')).code === 0;
    await until('the package manager works', works, slowMs);
    await untilRun(site, id, 'the site knows that the step runs', ({ stepIndex }) => stepIndex === 1);
    await vm.cutPower();
    await vm.powerOn();
    const [run] = await untilEnded(site, id, 1);
    assert.ok(run);
    assert.deepEqual([run.status, run.reason], ['succeeded', null]);
    assert.equal(await machine.installedVersion('cut-off'), '1.0-1');
    assert.equal(await vm.ask('cat /opt/before /opt/cut-off /opt/after'), 'ran\nhere\nran');
    assert.equal(await vm.ask('dpkg --audit'), '', 'no package is left half-way');
    await assertOneResultEach(vm, run);
    await untilOnline();
    assert.equal((await machineNamed(site, name)).id, machineId);
  });
});

const script = (id: string): Step => ({
  kind: 'run-script',
  id,
  name: id,
  interpreter: 'sh',
  text: `echo ran >> /opt/${id}`,
});
