import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineRoutes } from '@tenkai/protocol';
import { atEnd } from '../../at-end.ts';
import { output } from '../../rig/command.ts';
import { noDebTools } from '../../rig/deb.ts';
import { noDebianHosts } from '../../rig/debian-host.ts';
import { noFirewall } from '../../rig/guarded-host.ts';
import { until } from '../../rig/until.ts';
import { deployTo, untilEnded } from '../scene/deploy.ts';
import { startHostScene } from '../scene/host-scene.ts';
import type { ManagedHost } from '../scene/managed-host.ts';

const slowMs = 300_000;
/** As a firewall service that has not started yet: not even answers come in. */
const closed = `table inet boot {
  chain inbound {
    type filter hook input priority 0; policy drop;
    iif "lo" accept
  }
}
`;

test('BAGT-10, BFWL-27: what is asked of a machine while its ports are closed after the start does not fail: run, power state and shut-down are done when they open', {
  skip: noDebianHosts || noDebTools || noFirewall('nftables'),
  timeout: 4 * slowMs,
}, async (t) => {
  const scene = await startHostScene(['booting']);
  atEnd(t, () => scene.destroy());
  const { site } = scene;
  const [one] = scene.hosts as [ManagedHost];
  const { host, machineId } = one;
  const nft = (words: readonly string[], input = '') =>
    output(host.cable.command(['nft', ...words]), { input });
  const startClosed = async () => {
    await nft(['-f', '-'], closed);
    await host.reset();
    await until('the site sees that it went', async () => !(await one.row()).isOnline, slowMs);
  };
  const open = () => nft(['delete', 'table', 'inet', 'boot']);
  const power = async (action: 'query' | 'shut-down') => {
    const body = { machineIds: [machineId], action };
    const { results } = await site.api(machineRoutes.power, { body });
    return results.map(({ accepted, code }) => [accepted, code]);
  };
  const told = async (code: string) => {
    const answer = await site.api(machineRoutes.timeline, {
      params: { id: machineId },
      query: { limit: 200 },
    });
    return answer.items.filter((item) => item.code === code).length;
  };
  const held = [[true, 'held-until-check-in']];
  const isOn = async () => (await one.row()).powerState === 'on';
  await until('it is on', isOn, slowMs);
  const boots = host.boots;

  await startClosed();
  assert.equal(host.boots, boots + 1);
  await until('the agent tries', () => one.agent.isRunning);
  // It went without a word: nobody expects it, and the answer is what is known.
  assert.deepEqual(await power('query'), [[true, null]]);
  assert.notEqual((await one.row()).powerState, 'on');
  const step = {
    kind: 'run-script',
    id: 'mark',
    name: 'mark',
    interpreter: 'sh',
    text: 'echo ran >>/opt/ran',
  } as const;
  const deployment = await deployTo(site, [machineId], { name: 'in the window', steps: [step] });
  assert.equal((await one.row()).isOnline, false, 'nothing of it can have arrived');
  await open();
  const [run] = await untilEnded(site, deployment, 1);
  assert.equal(run?.status, 'succeeded', JSON.stringify(run?.reason));
  assert.equal(await host.ask(['cat', '/opt/ran']), 'ran', 'once');
  await until('it is on again', isOn, slowMs);

  await startClosed();
  assert.deepEqual(await power('shut-down'), held);
  await open();
  await until('it shuts down', () => !host.isOn, slowMs);
  assert.equal(await told('machine.not-reachable'), 0);
});
