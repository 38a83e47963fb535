/** The agent's own upgrade package on a Debian host whose service is started again whenever it ends. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { upgradeScript } from '@tenkai/domain';
import { installStep } from '../../builders.ts';
import { noDebTools } from '../../rig/deb.ts';
import { noDebianHosts } from '../../rig/debian-host.ts';
import { makeNetwork, type Network } from '../../rig/network.ts';
import { supervise } from '../../rig/supervise.ts';
import { until } from '../../rig/until.ts';
import { brokenAgentDeb, createAgentPackage } from '../scene/agent-package.ts';
import { deployTo, untilEnded } from '../scene/deploy.ts';
import { type ManagedHost, startManagedHost } from '../scene/managed-host.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';
import { type SiteProcess, startSiteProcess } from '../scene/site-process.ts';

const slowMs = 240_000;

describe('the agent upgrades as an ordinary package', { skip: noDebianHosts || noDebTools }, () => {
  let network: Network;
  let site: SiteProcess;
  let one: ManagedHost;
  let endSupervision: (() => void) | undefined;
  before(async () => {
    network = await makeNetwork();
    site = await startSiteProcess(network);
    one = await startManagedHost(network, site, 'one');
    endSupervision = supervise(one.host, one.agent);
  });
  after(async () => {
    endSupervision?.();
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

  /** What is left of the deadline, as the guard has written it after its last look; undefined: nobody waits. */
  async function clock() {
    const { code, stdout } = await one.host.run('cat /var/lib/tenkai-agent/upgrade/clock');
    const [bootId, , left] = stdout.trim().split(' ');
    return code === 0 && left ? { bootId, leftSeconds: Number(left) } : undefined;
  }

  const untilClock = (
    what: string,
    holds: (now: { bootId: string | undefined; leftSeconds: number }) => boolean,
  ) =>
    until(
      what,
      async () => {
        const now = await clock();
        return now && holds(now) ? now : undefined;
      },
      slowMs,
    );

  test('a new agent that ends at once is rolled back at its deadline, over a restart, and the machine is online with the old one', async () => {
    const settings = await one.host.ask('sha256sum /etc/default/tenkai-agent');
    const broken = await brokenAgentDeb(await shippedDeb('agent', '0.1.2'));
    await createAgentPackage(site, broken, { deadlineMinutes: 1 });
    const ending = deploy('broken upgrade');
    const first = await untilClock('the guard has looked', ({ leftSeconds }) => leftSeconds <= 50);
    const keptFile = () => one.host.ask('stat -c "%i %Y" /var/lib/tenkai-agent/upgrade/old.deb');
    const kept = await keptFile();
    await one.host.reset();
    // What systemd does with the guard's unit (agent-rollback.host.test.ts).
    one.host.service('exec sh /var/lib/tenkai-agent/upgrade/guard.sh', { atBoot: false });
    const bootId = await one.host.ask('cat /proc/sys/kernel/random/boot_id');
    const second = await untilClock('the guard goes on', (now) => now.bootId === bootId);
    assert.ok(second.leftSeconds <= first.leftSeconds, `${second.leftSeconds} of ${first.leftSeconds} s`);
    const run = await ending;
    assert.equal(run.status, 'failed');
    assert.equal(run.reason?.code, 'rolled-back', JSON.stringify(run.steps));
    assert.match(String(run.reason?.params.cause), /version 0\.1\.2 did not report within 60 seconds/);
    await untilVersion('0.1.1');
    assert.equal(await one.installedVersion('tenkai-agent'), '0.1.1');
    assert.equal(await keptFile(), kept, 'it was kept once');
    assert.equal(await clock(), undefined);
    assert.equal(await one.host.ask('dpkg --audit'), '');
    assert.equal(await one.host.ask('sha256sum /etc/default/tenkai-agent'), settings);
    assert.equal(await one.host.ask("dpkg-query -s tenkai-agent | grep -c '^ /etc/default/'"), '1');
  });

  test('a step that is begun again after the guard has decided tells that, and tries nothing; another run does', async () => {
    const state = '/var/lib/tenkai-agent/upgrade';
    await one.host.writeFile('/root/again/upgrade.sh', upgradeScript, 0o755);
    const again = () => one.host.run(['sh', '/root/again/upgrade.sh', '0.1.2', '60']);
    await one.host.ask(`echo /root/again > ${state}/run`);
    const told = await again();
    assert.equal(told.code, 75, told.stdout);
    assert.match(
      told.stdout,
      /tenkai-result: rolled back: version 0\.1\.2 did not report within 60 seconds$/m,
    );
    assert.doesNotMatch(told.stdout, /keeping the installed version/);
    await one.host.ask(`echo /root/other > ${state}/run`);
    // It finds no package beside it, and so stops before anything is changed.
    const tried = await again();
    assert.equal(tried.code, 3, tried.stdout);
    assert.match(tried.stdout, /keeping the installed version/);
  });
});
