import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineRoutes } from '@tenkai/protocol';
import { atEnd } from '../../at-end.ts';
import { runCommand } from '../../rig/command.ts';
import { noDebTools } from '../../rig/deb.ts';
import { makeNetwork } from '../../rig/network.ts';
import { noSystemdHosts } from '../../rig/systemd-host.ts';
import { until } from '../../rig/until.ts';
import { deployTo, untilEnded } from '../scene/deploy.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { writeProperties } from '../scene/managed-unit.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';
import { startSiteProcess } from '../scene/site-process.ts';
import { startUnitMachine } from '../scene/unit-machine.ts';

const slowMs = 480_000;
const ruleset = `flush ruleset
table inet host {
  chain inbound {
    type filter hook input priority filter; policy drop;
    iif "lo" accept
    ct state established,related accept
  }
}
`;

test('BAGT-04, BFWL-01, BFWL-21, BFWL-28: installed behind a firewall that is on, the package opens what the agent needs: its site alone reaches it, and it is managed at once', {
  skip: noSystemdHosts || noDebTools,
  timeout: 4 * slowMs,
}, async (t) => {
  const network = await makeNetwork();
  atEnd(t, () => network.destroy());
  const deb = shippedDeb('agent');
  const { vm } = await startUnitMachine(network, 'guarded');
  atEnd(t, () => vm.destroy());
  const site = await startSiteProcess(network);
  atEnd(t, () => site.destroy());
  const stranger = await network.addMachine();
  const pings = async (from: { command(argv: readonly string[]): readonly string[] }) =>
    (await runCommand(from.command(['ping', '-c', '1', '-W', '2', vm.address]))).code === 0;
  await vm.writeFile('/etc/nftables.conf', ruleset);
  await vm.ask(['systemctl', 'enable', '--now', 'nftables']);
  assert.deepEqual([await pings(network.site), await pings(stranger)], [false, false]);

  await writeProperties(vm, site);
  await vm.copyIn(await deb, '/root/agent.deb');
  await vm.ask(['dpkg', '--install', '/root/agent.deb'], { timeoutMs: slowMs });

  const machine = await until(
    'the machine is online',
    async () => {
      const row = await machineNamed(site, 'guarded').catch(() => undefined);
      return row?.isOnline && row.powerState === 'on' ? row : undefined;
    },
    slowMs,
  );
  await until('its site reaches it', () => pings(network.site), slowMs);
  assert.equal(await pings(stranger), false, 'and nobody else does');
  const rules = await vm.ask(['nft', 'list', 'chain', 'inet', 'host', 'tenkai_agent']);
  assert.match(rules, /ip saddr 10\.77\.0\.1 icmp type echo-request .*"Tenkai\(agent ICMPv4:10\.77\.0\.1\)"/);
  const listed = await vm.ask(['tenkai-agent', 'firewall', 'status']);
  assert.match(listed, /^Firewall: nftables\n(.*\n)*Tenkai\(agent ICMPv4:10\.77\.0\.1\) +open \(/);
  await until(
    'its site knows that it is reached',
    async () => (await machineNamed(site, 'guarded')).inbound === 'open',
    slowMs,
  );
  const machineIds = [machine.id];
  const { results } = await site.api(machineRoutes.power, { body: { machineIds, action: 'query' } });
  assert.deepEqual(
    results.map(({ accepted, code }) => [accepted, code]),
    [[true, null]],
  );
  const step = { kind: 'run-script', id: 'mark', name: 'mark', interpreter: 'sh', text: 'true' } as const;
  const [run] = await untilEnded(site, await deployTo(site, machineIds, { name: 'mark', steps: [step] }), 1);
  assert.equal(run?.status, 'succeeded', JSON.stringify(run?.reason));

  await vm.ask(['dpkg', '--purge', 'tenkai-agent'], { timeoutMs: slowMs });
  assert.doesNotMatch(await vm.ask(['nft', 'list', 'ruleset']), /tenkai/i);
});
