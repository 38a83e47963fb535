/** The agent's own upgrade package on a Debian host whose service is started again whenever it ends. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { installStep } from '../builders.ts';
import { noDebTools } from '../rig/deb.ts';
import { noDebianHosts } from '../rig/debian-host.ts';
import { makeNetwork, type Network } from '../rig/network.ts';
import { until } from '../rig/until.ts';
import { brokenAgentDeb, createAgentPackage } from './agent-package.ts';
import { deployTo, untilEnded } from './deploy.ts';
import { type ManagedHost, startManagedHost } from './managed-host.ts';
import { shippedDeb } from './shipped-deb.ts';
import { type SiteProcess, startSiteProcess } from './site-process.ts';

const slowMs = 240_000;

describe('the agent upgrades as an ordinary package', { skip: noDebianHosts || noDebTools }, () => {
  let network: Network;
  let site: SiteProcess;
  let one: ManagedHost;
  let supervisor: NodeJS.Timeout;
  before(async () => {
    network = await makeNetwork();
    site = await startSiteProcess(network);
    one = await startManagedHost(network, site, 'one');
    // What a service manager does.
    supervisor = setInterval(() => one.agent.isRunning || one.agent.start(), 1000);
  });
  after(async () => {
    clearInterval(supervisor);
    await one?.destroy();
    await site?.destroy();
    await network?.destroy();
  });

  async function deploy(name: string) {
    const id = await deployTo(site, [one.machineId], { name, steps: [installStep('tenkai-agent')] });
    const [run] = await untilEnded(site, id, 1);
    assert.ok(run);
    return run;
  }

  const untilVersion = (version: string) =>
    until(
      `the site knows version ${version}`,
      async () => {
        const row = await one.row();
        return row.isOnline && row.agentVersion === version;
      },
      slowMs,
    );

  test('AGENT-38: an upgrade that goes well reports the new version', async () => {
    await createAgentPackage(site, await shippedDeb('agent', '0.1.1'), { deadlineMinutes: 3 });
    const run = await deploy('upgrade');
    assert.equal(run.status, 'succeeded', JSON.stringify([run.reason, run.steps]));
    assert.deepEqual([run.versionBefore, run.versionAfter], ['0.1.0', '0.1.1']);
    await untilVersion('0.1.1');
    assert.equal(await one.installedVersion('tenkai-agent'), '0.1.1');
    const kept = await one.host.ask('dpkg-deb --field /var/lib/tenkai-agent/upgrade/old.deb Version');
    assert.equal(kept, '0.1.0', 'the old one is kept beside');
    assert.equal(
      await one.host.ask('ls /var/lib/tenkai-agent/upgrade | grep -c "pending\\|pack" || true'),
      '0',
    );
  });

  test('a new agent that ends at once is rolled back, and the machine is online with the old one', async () => {
    const settings = await one.host.ask('sha256sum /etc/default/tenkai-agent');
    const broken = await brokenAgentDeb(await shippedDeb('agent', '0.1.2'));
    await createAgentPackage(site, broken, { deadlineMinutes: 1 });
    const run = await deploy('broken upgrade');
    assert.equal(run.status, 'failed');
    assert.equal(run.reason?.code, 'rolled-back', JSON.stringify(run.steps));
    assert.match(String(run.reason?.params.cause), /version 0\.1\.2 did not report within 60 seconds/);
    await untilVersion('0.1.1');
    assert.equal(await one.installedVersion('tenkai-agent'), '0.1.1');
    assert.equal(await one.host.ask('dpkg --audit'), '');
    assert.equal(await one.host.ask('sha256sum /etc/default/tenkai-agent'), settings);
    assert.equal(await one.host.ask("dpkg-query -s tenkai-agent | grep -c '^ /etc/default/'"), '1');
  });
});
