import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Step } from '@tenkai/domain';
import { atEnd } from '../at-end.ts';
import { installStep } from '../builders.ts';
import { openOpensslBench } from '../certificates/openssl.ts';
import { bmpName, renamedPfx } from '../certificates/renamed-pfx.ts';
import { noDebTools } from '../rig/deb.ts';
import { noDebianHosts } from '../rig/debian-host.ts';
import { deployPackage, deployTo, registerDeb, untilEnded } from './scene/deploy.ts';
import { type HostScene, startHostScene } from './scene/host-scene.ts';

describe('three Debian hosts', { skip: noDebianHosts || noDebTools }, () => {
  let scene: HostScene;
  before(async () => {
    scene = await startHostScene(['one', 'two', 'three']);
  });
  after(() => scene?.destroy());

  test('a package is deployed to all, and dpkg on each of them says so', async () => {
    const { site, hosts } = scene;
    await registerDeb(site, {
      name: 'road-hello',
      version: '1.2-3',
      files: { '/usr/bin/road-hello': '#!/bin/sh\necho hello\n' },
    });
    for (const host of hosts) assert.equal(await host.installedVersion('road-hello'), '');
    const id = await deployPackage(
      site,
      hosts.map((host) => host.machineId),
      'road-hello',
    );
    const runs = await untilEnded(site, id, 3);
    for (const run of runs) {
      assert.deepEqual(
        [run.status, run.versionBefore, run.versionAfter],
        ['succeeded', null, '1.2-3'],
        JSON.stringify(run.reason),
      );
      assert.match(run.verifiedBy ?? '', /dpkg road-hello = 1\.2-3/);
      assert.ok(
        run.steps.every((step) => step.result !== null),
        'one result for each step',
      );
    }
    for (const host of hosts) {
      assert.equal(await host.installedVersion('road-hello'), '1.2-3');
      assert.equal(await host.host.ask(['road-hello']), 'hello');
    }
  });

  test('IDENT-18: the ready made package tenkai-certfix cleans a name with a NUL on each machine', async (t) => {
    const openssl = openOpensslBench();
    assert.ok(openssl, 'openssl belongs to the test tools');
    atEnd(t, () => openssl.remove());
    const { site, hosts } = scene;
    openssl.certificate('old');
    const broken = renamedPfx(openssl.pfx('old', ''), '', [bmpName('Old agent\0')]);
    const file = '/var/lib/tenkai-agent/identity/old.pfx';
    for (const { host } of hosts) {
      await host.writeFile(`${file}.base64`, broken.toString('base64'));
      await host.ask(['sh', '-c', `base64 -d ${file}.base64 > ${file} && rm ${file}.base64`]);
    }
    const machineIds = hosts.map(({ machineId }) => machineId);
    const runs = await untilEnded(site, await deployPackage(site, machineIds, 'tenkai-certfix'), 3);
    for (const run of runs) assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
    for (const { host } of hosts) {
      const clean = Buffer.from(await host.ask(['base64', '-w0', file]), 'base64');
      assert.match(openssl.read(clean, '', '-info'), /friendlyName: Old agent$/m);
      assert.notDeepEqual(clean, broken);
    }
  });

  test('IDENT-23, IDENT-24: certfix and export before a machine gets a new system, import and certfix after it: the same machine for its site, without a ticket', async () => {
    const { site, hosts } = scene;
    const [managed] = hosts;
    assert.ok(managed);
    const { host, machineId, agent } = managed;
    const migrate = async (name: string, steps: Step[]) => {
      const [run] = await untilEnded(site, await deployTo(site, [machineId], { name, steps }), 1);
      assert.equal(run?.status, 'succeeded', JSON.stringify([run?.reason, run?.steps]));
      return run;
    };
    await host.writeFile('/root/secret', 'correct horse battery\n', 0o600);
    const bundle = ['/root/me.pfx', '--password-file', '/root/secret'];
    const text = ['tenkai-agent', 'cert', 'export', ...bundle].join(' ');
    const keep = { kind: 'run-script', id: 'keep', name: 'Keep', interpreter: 'sh', text } as const;
    const certificates = '/var/lib/tenkai-agent/identity/signing.crt';
    const name = (from: string, to: string) =>
      host.ask(['sh', '-c', `sed -i 's/^friendlyName: .*${from}.*/friendlyName: ${to}/' ${certificates}`]);
    await name('Tenkai', 'old\\x00name');
    assert.match(await host.ask(['tenkai-agent', 'cert', 'list']), /holds a NUL/);
    await migrate('Before', [installStep('tenkai-certfix'), keep]);
    const [, thumbprint] = await host
      .ask(['tenkai-agent', 'cert', 'list'])
      .then((list) => list.match(/[0-9A-F]{40}/g) ?? []);

    await agent.kill('SIGTERM');
    await host.ask(['sh', '-c', 'rm -rf /var/lib/tenkai-agent/*']);
    await host.ask(['tenkai-agent', 'cert', 'import', ...bundle]);
    assert.match(await host.ask(['tenkai-agent', 'cert', 'list']), new RegExp(thumbprint ?? 'none'));
    agent.start();
    await migrate('After', [installStep('tenkai-certfix')]);
    assert.equal((await managed.row()).id, machineId);
  });
});
