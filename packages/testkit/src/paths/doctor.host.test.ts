/** A real site and a real agent in a network namespace of its own: each part is broken in turn, and named. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { type Diagnosis, faultsOf } from '@tenkai/domain/diagnosis/index.ts';
import { enrollmentRoutes, type MachineRow, machineRoutes } from '@tenkai/protocol';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '../at-end.ts';
import { ownSubnet } from '../rig/own-subnet.ts';
import { ended, newAgent, until } from '../small-site/run-agent.ts';
import { startTestServer } from '../start-server.ts';
import { cliOf } from '../tenkai-cli.ts';

const name = `tkdr${process.pid}`;
/** What every process there sees below /etc (ip-netns(8)). */
const files = join('/etc/netns', name);
const { near: siteAddress, far: machineAddress } = ownSubnet();
const siteName = 'site.doctor.test';
const tools = ['ip', 'nft', 'ping'];

function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function makeNamespace(): void {
  run('ip', 'netns', 'add', name);
  run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  run('ip', 'addr', 'add', `${siteAddress}/30`, 'dev', name);
  run('ip', 'link', 'set', name, 'up');
  run('ip', '-n', name, 'addr', 'add', `${machineAddress}/30`, 'dev', 'eth0');
  for (const card of ['lo', 'eth0']) run('ip', '-n', name, 'link', 'set', card, 'up');
  mkdirSync(files, { recursive: true });
  writeFileSync(join(files, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
  hosts(true);
}

const hosts = (isKnown: boolean) =>
  writeFileSync(
    join(files, 'hosts'),
    `127.0.0.1 localhost\n${isKnown ? `${siteAddress} ${siteName}\n` : ''}`,
  );
const inside = (...argv: string[]) => run('ip', 'netns', 'exec', name, ...argv);
const nft = (rule: string) =>
  inside(
    'nft',
    `add table inet broken; add chain inet broken i { type filter hook input priority 0; }; add chain inet broken o { type filter hook output priority 0; }; add rule inet broken ${rule}`,
  );
const healed = () => inside('nft', 'flush ruleset');

interface Case {
  readonly what: string;
  readonly broken: (port: number) => unknown;
  readonly heal: () => unknown;
  /** As the machine's end names it, then the site's where that can tell. */
  readonly agent: readonly string[];
  readonly server?: readonly string[];
}

/** New connections alone are touched, so that the agent of the namespace stays connected. */
const cases: readonly Case[] = [
  { what: 'nothing', broken: () => {}, heal: () => {}, agent: [], server: [] },
  { what: 'name', broken: () => hosts(false), heal: () => hosts(true), agent: ['name doctor-name-unknown'] },
  {
    what: 'route',
    broken: () => run('ip', '-n', name, 'route', 'add', 'unreachable', `${siteAddress}/32`),
    heal: () => run('ip', '-n', name, 'route', 'del', 'unreachable', `${siteAddress}/32`),
    agent: ['route doctor-no-route'],
  },
  {
    what: 'TCP port, swallowed',
    broken: (port) => nft(`i tcp sport ${port} tcp flags & (syn | ack) == (syn | ack) drop`),
    heal: healed,
    agent: ['port doctor-port-blocked'],
  },
  {
    what: 'TCP port, closed',
    broken: (port) => nft(`o tcp dport ${port} tcp flags & (syn | ack) == syn reject with tcp reset`),
    heal: healed,
    agent: ['port doctor-port-closed'],
  },
  {
    what: 'UDP multicast',
    broken: () => nft('i ip daddr 224.0.0.0/4 udp dport 1024-65535 drop'),
    heal: healed,
    agent: ['multicast doctor-multicast-silent'],
  },
  {
    what: 'ICMP',
    broken: () => nft('i icmp type echo-request drop'),
    heal: healed,
    agent: ['echo doctor-echo-silent'],
    server: ['echo doctor-echo-silent'],
  },
];

const named = (found: Diagnosis) => faultsOf(found).map(({ part, code }) => `${part} ${code}`);

async function scene(t: TestContext) {
  const at = { host: '0.0.0.0', names: [siteName, siteAddress] };
  const server = await startTestServer({ listen: true, at });
  atEnd(t, () => server.stop());
  await server.call(changeSiteSettings, {
    body: { multicastInterface: siteAddress, heartbeatMs: 10_000, heartbeatJitterMs: 0 },
  });
  await server.kernel.events.idle();
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  const { port } = new URL(server.baseUrl);
  const body = { name: 'doctor', maxUses: 1, validHours: 1 };
  const { secret } = await server.call(enrollmentRoutes.createTicket, { body });
  const ticketFile = join(agent.data.root, 'ticket');
  writeFileSync(ticketFile, secret, { mode: 0o600 });
  const { rootFingerprint } = server.kernel.keys;
  const settings = { server: `https://${siteName}:${port}`, rootFingerprint, ticketFile };
  writeFileSync(agent.data.settings, JSON.stringify(settings));
  agent.start({ TENKAI_FIREWALL_CHECK_MS: '300' }, ['ip', 'netns', 'exec', name]);
  const machine = await until(async () => {
    const { items } = await server.call(machineRoutes.list, { query: {} });
    return items.find((row) => row.isOnline && row.address === machineAddress);
  });
  const main = new URL('../../../agent/src/main.ts', import.meta.url).pathname;
  // Not spawnSync: the site lives in this process.
  const doctor = async () => {
    const command = [
      'env',
      `TENKAI_AGENT_DATA=${agent.data.root}`,
      process.execPath,
      main,
      'doctor',
      '--json',
    ];
    const child = spawn('ip', ['netns', 'exec', name, ...command], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [text, [status]] = await Promise.all([readAll(child.stdout), once(child, 'close')]);
    const found = JSON.parse(text) as Diagnosis;
    assert.equal(status, faultsOf(found).length === 0 ? 0 : 1);
    return found;
  };
  const fromSite = () => server.call(machineRoutes.diagnose, { params: { id: machine.id } });
  return { server, agent, machine, port: Number(port), doctor, fromSite };
}

test('BFWL-30, BFWL-26, BAGT-21, BFWL-28: each part of the connection broken in turn is named, from both ends, and a machine that reports behind a closed firewall', {
  timeout: 400_000,
  skip:
    process.getuid?.() !== 0 || tools.some((tool) => spawnSync(tool, ['-V']).error)
      ? `NETWORK NAMESPACES need root and ${tools.join(', ')}`
      : false,
}, async (t) => {
  atEnd(t, () => {
    spawnSync('ip', ['link', 'del', name]);
    spawnSync('ip', ['netns', 'del', name]);
    rmSync(files, { recursive: true, force: true });
  });
  makeNamespace();
  const { server, agent, machine, port, doctor, fromSite } = await scene(t);
  for (const { what, broken, heal, agent: there, server: here } of cases) {
    broken(port);
    const found = await doctor();
    assert.deepEqual(named(found), there, `${what}, from the machine: ${JSON.stringify(found.findings)}`);
    if (here) assert.deepEqual(named(await fromSite()), here, `${what}, from the site`);
    heal();
  }

  const settings = { server: `https://${siteName}:${port}`, rootFingerprint: '0'.repeat(64) };
  const right = { ...settings, rootFingerprint: server.kernel.keys.rootFingerprint };
  writeFileSync(agent.data.settings, JSON.stringify(settings));
  assert.deepEqual(named(await doctor()), ['trust doctor-other-root']);
  writeFileSync(agent.data.settings, JSON.stringify(right));

  // A policy that drops: the rules are named, with the ports that this site has told its agents.
  await server.call(changeSiteSettings, { body: { multicastFirstPort: 41_000, multicastSessions: 8 } });
  await until(
    () => existsSync(agent.data.siteFacts) && /41015/.test(readFileSync(agent.data.siteFacts, 'utf8')),
  );
  inside(
    'nft',
    'add table inet late; add chain inet late i { type filter hook input priority 0; policy drop; }; add rule inet late i ct state established accept; add rule inet late i iif lo accept',
  );
  const rules = (found: Diagnosis) => faultsOf(found).map(({ params }) => params.rule);
  const missing = ['Tenkai(agent UDP:41000-41015)', `Tenkai(agent ICMPv4:${siteAddress})`];
  assert.deepEqual(rules(await doctor()), missing);
  await until(async () => JSON.stringify(rules(await fromSite())) === JSON.stringify(missing));
  const cli = await cliOf(t, server);
  const list = (state: string) => cli.json(['machine', 'list', '--inbound', state]);
  const [blocked]: MachineRow[] = await until(async () => {
    const found: MachineRow[] = await list('blocked');
    return found.length > 0 ? found : undefined;
  });
  assert.deepEqual([blocked?.name, blocked?.enrollment, blocked?.isOnline], [machine.name, 'enrolled', true]);
  const shown = (await cli.run(['machine', 'show', machine.name])).stdout;
  assert.match(shown, /Inbound +BLOCKED: the agent reports/);
  assert.ok(
    shown.replace(/\s+/g, ' ').includes(`${missing[1]} (nftables): tenkai-agent firewall open`),
    shown,
  );
  const main = new URL('../../../agent/src/main.ts', import.meta.url).pathname;
  inside('env', `TENKAI_AGENT_DATA=${agent.data.root}`, process.execPath, main, 'firewall', 'open');
  assert.deepEqual(named(await doctor()), [], 'what it names is what was needed');
  await until(async () => ((await list('open')) as MachineRow[]).length > 0);
  assert.deepEqual(await list('blocked'), []);

  const [service] = agent.services();
  assert.ok(service);
  await ended(service, 'SIGTERM');
  assert.deepEqual(named(await doctor()), ['agent doctor-agent-stopped']);
  await until(async () => named(await fromSite())[0] === 'agent doctor-agent-silent');
  const said = await cli.run(['doctor', machine.name], { env: { LC_ALL: 'ja_JP.UTF-8' } });
  assert.equal(said.code, 1);
  assert.match(said.stdout, /異常 {2}エージェントプロセス .*応答しますが/);
  run('ip', 'link', 'set', name, 'down');
  const json = await cli.run(['--json', 'doctor', machine.id]);
  assert.equal(json.code, 1);
  // Where there is a default route, it leads elsewhere.
  assert.match(named(JSON.parse(json.stdout)).join(), /^route doctor-(machine-silent|no-route)$/);
});
