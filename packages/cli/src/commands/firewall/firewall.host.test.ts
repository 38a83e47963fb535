/** `tenkai firewall` on real nftables in namespaces of their own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asUser } from '@tenkai/testkit/as-user.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { output, runCommand } from '@tenkai/testkit/rig/command.ts';
import { noFirewall } from '@tenkai/testkit/rig/guarded-host.ts';
import { makeNetwork, noNetworks } from '@tenkai/testkit/rig/network.ts';
import { end, spawnOwned } from '@tenkai/testkit/rig/own-process.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import {
  act,
  closedRuleset,
  done,
  env,
  guarded,
  type Inside,
  lacks,
  main,
  multicast,
  tenkai,
} from './firewall-for-test.ts';

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

test('BSRV-19: without rights it says so, with the command that has them', {
  skip: noFirewall('nftables'),
}, async () => {
  const command = asUser('nobody', [process.execPath, main, 'firewall', 'open']);
  const { code, stderr } = await runCommand(command, { env, cwd: '/' });
  assert.equal(code, 1);
  assert.match(stderr, /firewall-needs-root/);
  assert.match(stderr, /Remedy: Run the same command as root: sudo tenkai firewall open/);
});
