/**
 * An agent that is installed with HOLD=1 beside a site that waits for it, on a host whose kernel counts what it sends. One
 * story, in order.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ConfiguredProperty } from '@tenkai/agent/assignment/show-config.ts';
import type { AgentStatus } from '@tenkai/agent/status.ts';
import { propertyMessages } from '@tenkai/domain/assignment/property-history.ts';
import { enrollmentRoutes, machineRoutes } from '@tenkai/protocol';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { noDebTools } from '../../rig/deb.ts';
import { type DebianHost, noDebianHosts, startHost } from '../../rig/debian-host.ts';
import type { HostService } from '../../rig/host-command.ts';
import { until } from '../../rig/until.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';

const name = 'held';
const slowMs = 300_000;

describe('an installation that is held', { skip: noDebianHosts || noDebTools, timeout: 900_000 }, () => {
  let scene: HostScene;
  let host: DebianHost;
  let service: HostService | undefined;
  before(async () => {
    scene = await startHostScene([]);
    host = await startHost({ name, network: scene.network });
    await host.copyIn(await shippedDeb('agent'), '/root/older.deb');
    await host.copyIn(await shippedDeb('agent', '0.1.1'), '/root/newer.deb');
  });
  after(async () => {
    await host?.destroy();
    await scene?.destroy();
  });

  const install = (file: string, properties = '') =>
    host.ask(['dpkg', '--install', `/root/${file}.deb`], {
      timeoutMs: slowMs,
      env: { TENKAI_AGENT_PROPERTIES: properties },
    });
  const json = async <T>(...words: string[]) =>
    JSON.parse(await host.ask(['tenkai-agent', ...words, '--json'])) as T;
  const hold = async () =>
    (await json<ConfiguredProperty[]>('config', 'show')).find((one) => one.name === 'HOLD');
  /** Datagrams and begun connections of the whole machine, to whatever address. */
  async function sent(): Promise<number> {
    const table = await host.ask('cat /proc/net/snmp');
    const value = (protocol: string, field: string) => {
      const [names = '', values = ''] = table.split('\n').filter((line) => line.startsWith(`${protocol}:`));
      return Number(values.split(' ')[names.split(' ').indexOf(field)]);
    };
    return value('Udp', 'OutDatagrams') + value('Tcp', 'ActiveOpens') + value('Ip', 'OutNoRoutes');
  }
  /** A new service of the version that is installed, which has looked whether it is to search. */
  async function runAgain(version: string): Promise<AgentStatus> {
    await service?.kill('SIGTERM');
    service = host.service(['/usr/bin/tenkai-agent', 'run'], { atBoot: false });
    return until('the service has begun', async () => {
      const status = await json<AgentStatus>('status');
      const { general } = status;
      return general.serviceVersion === version && general.trouble !== '' && status;
    });
  }
  async function assertHeld({ site }: AgentStatus) {
    assert.deepEqual([site.isHeld, site.isAssigned, site.code, site.server], [true, false, null, null]);
    assert.equal(await sent(), 0);
    assert.deepEqual((await scene.site.api(machineRoutes.list, { query: {} })).items, []);
  }

  test('AGENT-04: with HOLD=1 nothing is sent beside a live site with a good ticket, and no site code is there', async () => {
    const body = { name: 'held', maxUses: 1, validHours: 1 };
    const { secret } = await scene.site.api(enrollmentRoutes.createTicket, { body });
    await host.writeFile('/root/ticket', secret, 0o600);
    const { url, rootFingerprint } = scene.site;
    await install('older', `HOLD=1 MP=${url} ROOTFINGERPRINT=${rootFingerprint} TICKET=/root/ticket`);
    await assertHeld(await runAgain('0.1.0'));
    assert.equal((await hold())?.origin, 'installation');
  });

  test('AGENT-04, AGENT-27: a repair and an upgrade keep it', async () => {
    await install('older');
    await assertHeld(await runAgain('0.1.0'));
    await install('newer');
    await assertHeld(await runAgain('0.1.1'));
  });

  test('AGENT-04: released, the machine goes to its site; that is no lost property, and no later installation holds it again', async () => {
    await host.ask('tenkai-agent assign --release --no-search');
    const online = async () => (await machineNamed(scene.site, name).catch(() => undefined))?.isOnline;
    await until('the machine is online', async () => (await online()) === true, slowMs);
    assert.equal(await hold(), undefined);
    const { id: machineId } = await machineNamed(scene.site, name);
    const told = await until('the site knows', async () => {
      const query = { machineId, object: 'property:HOLD' };
      const { items } = await scene.site.api(listStatusMessages, { query });
      return items.length === 2 && items;
    });
    assert.deepEqual(new Set(told.map(({ code }) => code)), new Set([propertyMessages.changed]));
    await install('newer');
    assert.equal(await hold(), undefined);
  });
});
