/** A machine whose firewall is turned on after the agent is there: found, told, opened, and kept open. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { FirewallFact } from '@tenkai/domain';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { ownSubnet } from '@tenkai/testkit/rig/own-subnet.ts';
import { newAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { findProgram } from '../platform/linux/installer.ts';
import { writeSettings } from '../settings.ts';

const name = `tkfx${process.pid}`;
const { near, far } = ownSubnet();

function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 30_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
const inside = (...argv: string[]) => run('ip', 'netns', 'exec', name, ...argv);

function makeNamespace(): boolean {
  if (process.getuid?.() !== 0 || !findProgram('ip') || !findProgram('nft')) return false;
  run('ip', 'netns', 'add', name);
  run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  run('ip', 'addr', 'add', `${near}/30`, 'dev', name);
  run('ip', 'link', 'set', name, 'up');
  run('ip', '-n', name, 'addr', 'add', `${far}/30`, 'dev', 'eth0');
  run('ip', '-n', name, 'link', 'set', 'eth0', 'up');
  return true;
}

const pings = () => spawnSync('ping', ['-c', '1', '-W', '1', far]).status === 0;

test('BFWL-03, BFWL-04, BFWL-14: a firewall that is turned on later is told with what is missing, at the ports of the site; what was opened stays open', {
  timeout: 240_000,
}, async (t) => {
  atEnd(t, () => {
    spawnSync('ip', ['link', 'del', name]);
    spawnSync('ip', ['netns', 'del', name]);
  });
  if (!makeNamespace()) return t.skip('NETWORK NAMESPACES need root, ip and nft');
  const site = await startSmallSite(near);
  atEnd(t, () => site.close());
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  // No folder that stands for a machine: the firewall of the namespace is meant.
  const { url: server, keys } = site;
  writeSettings(agent.data, { server, rootFingerprint: keys.rootFingerprint });
  site.reply = { heartbeatMs: 500 };
  agent.start({ TENKAI_FIREWALL_CHECK_MS: '500' }, ['ip', 'netns', 'exec', name]);
  const fact = (): FirewallFact | undefined =>
    site.reports
      .map(({ report }) =>
        report.kind === 'inventory' ? (report.whole ?? report.difference)?.agent?.firewall : undefined,
      )
      .findLast((found) => found !== undefined);
  const told = () => site.reports.flatMap(({ report }) => (report.kind === 'status' ? [report.code] : []));
  await until(fact);
  assert.deepEqual(fact(), { active: [], missing: [] });

  const base = '{ type filter hook input priority 0; policy drop; }';
  inside(
    'nft',
    `add table inet late; add chain inet late i ${base}; add rule inet late i ct state established accept`,
  );
  await until(() => fact()?.missing.length);
  const rule = `Tenkai(agent ICMPv4:${near})`;
  assert.deepEqual(fact(), {
    active: ['nftables'],
    missing: [{ rule, firewall: 'nftables', where: 'inet late i', remedy: 'tenkai-agent firewall open' }],
  });
  await until(() => told().includes('machine.firewall-closed'));
  // The site has multicast at ports of its own choice; told null, it has none.
  const ports = { first: 41_000, last: 41_015 };
  const hear = (multicastPorts: typeof ports | null) => {
    site.reply = { heartbeatMs: 500, site: { multicastPorts, address: null } };
  };
  hear(ports);
  await until(() => fact()?.missing.some((missing) => missing.rule === 'Tenkai(agent UDP:41000-41015)'));
  hear(null);
  await until(() => fact()?.missing.length === 1);
  assert.equal(pings(), false, 'it is told, and nothing more');

  const entry = new URL('../main.ts', import.meta.url).pathname;
  const command = (act: string) =>
    inside('env', `TENKAI_AGENT_DATA=${agent.data.root}`, process.execPath, entry, 'firewall', act);
  assert.match(command('open'), /Done:\n {2}nft /);
  assert.equal(pings(), true);
  await until(() => told().includes('machine.firewall-open'));
  await until(() => fact()?.missing.length === 0);

  inside('nft', 'flush chain inet late tenkai_agent');
  await until(pings);
  command('close');
  // What the service was bringing back at that moment it takes away itself.
  await until(() => !pings());
  await until(() => fact()?.missing.length);
  await until(() => !inside('nft', 'list', 'ruleset').includes('tenkai'));
  assert.equal(pings(), false, 'nobody brings it back');
});
