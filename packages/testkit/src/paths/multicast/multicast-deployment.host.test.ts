import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  agentPackageId,
  agentScenarioName,
  defaultDelivery,
  readAgentFileName,
  reasonSentence,
} from '@tenkai/domain';
import {
  deploymentRoutes,
  multicastRoutes,
  packageRoutes,
  scenarioRoutes,
  updateRoutes,
} from '@tenkai/protocol';
import { atEnd } from '../../at-end.ts';
import { aDeployment, installStep } from '../../builders.ts';
import { dropOwnMulticast, endImpairment } from '../../multicast/impair.ts';
import { output } from '../../rig/command.ts';
import { noDebTools } from '../../rig/deb.ts';
import { noDebianHosts } from '../../rig/debian-host.ts';
import { noNftables } from '../../rig/impairments.ts';
import { makeScratchFolder } from '../../rig/rig-folder.ts';
import { until } from '../../rig/until.ts';
import { deployTo, registerDeb, untilEnded } from '../scene/deploy.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import type { ManagedHost } from '../scene/managed-host.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';

const olderAgent = '0.0.9';
const dataBytes = 24 * 1024 * 1024;

describe('a classroom of three Debian hosts', { skip: noDebianHosts || noDebTools }, () => {
  let scene: HostScene;
  let agentsDir: string;
  let supervisor: NodeJS.Timeout | undefined;
  before(async () => {
    agentsDir = await makeScratchFolder('agents');
    scene = await startHostScene(['one', 'two', 'three'], { agentsDir, agentVersion: olderAgent });
  });
  after(async () => {
    clearInterval(supervisor);
    await scene?.destroy();
  });

  /** Everything that the site has sent on the hosts' network so far. */
  const sentBytes = async () => {
    const { site } = scene.network;
    const text = await output(site.command(['ip', '-json', '-statistics', 'link', 'show', 'br0']));
    const [link] = JSON.parse(text) as { stats64: { tx: { bytes: number } } }[];
    return link?.stats64.tx.bytes ?? 0;
  };

  test('BSCN-25, BSRV-08: a group of three gets a package in about one copy, and every run says multicast', async (t) => {
    const { site, hosts } = scene;
    // Bytes that no compression makes fewer.
    const data = randomBytes(dataBytes);
    await registerDeb(site, { name: 'lesson', version: '1.0-1', files: { '/opt/lesson/data': data } });
    const before = await sentBytes();
    const id = await deployTo(
      site,
      hosts.map(({ machineId }) => machineId),
      { name: 'Install lesson', steps: [installStep('lesson')] },
      { delivery: { ...defaultDelivery, maxTargets: 3, maxWaitMinutes: 5 } },
    );
    const runs = await untilEnded(site, id, 3);
    const sent = (await sentBytes()) - before;
    for (const run of runs) {
      assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
      const why = run.delivery ? reasonSentence(run.delivery.reason) : '';
      assert.deepEqual(
        [run.delivery?.method, run.delivery?.reason.code],
        ['multicast', 'multicast-group'],
        why,
      );
    }
    for (const { host, installedVersion } of hosts) {
      assert.equal(await installedVersion('lesson'), '1.0-1');
      assert.equal(await host.ask(['stat', '-c', '%s', '/opt/lesson/data']), String(dataBytes));
    }
    t.diagnostic(`${(sent / dataBytes).toFixed(3)} times the content for three machines`);
    assert.ok(sent > dataBytes && sent < dataBytes * 1.6, `${sent / dataBytes} copies`);
    const { items } = await site.api(multicastRoutes.show, { query: { deploymentId: id } });
    assert.deepEqual(
      items.map(({ outcome, members }) => [outcome, members.map(({ state }) => state)]),
      [['ended', ['complete', 'complete', 'complete']]],
    );
    const secret = /groupKey|memberKey|masterKey/;
    assert.ok(!secret.test(site.log()), 'keys are in no log');
  });

  test('BSCN-29: a machine that cannot take part says why in plain words and gets all by unicast, the others do not', {
    skip: noNftables,
  }, async (t) => {
    const { site, hosts } = scene;
    const [heard, silent, deaf] = hosts as [ManagedHost, ManagedHost, ManagedHost];
    for (const [{ host }, hook] of [
      [silent, 'output'],
      [deaf, 'input'],
    ] as const) {
      await dropOwnMulticast(host.cable, hook);
      atEnd(t, () => endImpairment(host.cable));
    }
    await registerDeb(site, {
      ...{ name: 'quiz', version: '1.0-1', files: { '/opt/quiz/data': randomBytes(dataBytes) } },
    });
    const id = await deployTo(
      site,
      hosts.map(({ machineId }) => machineId),
      { name: 'Install quiz', steps: [installStep('quiz')] },
      { delivery: { ...defaultDelivery, maxTargets: 3, maxWaitMinutes: 5 } },
    );
    const runs = await untilEnded(site, id, 3);
    const said = ({ machineId }: ManagedHost) => {
      const run = runs.find((one) => one.machineId === machineId);
      assert.equal(run?.status, 'succeeded', JSON.stringify(run?.reason));
      return run?.delivery ? `${run.delivery.method}. ${reasonSentence(run.delivery.reason)}` : '';
    };
    assert.match(said(heard), /^multicast\./);
    assert.match(said(silent), /^unicast\. .*own firewall lets nothing out to the group: .*EPERM/);
    assert.match(said(deaf), /^unicast\. .*own firewall lets nothing in from the group: 239\./);
    for (const { installedVersion } of hosts) assert.equal(await installedVersion('quiz'), '1.0-1');
  });

  test('BSCN-29: a machine whose firewall takes no multicast gets all by unicast, says so, and holds up nobody', {
    skip: noNftables,
  }, async () => {
    const { site, hosts } = scene;
    const [blocked] = hosts;
    assert.ok(blocked);
    // What the site sends is dropped; the machine's own look over its loop finds nothing wrong.
    const chain = `chain in { type filter hook input priority 0; ip saddr ${scene.network.site.address} ip daddr 224.0.0.0/4 drop; }`;
    await output(blocked.host.cable.command(['nft', `table ip firewall { ${chain}\n}`]));
    const data = randomBytes(dataBytes);
    await registerDeb(site, { name: 'exam', version: '1.0-1', files: { '/opt/exam/data': data } });
    const id = await deployTo(
      site,
      hosts.map(({ machineId }) => machineId),
      { name: 'Install exam', steps: [installStep('exam')] },
      { delivery: { ...defaultDelivery, maxTargets: 3, maxWaitMinutes: 5 } },
    );
    const runs = await untilEnded(site, id, 3);
    for (const { machineId, status, delivery } of runs) {
      const code: string = machineId === blocked.machineId ? 'unicast-not-heard' : 'multicast-group';
      assert.deepEqual([status, delivery?.reason.code], ['succeeded', code], JSON.stringify(delivery));
    }
    for (const { installedVersion } of hosts) assert.equal(await installedVersion('exam'), '1.0-1');
    // The site names it once it has not heard of it for a while: nobody waits for that.
    const left = await until('the session has ended', async () => {
      const { items } = await site.api(multicastRoutes.show, { query: { deploymentId: id } });
      if (items.length === 0 || items.some(({ endedAt }) => endedAt === null)) return undefined;
      return items.flatMap(({ members }) => members.filter(({ state }) => state === 'left'));
    });
    assert.deepEqual(
      left.map(({ machineName, cause }) => [machineName, cause]),
      [['one', 'silent']],
    );
  });

  test('BAGT-09: the built-in scenario upgrades all agents, those that hear no multicast by unicast; the server brings the version', {
    skip: noNftables,
  }, async () => {
    const { site, hosts } = scene;
    await site.api(updateRoutes.setPolicy, { body: { upgradesAgents: false } });
    const newer = await shippedDeb('agent');
    const version = readAgentFileName(basename(newer))?.version;
    assert.ok(version);
    await copyFile(newer, join(agentsDir, basename(newer)));
    // As after an upgrade of the server: what it brings is taken at its start.
    await site.kill();
    await site.start();
    const payload = await site.api(packageRoutes.get, { params: { id: agentPackageId } });
    assert.equal(payload.draft.version, version);
    const { items } = await site.api(scenarioRoutes.list, { query: {} });
    const scenario = items.find(({ name }) => name === agentScenarioName);
    assert.ok(scenario);
    for (const host of hosts) await host.untilOnline();
    // What a service manager does.
    supervisor = setInterval(() => {
      for (const { agent } of hosts) if (!agent.isRunning) agent.start();
    }, 1000);
    const subject = { kind: 'scenario' as const, scenarioId: scenario.id };
    const { id } = await site.api(deploymentRoutes.create, { body: aDeployment({ subject }) });
    const runs = await untilEnded(site, id, hosts.length);
    for (const { machineName, status, delivery, reason } of runs) {
      const method = machineName === 'one' ? 'unicast' : 'multicast';
      const told = JSON.stringify({ machineName, reason, delivery });
      assert.deepEqual([status, delivery?.method], ['succeeded', method], told);
    }
    for (const host of hosts) {
      assert.equal(await host.installedVersion('tenkai-agent'), version);
      await until('the site knows the new version', async () => (await host.row()).agentVersion === version);
    }
  });
});
