import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from './command.ts';
import { makeNetwork, type Network } from './network.ts';
import { noSystemdHosts, startSystemdHost } from './systemd-host.ts';
import type { SystemdMachine } from './systemd-machine.ts';

describe('a host with systemd', { skip: noSystemdHosts }, () => {
  let network: Network;
  let machine: SystemdMachine;
  before(async () => {
    network = await makeNetwork();
    machine = await startSystemdHost({ name: 'unit-host', network });
  });
  after(async () => {
    await machine?.destroy();
    await network?.destroy();
  });

  test('boots, reaches the site and is reached', async () => {
    assert.equal(await machine.ask(['hostname']), 'unit-host');
    assert.equal(await machine.ask('cat /proc/1/comm'), 'systemd');
    assert.equal(await machine.ask('systemctl is-system-running --wait || systemctl --failed'), 'running');
    assert.equal(await machine.ask('pwd'), '/');
    await machine.ask(['ping', '-c', '1', '-W', '5', network.site.address]);
    const ping = await runCommand(network.site.command(['ping', '-c', '1', '-W', '5', machine.address]));
    assert.equal(ping.code, 0);
  });

  test('gives its units control groups and sandboxes of their own', async () => {
    const sandbox = '-p DynamicUser=yes -p PrivateDevices=yes -p ProtectSystem=strict -p PrivateTmp=yes';
    const look = "sed -n 's/^0:://p' /proc/self/cgroup; touch /etc/x || echo read-only";
    const said = await machine.ask(`systemd-run --quiet --pipe --unit=look ${sandbox} sh -c '${look}' 2>&1`);
    assert.match(said, /^\/system\.slice\/look\.service\n.*Read-only file system\nread-only$/);
  });

  test('restarts its units with the machine, in a new boot, without the rules of a firewall', async () => {
    const unit = '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n';
    await machine.writeFile('/etc/systemd/system/sample.service', unit);
    await machine.ask('systemctl enable --now sample.service && nft add table inet sample');
    const former = await machine.bootId();
    await machine.reboot();
    assert.notEqual(await machine.ask('cat /proc/sys/kernel/random/boot_id'), former);
    assert.equal(await machine.ask('systemctl is-active sample.service'), 'active');
    assert.equal(await machine.ask('nft list ruleset'), '');
  });

  test('goes down although commands run in it, which end with it', async () => {
    const sleeping = Array.from({ length: 10 }, () => machine.run('exec sleep 600'));
    const isDown = new AbortController();
    const asking = (async () => {
      while (!isDown.signal.aborted) {
        await machine.run('true').catch(() => undefined);
        await delay(20);
      }
    })();
    await machine.reboot();
    isDown.abort();
    await asking;
    for (const { code } of await Promise.all(sleeping)) assert.notEqual(code, 0);
  });

  test('is switched off at once, and comes back', async () => {
    const former = await machine.bootId();
    await machine.cutPower();
    await assert.rejects(machine.bootId(), /is off/);
    await machine.powerOn();
    assert.notEqual(await machine.bootId(), former);
  });
});
