import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { atEnd } from '../at-end.ts';
import { output, runCommand } from './command.ts';
import { buildDeb } from './deb.ts';
import { type DebianHost, noDebianHosts, startHost } from './debian-host.ts';
import { makeNetwork, type Network } from './network.ts';
import { makeRigFolder } from './rig-folder.ts';
import { until } from './until.ts';

describe('a Debian host', { skip: noDebianHosts }, () => {
  let network: Network;
  let host: DebianHost;
  before(async () => {
    network = await makeNetwork();
    host = await startHost({ name: 'one', network });
  });
  after(async () => {
    await host?.destroy();
    await network?.destroy();
  });

  test('is a Debian of its own: name, processes, network, package database', async () => {
    assert.equal(await host.ask(['hostname']), 'one');
    assert.equal(await host.ask('cat /proc/1/comm'), 'rig-init');
    assert.match(await host.ask('ip -4 -o address show eth0'), /10\.77\.0\.2\/24/);
    assert.match(await host.ask(['dpkg-query', '--status', 'base-files']), /Status: install ok installed/);
    const seen = (await host.ask('ls /proc')).split('\n').filter((name) => /^\d+$/.test(name));
    assert.ok(seen.length < 10, 'it sees only its own processes');
    assert.equal((await host.run('exit 7')).code, 7);
  });

  test('cannot change the machine that it runs on', async () => {
    assert.notEqual((await host.run('echo 1 > /proc/sys/vm/swappiness')).code, 0);
    await host.ask('echo marker > /etc/marker');
    assert.ok(!existsSync('/etc/marker'));
  });

  test('installs, upgrades and removes a real package', async (t) => {
    const folder = await makeRigFolder('debs');
    atEnd(t, () => rm(folder, { recursive: true, force: true }));
    for (const version of ['1.0', '1.1']) {
      const script = { postinst: '#!/bin/sh\necho $1 $2 >> /var/log/sample\n' };
      const files = { '/usr/bin/sample': `#!/bin/sh\necho ${version}\n` };
      await host.copyIn(
        await buildDeb(folder, { name: 'sample', version, files, scripts: script }),
        '/tmp/sample.deb',
      );
      await host.ask(['dpkg', '--install', '/tmp/sample.deb']);
      assert.equal(await host.ask(['sample']), version);
    }
    assert.equal(await host.ask('cat /var/log/sample'), 'configure\nconfigure 1.0');
    await host.ask(['dpkg', '--purge', 'sample']);
    assert.notEqual((await host.run(['dpkg-query', '--status', 'sample'])).code, 0);
  });

  test('runs services that start again with it, on the same disk, with a new boot id', async () => {
    const service = host.service('echo started as $$; exec sleep infinity');
    await until('the service has started', () => service.log().includes('started'));
    await host.ask('echo kept > /var/lib/kept; echo gone > /run/gone');
    const [boots, bootId] = [host.boots, await host.ask('cat /proc/sys/kernel/random/boot_id')];
    await host.reset();
    assert.equal(host.boots, boots + 1);
    assert.equal(await host.ask('cat /var/lib/kept'), 'kept');
    assert.notEqual((await host.run('cat /run/gone')).code, 0);
    assert.notEqual(await host.ask('cat /proc/sys/kernel/random/boot_id'), bootId);
    await until('the service has started again', () => service.log().split('started').length === 3);
    await service.kill('SIGTERM');
    assert.equal(service.isRunning, false);
    service.start();
    await until('the service is back', () => service.isRunning && service.pid !== undefined);
    await service.kill();
  });

  test('restarts itself with the real command, processes ended in order', async () => {
    const boots = host.boots;
    const service = host.service('trap "echo told to end; exit 0" TERM; echo up; while :; do sleep 1; done', {
      atBoot: false,
    });
    await until('the service is up', () => service.log().includes('up'));
    assert.equal((await host.run(['shutdown', '-r', 'now'])).code, 0);
    await host.untilBooted(boots + 1);
    assert.match(service.log(), /told to end/);
    assert.equal((await host.run('true')).code, 0);
  });

  test('switches itself off and is woken by a magic packet', async () => {
    const boots = host.boots;
    const mac = /ether ([0-9a-f:]+)/.exec(await host.ask('ip link show eth0'))?.[1] ?? '';
    await host.run(['poweroff']);
    await until('the host is off', () => !host.isOn);
    await until('the host answers no ping', async () => (await ping()) !== 0);
    await sendMagicPacket('aa:bb:cc:dd:ee:ff');
    // The second that the ping waits is ample for a wrong packet to wake it.
    assert.notEqual(await ping(), 0);
    assert.equal(host.isOn, false);
    await sendMagicPacket(mac);
    await host.untilBooted(boots + 1);
    assert.equal(host.boots, boots + 1);
    await until('the host answers again', async () => (await ping()) === 0);
  });

  const ping = async () =>
    (await runCommand(network.site.command(['ping', '-c', '1', '-W', '1', host.address]))).code;

  const sendMagicPacket = (mac: string) => {
    const source = `const s = require('node:dgram').createSocket('udp4'); s.bind(() => { s.setBroadcast(true);
      const mac = Buffer.from(process.argv[1].replaceAll(':', ''), 'hex');
      s.send(Buffer.concat([Buffer.alloc(6, 255), ...Array(16).fill(mac)]), 9, '10.77.0.255', () => s.close()); });`;
    return output(network.site.command([process.execPath, '-e', source, mac]));
  };

  test('has a disk that can be made small and fill up', async () => {
    await host.ask('mkdir -p /var/lib/small && echo before > /var/lib/small/file');
    await host.limitDisk('/var/lib/small', 4);
    assert.equal(await host.ask('cat /var/lib/small/file'), 'before');
    assert.match(
      (await host.run('dd if=/dev/zero of=/var/lib/small/big bs=1M count=5')).stderr,
      /No space left/,
    );
    await host.ask('rm /var/lib/small/big; echo after > /var/lib/small/file');
    await host.reset();
    assert.equal(await host.ask('cat /var/lib/small/file'), 'after');
    assert.notEqual((await host.run('dd if=/dev/zero of=/var/lib/small/big bs=1M count=5')).code, 0);
  });

  test('takes files, also while it is off', async () => {
    await host.copyIn(import.meta.filename, '/opt/in/test.ts');
    assert.equal(
      await host.ask('sha256sum < /opt/in/test.ts'),
      (await output(['sh', '-c', `sha256sum < ${import.meta.filename}`])).trim(),
    );
    await host.powerOff();
    await host.writeFile('/etc/tenkai/setting', 'while off\n', 0o600);
    assert.equal(await readFile(join(host.rootPath, 'etc/tenkai/setting'), 'utf8'), 'while off\n');
    await host.powerOn();
    assert.equal(
      await host.ask('stat -c %a /etc/tenkai/setting && cat /etc/tenkai/setting'),
      '600\nwhile off',
    );
  });

  test('a command that takes too long is ended, and what it started with it', async () => {
    await assert.rejects(host.run('sleep 4711 & wait', { timeoutMs: 1000 }), /not done after 1 s/);
    await until(
      'nothing of it is left',
      async () => (await host.run(['pgrep', '-f', 'sleep 4711'])).code === 1,
    );
  });

  test('leaves nothing behind', async () => {
    const other = await startHost({ name: 'two', network });
    await other.ask('nohup sleep 4712 > /dev/null 2>&1 &');
    const folder = other.rootPath.replace(/^\/proc\/\d+\/root/, '').replace(/\/root$/, '');
    assert.ok(existsSync(folder));
    await other.destroy();
    assert.ok(!existsSync(folder));
    assert.equal((await runCommand(['pgrep', '-f', 'sleep 4712'])).code, 1);
    assert.ok(!(await readFile('/proc/self/mountinfo', 'utf8')).includes(folder));
  });
});
