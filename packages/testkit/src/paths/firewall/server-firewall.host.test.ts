/** A host with systemd whose nftables is on, and the server's package as it ships. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getSite } from '@tenkai/protocol';
import type { SiteHealth } from '@tenkai/protocol/api/site-health.ts';
import { createApiToken } from '@tenkai/protocol/api/users.ts';
import { atEnd } from '../../at-end.ts';
import { runCommand } from '../../rig/command.ts';
import { noDebTools } from '../../rig/deb.ts';
import { makeNetwork } from '../../rig/network.ts';
import { noSystemdHosts } from '../../rig/systemd-host.ts';
import { until } from '../../rig/until.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';
import { startUnitMachine } from '../scene/unit-machine.ts';

const slowMs = 600_000;
const ruleset = `#!/usr/sbin/nft -f
flush ruleset
table inet host {
  chain inbound {
    type filter hook input priority filter; policy drop;
    iif "lo" accept
    ct state established,related accept
    tcp dport 22 accept
  }
}
`;

test('BFWL-01, BSRV-20, BSRV-21: installed behind a firewall that is on, the server is reached at once; rules that are dropped later are red until the command that is shown', {
  skip: noSystemdHosts || noDebTools,
  timeout: 3 * slowMs,
}, async (t) => {
  const network = await makeNetwork();
  atEnd(t, () => network.destroy());
  const deb = shippedDeb('server');
  const machine = await startUnitMachine(network, 'walled');
  const { vm } = machine;
  atEnd(t, () => vm.destroy());
  const comesIn = async (port: number) => {
    const connect = `exec 3<>/dev/tcp/${vm.address}/${port}`;
    return (
      (await runCommand(network.site.command(['timeout', '5', 'bash', '--norc', '-c', connect]))).code === 0
    );
  };
  await vm.writeFile('/etc/nftables.conf', ruleset);
  await vm.ask(['systemctl', 'enable', '--now', 'nftables']);

  await machine.install(await deb);
  const site = await machine.reachSite();
  assert.equal((await site.api(getSite)).code, 'TK1', 'by another host, through the firewall');
  assert.equal(await comesIn(80), true);
  assert.match(await vm.ask(['nft', 'list', 'ruleset']), /dport 443 .*"Tenkai\(TCP:443\)"/);
  assert.match(
    await vm.ask(['tenkai', 'firewall', 'status']),
    /^Firewall: nftables\nTenkai\(TCP:443\) +open \(/,
  );

  const body = { name: 'health', role: 'viewer', expiresInDays: 1 } as const;
  const { secret } = await site.api(createApiToken, { body });
  const env = `TENKAI_URL=https://127.0.0.1 TENKAI_TOKEN=${secret} TENKAI_ROOT_FINGERPRINT=${site.rootFingerprint}`;
  const untilState = (state: string) =>
    until(
      `the firewall is ${state}`,
      async () => {
        const { code, stdout } = await vm.run(`${env} tenkai --json site health`);
        const { firewall } = JSON.parse(stdout || '{"firewall":{}}') as SiteHealth;
        return firewall.state === state ? { ...firewall, code } : undefined;
      },
      slowMs,
    );
  assert.deepEqual((await untilState('open')).active, ['nftables']);
  assert.equal(await vm.ask(['stat', '-c', '%U %a', '/run/tenkai-firewall/check.json']), 'root 644');

  // As an administrator does who has changed a rule of his own.
  await vm.ask(['systemctl', 'reload', 'nftables']);
  assert.equal(await comesIn(443), false);
  const closed = await untilState('closed');
  const rules = closed.missing.map(({ rule }) => rule);
  assert.deepEqual([closed.code, rules], [1, ['Tenkai(TCP:443)', 'Tenkai(TCP:80)']]);
  await vm.ask(closed.repair);
  assert.equal(await comesIn(443), true);
  await untilState('open');

  const timer = async () => (await machine.unit('tenkai-firewall-check.timer')).ActiveState;
  assert.equal(await timer(), 'active');
  assert.equal(await vm.ask('systemctl list-units --failed --no-legend --plain'), '');
  await vm.ask(['systemctl', 'stop', 'tenkai-server']);
  assert.equal(await timer(), 'inactive', 'it goes with the server');
  await vm.ask(['dpkg', '--purge', 'tenkai-server'], { timeoutMs: slowMs });
  assert.doesNotMatch(await vm.ask(['nft', 'list', 'ruleset']), /Tenkai/);
  assert.equal((await machine.unit('tenkai-firewall-check.timer')).LoadState, 'not-found');
});
