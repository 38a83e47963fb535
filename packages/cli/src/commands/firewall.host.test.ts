/** `tenkai firewall` on real firewalls in namespaces of their own. */

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  closeFirewall,
  type FirewallNeeds,
  type FirewallReport,
  type FirewallRole,
  firewallRules,
  missingRules,
  openFirewall,
  planFirewall,
} from '@tenkai/domain';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { asUser } from '@tenkai/testkit/as-user.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type CommandResult, output, runCommand } from '@tenkai/testkit/rig/command.ts';
import { type FirewallKind, makeGuardedHost, noFirewall } from '@tenkai/testkit/rig/guarded-host.ts';
import { makeNetwork, noNetworks } from '@tenkai/testkit/rig/network.ts';
import { end, spawnOwned } from '@tenkai/testkit/rig/own-process.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';
import { carryOut } from '../firewall-program.ts';

const main = resolve(import.meta.dirname, '../main.ts');
const env = { PATH: process.env.PATH ?? '', HOME: '/root', TENKAI_PORT: '8443' };

type Inside = (argv: readonly string[]) => readonly string[];

/** The real program in a namespace. */
const tenkai = (inside: Inside, ...args: string[]): Promise<CommandResult> =>
  runCommand(inside([process.execPath, main, 'firewall', ...args]), { env });

async function done(inside: Inside, ...args: string[]): Promise<FirewallReport> {
  const { code, stdout, stderr } = await tenkai(inside, '--json', ...args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as FirewallReport;
}

const acts = { open: openFirewall, close: closeFirewall, plan: planFirewall } as const;

/** As the program does it, without its start: that takes longer than all the rest. */
function act(
  inside: Inside,
  name: keyof typeof acts,
  role: FirewallRole = 'server',
  needs: FirewallNeeds = { https: 8443 },
): Promise<FirewallReport> {
  const input = { role, rules: firewallRules(role, needs), profiles: [], system: 'linux' } as const;
  return carryOut(acts[name](input), ({ program, args }) => runCommand(inside([program, ...args])));
}

const lacks = async (inside: Inside) => missingRules(await act(inside, 'plan')).length;

const multicast = { first: 56_100, last: 56_227 };

async function guarded(t: TestContext, kind: FirewallKind): Promise<Inside> {
  const host = await makeGuardedHost(kind);
  atEnd(t, () => host.destroy());
  return host.command;
}

const closedRuleset = `
table inet site {
  set blocked { type ipv4_addr; elements = { 10.77.0.66 } }
  chain inbound {
    type filter hook input priority filter; policy drop;
    ip saddr @blocked drop comment "theirs"
    ct state invalid drop
    ct state established,related accept
    tcp dport 22 accept
  }
}`;

const listener = `const server = require('net').createServer((socket) => socket.end('here'));
server.listen(8443, '0.0.0.0', () => console.log('ready'));`;

test('BFWL-01, BFWL-02, BFWL-04, BFWL-21: behind a policy that drops, a server and the echo of its site alone come in', {
  skip: noNetworks || noFirewall('nftables'),
  timeout: 120_000,
}, async (t) => {
  const network = await makeNetwork();
  atEnd(t, () => network.destroy());
  const [host, stranger] = [await network.addMachine(), await network.addMachine()];
  const inside: Inside = host.command;
  await output(inside(['nft', '-f', '-']), { input: closedRuleset });
  const before = await output(inside(['nft', 'list', 'ruleset']));
  const [program = '', ...args] = inside([process.execPath, '-e', listener]);
  const listening = spawnOwned(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  atEnd(t, () => end(listening, 'SIGKILL'));
  await new Promise<void>((ready) => listening.stdout?.once('data', () => ready()));
  const says = async (from: Inside) => {
    const script = `exec 3<>/dev/tcp/${host.address}/8443 && head -c 4 <&3`;
    return (await runCommand(from(['timeout', '2', 'bash', '--norc', '-c', script]))).stdout;
  };
  const pings = async (from: Inside) =>
    (await runCommand(from(['ping', '-c', '1', '-W', '1', host.address]))).code === 0;
  const seen = async () => [
    await says(network.site.command),
    await pings(network.site.command),
    await pings(stranger.command),
  ];

  assert.deepEqual(await seen(), ['', false, false]);
  const lacking = await tenkai(inside, 'check');
  assert.equal(lacking.code, 1);
  assert.match(lacking.stderr, /does not come in: Tenkai\(TCP:8443\).*firewall-rules-missing/s);
  assert.match(lacking.stderr, /Remedy: Run as root: tenkai firewall open --role server/);
  const listed = await tenkai(inside, 'status');
  assert.deepEqual(
    [listed.code, listed.stdout],
    [0, 'Firewall: nftables\nTenkai(TCP:8443)  MISSING (nftables, inet site inbound)\n'],
  );
  const planned = await act(inside, 'plan');
  await done(inside, 'open', '--dry-run');
  assert.equal(await output(inside(['nft', 'list', 'ruleset'])), before, 'a dry run changes nothing');

  const opened = await done(inside, 'open');
  assert.deepEqual(opened.commands, planned.commands);
  await act(inside, 'open', 'agent', { siteAddresses: [network.site.address] });
  await until('the server is reached', async () => (await says(network.site.command)) === 'here');
  assert.deepEqual(await seen(), ['here', true, false]);
  assert.equal(await lacks(inside), 0);

  await done(inside, 'close');
  await act(inside, 'close', 'agent');
  assert.deepEqual(await seen(), ['', false, false]);
  assert.equal(await output(inside(['nft', 'list', 'ruleset'])), before);
});

const nothingNeeded = 'a list of blocked addresses only';

/** What others have on their machines; with `iptables:` as these lines, else as nft reads it. */
const foreign: Readonly<Record<string, string>> = {
  'a policy that drops': closedRuleset,
  'two base chains in one table': `table inet two {
    chain early { type filter hook input priority -10; policy drop; iif "lo" accept; accept; }
    chain late { type filter hook input priority 10; policy drop; }
  }`,
  'a refusal at the end': `table inet end { chain inbound { type filter hook input priority 0; policy accept;
    ct state established,related accept
    meta l4proto tcp reject with tcp reset
    counter reject
  }
}`,
  'zones that are jumped to': `table inet zones {
    chain world { tcp dport 22 accept; drop; }
    chain inbound { type filter hook input priority 0; policy accept; iifname "eth0" jump world; }
  }`,
  'families apart': `table ip four {
    chain inbound { type filter hook input priority 0; policy drop; }
  }
  table ip6 six {
    chain inbound { type filter hook input priority 0; policy drop; }
  }`,
  [nothingNeeded]: `table inet bans {
    chain inbound { type filter hook input priority -1; policy accept; ip saddr 192.0.2.1 reject; }
  }`,
  iptables: 'iptables: -P INPUT DROP; -A INPUT -p tcp --dport 22 -j ACCEPT; -A INPUT -j REJECT',
};

test('BFWL-04: whatever is there already: open twice is open once, and close leaves what was there', {
  skip: noFirewall('nftables') || noFirewall('ufw'),
  timeout: 180_000,
}, async (t) => {
  for (const [name, text] of Object.entries(foreign)) {
    await t.test(name, async (t) => {
      const inside = await guarded(t, 'nftables');
      if (text.startsWith('iptables: '))
        for (const rule of text.slice(10).split('; ')) await output(inside(['iptables', ...rule.split(' ')]));
      else await output(inside(['nft', '-f', '-']), { input: text });
      const ruleset = (...more: string[]) => output(inside(['nft', ...more, 'list', 'ruleset']));
      const before = await ruleset();
      const needs = { multicast, siteAddresses: ['10.0.0.1', 'fd00::1'] };
      await act(inside, 'open', 'agent', needs);
      const once = await ruleset('-a');
      assert.equal(once.includes('Tenkai'), name !== nothingNeeded);
      assert.deepEqual((await act(inside, 'open', 'agent', needs)).commands, []);
      assert.equal(await ruleset('-a'), once);
      if (name === 'iptables') {
        const listed = await output(inside(['iptables', '-S', 'tenkai_agent']));
        assert.match(listed, /-s 10\.0\.0\.1\/32 -p icmp .*--icmp-type 8 .*-j ACCEPT/);
      }
      await act(inside, 'close', 'agent', needs);
      assert.equal(await ruleset(), before);
    });
  }
});

test('BFWL-04: a rule that somebody has taken out or changed is missing, and is brought back', {
  skip: noFirewall('nftables'),
  timeout: 60_000,
}, async (t) => {
  const inside = await guarded(t, 'nftables');
  await output(inside(['nft', '-f', '-']), { input: closedRuleset });
  await act(inside, 'open');
  const whole = await output(inside(['nft', 'list', 'ruleset']));
  const damages = [
    ['flush', 'chain', 'inet', 'site', 'tenkai_server'],
    ['insert', 'rule', 'inet', 'site', 'tenkai_server', 'drop'],
    ['flush', 'chain', 'inet', 'site', 'inbound'],
  ];
  for (const damage of damages.slice(0, 2)) {
    await output(inside(['nft', ...damage]));
    await act(inside, 'open');
    assert.equal(await output(inside(['nft', 'list', 'ruleset'])), whole, damage.join(' '));
  }
  await output(inside(['nft', ...(damages[2] ?? [])]));
  assert.equal(await lacks(inside), 1);
  await act(inside, 'open');
  assert.equal(await lacks(inside), 0);
});

test('BFWL-22: the plan is a script for a host without a screen: run by a shell as it is, it opens everything', {
  skip: noFirewall('nftables'),
  timeout: 120_000,
}, async (t) => {
  const inside = await guarded(t, 'nftables');
  await output(inside(['nft', '-f', '-']), { input: closedRuleset });
  const { commands } = await done(inside, 'plan');
  assert.equal(await lacks(inside), 1);
  await output(inside(['sh', '-e', '-c', commands.join('\n')]));
  assert.equal(await lacks(inside), 0);
});

test('BFWL-25, BFWL-26: the ports of NFS come and go with its role, and a blocked mountd is named by its port', {
  skip: noFirewall('nftables'),
  timeout: 120_000,
}, async (t) => {
  const inside = await guarded(t, 'nftables');
  await output(inside(['nft', '-f', '-']), { input: closedRuleset });
  await act(inside, 'open');
  const without = await output(inside(['nft', 'list', 'ruleset']));
  const nfs = { https: 8443, nfs: { mountd: 1048 } };
  await act(inside, 'open', 'server', nfs);
  const list = (...more: string[]) => output(inside(['nft', ...more, 'list', 'ruleset']));
  assert.match(await list(), /tcp dport 1048 accept comment "Tenkai\(TCP:1048\)"/);
  const handle = /tcp dport 1048 accept .*# handle (\d+)/.exec(await list('-a'))?.[1] ?? '';
  await output(inside(['nft', 'delete', 'rule', 'inet', 'site', 'tenkai_server', 'handle', handle]));
  const { code, stderr } = await tenkai(inside, 'check', '--nfs', '1048');
  assert.equal(code, 1);
  assert.match(stderr, /does not come in: .*Tenkai\(TCP:1048\)/);
  await act(inside, 'open');
  assert.equal(await list(), without);
});

test('BFWL-07, BFWL-09: ufw for real: opened, shared by both roles, and left as it was', {
  skip: noFirewall('ufw'),
  timeout: 120_000,
}, async (t) => {
  const inside = await guarded(t, 'ufw');
  await output(inside(['ufw', 'allow', '22/tcp']));
  const added = () => output(inside(['ufw', 'show', 'added']));
  const rules = () => output(inside(['iptables', '-S']));
  const before = [await added(), await rules()];
  const needs = { https: 8443, multicast };
  assert.deepEqual((await act(inside, 'open', 'server', needs)).backends, ['ufw']);
  const machineNeeds = { multicast, siteAddresses: ['10.0.0.1'] };
  const machine = await act(inside, 'open', 'agent', machineNeeds);
  assert.deepEqual(
    machine.rules.map(({ state }) => state),
    ['open', 'given'],
  );
  assert.match(await rules(), /-A ufw-user-input -p tcp -m tcp --dport 8443 -j ACCEPT/);
  assert.match(await added(), /'Tenkai\(UDP:56100-56227\) Tenkai\(agent UDP:56100-56227\)'/);
  assert.deepEqual((await act(inside, 'open', 'agent', machineNeeds)).commands, []);
  await act(inside, 'close', 'server', needs);
  assert.match(await rules(), /--dports 56100:56227 -j ACCEPT/, 'the machine needs it still');
  await act(inside, 'close', 'agent', machineNeeds);
  assert.deepEqual([await added(), await rules()], before);
});

test('BFWL-03, BFWL-04, BFWL-07, BFWL-11: firewalld for real: in force at once and after a reload, in the zones that are named, and left as it was', {
  skip: noFirewall('firewalld'),
  timeout: 400_000,
}, async (t) => {
  const inside = await guarded(t, 'firewalld');
  // Somebody's rule that a reload would lose.
  await output(inside(['firewall-cmd', '--add-port=9/tcp']));
  const listed = async () => [
    await output(inside(['firewall-cmd', '--list-all'])),
    await output(inside(['firewall-cmd', '--permanent', '--list-all'])),
    await output(inside(['nft', 'list', 'ruleset'])),
  ];
  const before = await listed();
  const machineNeeds = { multicast, siteAddresses: ['10.0.0.1', 'fd00::1'] };
  assert.deepEqual((await act(inside, 'open')).backends, ['firewalld']);
  await act(inside, 'open', 'agent', machineNeeds);
  const ruleset = await output(inside(['nft', 'list', 'table', 'inet', 'firewalld']));
  assert.match(ruleset, /tcp dport 8443 accept/);
  assert.match(ruleset, /udp dport 56100-56227 accept/);
  assert.match(ruleset, /ip saddr 10\.0\.0\.1 icmp type echo-request accept/);
  await act(inside, 'close', 'agent', machineNeeds);
  assert.deepEqual((await act(inside, 'open')).commands, []);
  await act(inside, 'close');
  assert.deepEqual(await listed(), before);

  await done(inside, 'open', '--profile', 'internal');
  await act(inside, 'open');
  assert.equal((await act(inside, 'open')).commands.length, 0, 'a zone that was named keeps its rules');
  const inZones = async () => {
    const zones = await output(inside(['firewall-cmd', '--permanent', '--list-all-zones']));
    return zones.split('\n').filter((line) => line.includes('priority="-7443"')).length;
  };
  assert.equal(await inZones(), 2);
  await done(inside, 'open', '--profile', 'internal');
  assert.equal(await inZones(), 1, 'what is not named is left out');
  await done(inside, 'close');
  assert.equal(await inZones(), 0);
  assert.deepEqual(await listed(), before);

  await act(inside, 'open');
  await output(inside(['firewall-cmd', '--reload']));
  assert.equal(await lacks(inside), 0);
  const rule = 'rule priority="-7443" port port="8443" protocol="tcp" accept';
  await output(inside(['firewall-cmd', `--remove-rich-rule=${rule}`]));
  assert.equal(await lacks(inside), 1);
});

test('each command explains the options that it has, with paths as they are typed', async () => {
  const plain: Inside = (args) => args;
  const help = async (name: string) => (await tenkai(plain, name, '--help')).stdout;
  const [close = ''] = (await help('close')).split('Global Options:');
  assert.deepEqual(close.match(/--[a-z-]+/g), ['--role', '--dry-run', '--help']);
  assert.match(await help('plan'), /\(default: C:\\Program Files\\NEC\\DeploymentManager\)/);
  assert.match(await help('open'), /\(default:\s+\/etc\/default\/tenkai-server\)/);
  assert.equal((await tenkai(plain, 'close', '--multicast', '9-10')).code, 2);
  const plan = (...words: string[]) => tenkai(plain, 'plan', '--for', 'windows', ...words);
  const strange = await plan('--site-address', '10.0.0.1');
  assert.deepEqual([strange.code, /--site-address is not for --role server/.test(strange.stderr)], [2, true]);
  assert.equal((await plan('--role', 'agent', '--dhcp')).code, 2);
  assert.equal((await plan('--dhcp')).code, 0);
});

test('BFWL-12, BFWL-13, BFWL-16: commands for other systems are printed anywhere, without rights', async () => {
  const plain: Inside = (args) => args;
  const xp = await tenkai(plain, 'plan', '--for', 'windows-xp');
  assert.equal(xp.stdout, 'netsh firewall add portopening TCP 8443 "Tenkai(TCP:8443)" ENABLE\n', xp.stderr);
  const old = await tenkai(plain, 'plan', '--for', 'deploymentmanager', '--nfs', '1055');
  assert.equal(old.stdout.trim().split('\n').length, 16 + 7);
  assert.equal((await tenkai(plain, 'plan', '--for', 'os2')).code, 2);
  assert.equal((await tenkai(plain, 'open', '--multicast', '9-8')).code, 2);
});

test('BAGT-02: rules printed for the agent of a Windows machine name its program in the folder that is given', async () => {
  const plain: Inside = (args) => args;
  const needs = ['--role', 'agent', '--multicast', '56100-56101', '--site-address', '10.0.0.1'];
  const lines = async (...more: string[]) =>
    (await tenkai(plain, 'plan', ...needs, ...more)).stdout.trim().split('\n');
  const rule =
    'add rule name="Tenkai(agent UDP:56100-56101)" dir=in protocol=udp localport=56100-56101 action=allow';
  const [usual] = await lines('--for', 'windows');
  assert.equal(
    usual,
    `netsh advfirewall firewall ${rule} program="C:\\Program Files\\Tenkai\\Agent\\node.exe"`,
  );
  const [moved, echo] = await lines('--for', 'windows', '--agent-folder', 'D:\\Apps\\Tenkai\\');
  assert.equal(moved, `netsh advfirewall firewall ${rule} program="D:\\Apps\\Tenkai\\node.exe"`);
  assert.doesNotMatch(echo ?? '', /program=/);
  assert.deepEqual(await lines('--for', 'windows-xp', '--agent-folder', 'D:\\Apps'), [
    'netsh firewall add allowedprogram "D:\\Apps\\node.exe" "Tenkai(node.exe)" ENABLE',
    'netsh firewall set icmpsetting 8 ENABLE',
  ]);
});

test('BFWL-14: the ports of multicast are those that the site has, where it is asked', async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const cli = await cliOf(t, server);
  const ranges = async () => {
    const { stdout } = await cli.run(['firewall', 'plan', '--for', 'windows', '--from-site']);
    return stdout.match(/UDP:[\d-]+/)?.[0];
  };
  const body = { multicast: true, multicastFirstPort: 40_000, multicastSessions: 8 };
  await server.call(changeSiteSettings, { body });
  assert.equal(await ranges(), 'UDP:40000-40015');
  await server.call(changeSiteSettings, { body: { multicast: false } });
  assert.equal(await ranges(), undefined);
});

test('BSRV-19: without rights it says so, with the command that has them', {
  skip: noFirewall('nftables'),
}, async () => {
  const command = asUser('nobody', [process.execPath, main, 'firewall', 'open']);
  const { code, stderr } = await runCommand(command, { env, cwd: '/' });
  assert.equal(code, 1);
  assert.match(stderr, /firewall-needs-root/);
  assert.match(stderr, /Remedy: Run the same command as root: sudo tenkai firewall open/);
});
