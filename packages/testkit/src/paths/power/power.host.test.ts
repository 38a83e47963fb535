import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { machineRoutes } from '@tenkai/protocol';
import { noDebTools } from '../../rig/deb.ts';
import { noDebianHosts } from '../../rig/debian-host.ts';
import { until } from '../../rig/until.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import type { ManagedHost } from '../scene/managed-host.ts';
import type { SiteProcess } from '../scene/site-process.ts';

const slowMs = 180_000;

/** One story: each test goes on with the host as the one before left it. */
describe('power of a real host', { skip: noDebianHosts || noDebTools }, () => {
  let scene: HostScene;
  let site: SiteProcess;
  let one: ManagedHost;
  before(async () => {
    scene = await startHostScene(['one']);
    site = scene.site;
    [one] = scene.hosts as [ManagedHost];
  });
  after(() => scene?.destroy());

  type Action = 'wake' | 'restart' | 'shut-down' | 'query';
  const power = async (action: Action) => {
    const body = { machineIds: [one.machineId], action };
    const { results } = await site.api(machineRoutes.power, { body });
    return results.map(({ accepted, code }) => [accepted, code]);
  };
  const untilPower = (state: string, isOnline: boolean) =>
    until(
      `the site sees ${state}`,
      async () => {
        const row = await one.row();
        return row.powerState === state && row.isOnline === isOnline;
      },
      slowMs,
    );
  const history = async () => {
    const { items } = await site.api(machineRoutes.timeline, {
      params: { id: one.machineId },
      query: { limit: 100 },
    });
    return items.map(({ code }) => code).reverse();
  };

  test('BPWR-01: on, on with an agent that does not answer, and on again are told apart', async () => {
    await untilPower('on', true);
    await one.agent.kill('SIGTERM');
    await untilPower('on', false);
    assert.deepEqual(await power('query'), [[true, null]]);
    const { powerState, isOnline } = await one.row();
    assert.deepEqual([powerState, isOnline], ['on', false], 'its host answers the echo, its agent does not');
    one.agent.start();
    await untilPower('on', true);
  });

  test('BPWR-02: shut down by the site the host is off, the state is off, and its history says so', async () => {
    const before = (await history()).length;
    assert.deepEqual(await power('shut-down'), [[true, null]]);
    await until('the host is off', () => !one.host.isOn, slowMs);
    await untilPower('off', false);
    assert.ok((await history()).slice(before).includes('machine.off'));
  });

  test('BPWR-06: woken by the site the same host boots, and is on', async () => {
    const { boots } = one.host;
    assert.deepEqual(await power('wake'), [[true, null]]);
    await one.host.untilBooted(boots + 1, slowMs);
    await untilPower('on', true);
  });

  test('BPWR-14: restarted by the site it boots once, and is not seen as off', async () => {
    const { boots } = one.host;
    const before = (await history()).length;
    assert.deepEqual(await power('restart'), [[true, null]]);
    await one.host.untilBooted(boots + 1, slowMs);
    await untilPower('on', true);
    assert.equal(one.host.boots, boots + 1);
    assert.equal((await history()).slice(before).includes('machine.off'), false);
  });
});
