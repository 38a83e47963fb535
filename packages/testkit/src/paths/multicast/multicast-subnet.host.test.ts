import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { defaultDelivery, isFinal } from '@tenkai/domain';
import { multicastRoutes } from '@tenkai/protocol';
import { installStep } from '../../builders.ts';
import { noDebTools } from '../../rig/deb.ts';
import { noDebianHosts } from '../../rig/debian-host.ts';
import { makeNetwork, type Network, type Subnet } from '../../rig/network.ts';
import { until } from '../../rig/until.ts';
import { deployTo, registerDeb, runsOf, untilEnded } from '../scene/deploy.ts';
import { type ManagedHost, startManagedHost } from '../scene/managed-host.ts';
import { type SiteProcess, startSiteProcess } from '../scene/site-process.ts';

const dataBytes = 24 * 1024 * 1024;
/** Where the agent keeps contents. */
const contentFolder = '/var/lib/tenkai-agent/content';

describe('three Debian hosts behind a router that passes no multicast', {
  skip: noDebianHosts || noDebTools,
}, () => {
  let network: Network;
  let site: SiteProcess;
  let subnet: Subnet;
  const hosts: ManagedHost[] = [];
  before(async () => {
    network = await makeNetwork();
    site = await startSiteProcess(network);
    subnet = await network.addSubnet();
    for (const name of ['one', 'two', 'three']) hosts.push(await startManagedHost(subnet, site, name));
  });
  after(async () => {
    for (const host of hosts) await host.destroy();
    await site?.destroy();
    await network?.destroy();
  });

  /** Deploys bytes that no compression makes fewer to all three, which start together. */
  const deploy = async (name: string) => {
    await registerDeb(site, {
      ...{ name, version: '1.0-1', files: { [`/opt/${name}/data`]: randomBytes(dataBytes) } },
    });
    return deployTo(
      site,
      hosts.map(({ machineId }) => machineId),
      { name: `Install ${name}`, steps: [installStep(name)] },
      { delivery: { ...defaultDelivery, maxTargets: 3, maxWaitMinutes: 5 } },
    );
  };
  const sessionsOf = async (deploymentId: string) =>
    (await site.api(multicastRoutes.show, { query: { deploymentId } })).items;
  /** What lies in the folder of contents of each host. */
  const keptKib = async () =>
    new Map(
      await Promise.all(
        hosts.map(async (one) => {
          const [kib = '0'] = (await one.host.ask(['du', '-sk', contentFolder])).split('\t');
          return [one, Number(kib)] as const;
        }),
      ),
    );
  const areInstalled = async (name: string) => {
    for (const { installedVersion } of hosts) assert.equal(await installedVersion(name), '1.0-1');
  };

  test('BSCN-26, BSRV-24: one host fetches by unicast and sends to its neighbours: about one content crosses the line', async (t) => {
    const before = await subnet.bytesOverLine();
    const id = await deploy('lesson');
    const runs = await untilEnded(site, id, 3);
    const streams = ((await subnet.bytesOverLine()) - before) / dataBytes;
    const codes = runs.map(({ delivery }) => `${delivery?.method} ${delivery?.reason.code}`).sort();
    assert.deepEqual(
      codes,
      ['multicast multicast-subnet', 'multicast multicast-subnet', 'unicast unicast-represents'],
      JSON.stringify(runs.map(({ delivery }) => delivery)),
    );
    await areInstalled('lesson');
    t.diagnostic(`the line carried ${streams.toFixed(3)} times the content for three machines`);
    assert.ok(streams > 1 && streams < 1.5, `the line carried ${streams} times the content`);
    const [session] = await until('the session has ended', async () => {
      const items = await sessionsOf(id);
      return items.every(({ endedAt }) => endedAt !== null) ? items : undefined;
    });
    assert.deepEqual(
      [session?.outcome, session?.subnet, session?.members.map(({ state }) => state)],
      ['ended', '10.77.1.0/24', ['complete', 'complete']],
    );
    assert.ok((session?.lineBytes ?? 0) >= dataBytes, `${session?.lineBytes} bytes fetched`);
    const sender = runs.find(({ machineId }) => machineId === session?.representative?.machineId);
    assert.equal(sender?.delivery?.reason.code, 'unicast-represents');
    const heard = runs.filter((run) => run !== sender).map(({ delivery }) => delivery?.reason.params);
    for (const params of heard) assert.equal(params?.representative, sender?.machineName);
    assert.ok(!/groupKey|memberKey|masterKey/.test(site.log()), 'keys are in no log');
  });

  test('a representative that loses its power half-way is replaced by one that goes on, and all finish', async (t) => {
    // It must not be over before the hosts could be asked: at this rate it takes half a minute.
    await subnet.slowTo(8);
    const before = await subnet.bytesOverLine();
    const kept = await keptKib();
    const id = await deploy('exam');
    const first = await until('a session has begun', async () => (await sessionsOf(id))[0], 60_000);
    const dead = hosts.find(({ machineId }) => machineId === first.representative?.machineId);
    assert.ok(dead, JSON.stringify(first));
    const neighbours = hosts.filter((host) => host !== dead);
    await until(
      'its neighbours have heard two chunks of it',
      async () => {
        const now = await keptKib();
        return neighbours.every((host) => (now.get(host) ?? 0) - (kept.get(host) ?? 0) >= 8000);
      },
      60_000,
    );
    await dead.host.powerOff();
    await subnet.slowTo(24);
    const others = await until(
      'its neighbours have finished without it',
      async () => {
        const runs = (await runsOf(site, id)).filter(({ machineId }) => machineId !== dead.machineId);
        return runs.every(({ status }) => isFinal(status)) ? runs : undefined;
      },
      150_000,
    );
    const streams = ((await subnet.bytesOverLine()) - before) / dataBytes;
    t.diagnostic(`with one death the line carried ${streams.toFixed(3)} times the content`);
    assert.ok(streams < 2, `the line carried ${streams} times the content`);
    const [second, ...rest] = await sessionsOf(id);
    assert.deepEqual([second?.subnet, rest.map(({ outcome }) => outcome)], ['10.77.1.0/24', ['failed']]);
    assert.notEqual(second?.representative?.machineId, dead.machineId);
    assert.ok((second?.lineBytes ?? dataBytes) < dataBytes, 'the second went on from what it had heard');
    for (const { status, reason, delivery } of others) {
      assert.equal(status, 'succeeded', JSON.stringify(reason));
      assert.equal(delivery?.method, 'multicast', JSON.stringify(delivery));
    }
    await subnet.slowTo(null);
    await dead.host.powerOn();
    const runs = await untilEnded(site, id, 3);
    for (const { status, reason } of runs) assert.equal(status, 'succeeded', JSON.stringify(reason));
    await areInstalled('exam');
  });
});
