/** The agent's own upgrade on a host with an rpm database, brought by the site; its service is started again whenever it ends. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { enrollmentRoutes } from '@tenkai/protocol';
import { installStep } from '../../builders.ts';
import { type DebianHost, noDebianHosts, startHost } from '../../rig/debian-host.ts';
import type { HostService } from '../../rig/host-command.ts';
import { installRpm, noRpm } from '../../rig/rpm.ts';
import { supervise } from '../../rig/supervise.ts';
import { until } from '../../rig/until.ts';
import { brokenAgentRpm, createAgentPackage } from '../scene/agent-package.ts';
import { deployTo, untilEnded } from '../scene/deploy.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { shippedRpm } from '../scene/shipped-deb.ts';

const name = 'rpm-host';
const slowMs = 300_000;
const folder = '/var/lib/tenkai-agent/upgrade';

describe('the agent by rpm upgrades as a package', { skip: noDebianHosts || noRpm, timeout: 900_000 }, () => {
  let scene: HostScene;
  let host: DebianHost;
  let agent: HostService;
  let endSupervision: (() => void) | undefined;
  let machineId: string;
  before(async () => {
    scene = await startHostScene([]);
    host = await startHost({ name, network: scene.network });
    await installRpm(host);
    await host.copyIn(await shippedRpm('agent'), '/root/agent.rpm');
    const { secret } = await scene.site.api(enrollmentRoutes.createTicket, {
      body: { name: 'rpm', maxUses: 1, validHours: 1 },
    });
    await host.writeFile('/root/ticket', secret, 0o600);
    const { url, rootFingerprint } = scene.site;
    const properties = `MP=${url} ROOTFINGERPRINT=${rootFingerprint} TICKET=/root/ticket`;
    await host.ask('rpm --install /root/agent.rpm', { env: { TENKAI_AGENT_PROPERTIES: properties } });
    agent = host.service(['/usr/bin/tenkai-agent', 'run']);
    endSupervision = supervise(host, agent);
    await untilVersion('0.1.0');
    machineId = (await machineNamed(scene.site, name)).id;
  });
  after(async () => {
    endSupervision?.();
    await host?.destroy();
    await scene?.destroy();
  });

  const untilVersion = (version: string) =>
    until(
      `the site knows version ${version}`,
      async () => {
        const row = await machineNamed(scene.site, name).catch(() => undefined);
        return row?.isOnline && row.architecture !== '' && row.agentVersion === version;
      },
      slowMs,
    );
  const installed = () => host.ask('rpm -q tenkai-agent');
  const left = () => host.ask(`ls ${folder} | grep -c 'pending\\|phase\\|clock\\|new' || true`);

  async function upgrade(rpm: string, deadlineMinutes: number) {
    await createAgentPackage(scene.site, rpm, { id: 'tenkai-agent-rpm', deadlineMinutes });
    const steps = [installStep('tenkai-agent-rpm')];
    const id = await deployTo(scene.site, [machineId], { name: `upgrade by ${rpm}`.slice(-60), steps });
    const [run] = await untilEnded(scene.site, id, 1);
    assert.ok(run);
    return run;
  }

  test('AGENT-38: an upgrade that goes well reports the new version', async () => {
    const run = await upgrade(await shippedRpm('agent', '0.1.1'), 3);
    assert.equal(run.status, 'succeeded', JSON.stringify([run.reason, run.steps]));
    assert.deepEqual([run.versionBefore, run.versionAfter], ['0.1.0-1', '0.1.1-1']);
    await untilVersion('0.1.1');
    assert.equal(await installed(), 'tenkai-agent-0.1.1-1.x86_64');
    assert.equal(await left(), '0');
  });

  test('a new agent that ends at once is put back, files and what rpm knows of them', async () => {
    await host.ask('echo "# mine" >> /etc/default/tenkai-agent');
    const known = async () => [
      await host.ask('rpm -qi tenkai-agent'),
      await host.ask('rpm -ql tenkai-agent'),
      await host.ask(
        'find /etc/default/tenkai-agent /usr/lib/tenkai-agent -type f -exec sha256sum {} + | sort',
      ),
    ];
    const before = await known();
    const run = await upgrade(await brokenAgentRpm(await shippedRpm('agent', '0.1.2')), 1);
    assert.deepEqual([run.status, run.reason?.code], ['failed', 'rolled-back'], JSON.stringify(run.steps));
    assert.match(String(run.reason?.params.cause), /version 0\.1\.2 did not report within 60 seconds/);
    await untilVersion('0.1.1');
    assert.deepEqual(await known(), before);
    // `c`: only the settings that were changed before differ from the package.
    assert.match((await host.run('rpm -V tenkai-agent')).stdout, /^\S+ +c \/etc\/default\/tenkai-agent\n$/);
    assert.equal(
      (await host.run('test -e /usr/lib/tenkai-agent/whole.mjs')).code,
      1,
      'nothing of the new one',
    );
    assert.equal(await left(), '0');
  });

  test('what rpm refuses changes nothing, and the machine says why', async () => {
    await host.ask('rpm --erase --justdb --nodeps rig-system');
    const run = await upgrade(await shippedRpm('agent', '0.1.3'), 1);
    assert.deepEqual([run.status, run.reason?.code], ['failed', 'rolled-back'], JSON.stringify(run.steps));
    assert.match(String(run.reason?.params.cause), /version 0\.1\.3 could not be installed/);
    assert.equal(await installed(), 'tenkai-agent-0.1.1-1.x86_64');
    await untilVersion('0.1.1');
  });
});
