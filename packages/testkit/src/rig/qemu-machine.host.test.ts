import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { output, runCommand } from './command.ts';
import { makeNetwork, type Network } from './network.ts';
import { noQemuMachines, type QemuMachine, startQemuMachine } from './qemu-machine.ts';
import { until } from './until.ts';

describe('a virtual machine', { skip: noQemuMachines }, () => {
  let network: Network;
  let machine: QemuMachine;
  before(async () => {
    network = await makeNetwork();
    machine = await startQemuMachine({ name: 'vm', network });
  });
  after(async () => {
    await machine?.destroy();
    await network?.destroy();
  });

  test('boots a Debian with systemd and reaches the site', async () => {
    assert.equal(await machine.ask(['hostname']), 'vm');
    assert.equal(await machine.ask('cat /proc/1/comm'), 'systemd');
    assert.equal(await machine.ask('systemctl is-system-running --wait || systemctl --failed'), 'running');
    await machine.ask(['ping', '-c', '1', '-W', '5', network.site.address]);
    assert.equal(
      (await runCommand(network.site.command(['ping', '-c', '1', '-W', '5', machine.address]))).code,
      0,
    );
    assert.equal((await machine.run('echo out; echo err >&2; exit 7')).code, 7);
    await assert.rejects(machine.run('sleep 600', { timeoutMs: 1000 }), /took too long/);
  });

  test('takes files', async () => {
    await machine.copyIn(process.execPath, '/opt/node');
    const sum = (text: string) => text.split(' ')[0];
    assert.equal(
      sum(await machine.ask('sha256sum /opt/node')),
      sum(await output(['sha256sum', process.execPath])),
    );
  });

  test('restarts units with the machine, in a new boot', async () => {
    await machine.writeFile(
      '/etc/systemd/system/sample.service',
      '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
    );
    await machine.ask('systemctl enable --now sample.service');
    const former = await machine.bootId();
    await machine.reboot();
    assert.notEqual(await machine.bootId(), former);
    assert.equal(await machine.ask('systemctl is-active sample.service'), 'active');
  });

  test('loses at a power cut what was not synced, and nothing else', async () => {
    await machine.ask(
      'echo synced > /var/lib/synced && sync /var/lib/synced /var/lib && echo lost > /var/lib/unsynced',
    );
    await machine.cutPower();
    assert.equal(machine.isOn, false);
    await machine.powerOn();
    assert.equal(await machine.ask('cat /var/lib/synced'), 'synced');
    assert.equal((await machine.run('grep -q lost /var/lib/unsynced')).code === 0, false);
  });

  test('can be cut off from the network', async () => {
    const reaches = async () =>
      (await runCommand(network.site.command(['ping', '-c', '1', '-W', '1', machine.address]))).code === 0;
    await machine.cable.cut();
    assert.equal(await reaches(), false);
    await machine.cable.restore();
    await until('the machine answers again', reaches);
  });
});
