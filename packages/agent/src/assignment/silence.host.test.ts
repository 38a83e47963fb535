/** An agent in a network of its own, whose kernel counts what it sends. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { end, spawnOwned } from '@tenkai/testkit/rig/own-process.ts';
import { newAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { findProgram } from '../platform/linux/installer.ts';
import { readStatus } from '../service/status-file.ts';
import type { Settings } from '../settings.ts';

const tools = ['ip', 'unshare', 'nsenter'];
const skip =
  (process.getuid?.() !== 0 || tools.some((tool) => !findProgram(tool))) &&
  'NETWORK NAMESPACES need root, ip, unshare and nsenter';
const options = { timeout: 400_000, skip };

/** A network namespace with a card that swallows everything, on the way to everywhere. */
async function makeLonely(holder: ChildProcess): Promise<void> {
  const own = readlinkSync('/proc/self/ns/net');
  await until(() => readlinkSync(`/proc/${holder.pid}/ns/net`) !== own);
  for (const line of [
    'link set lo up',
    'link add card type veth peer name wire',
    'addr add 192.0.2.2/24 dev card',
    'link set wire up',
    'link set card up',
    'route add default dev card',
  ]) {
    const { status, stderr } = spawnSync('nsenter', [...enter(holder), 'ip', ...line.split(' ')], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, `ip ${line}: ${stderr}`);
  }
}

const enter = ({ pid }: ChildProcess) => ['--target', String(pid), '--net'];

/** What programs in there have sent: datagrams and begun connections, to whatever address. */
function sent({ pid }: ChildProcess): number {
  const table = readFileSync(`/proc/${pid}/net/snmp`, 'utf8');
  const value = (protocol: string, name: string) => {
    const [names = '', values = ''] = table.split('\n').filter((line) => line.startsWith(`${protocol}:`));
    return Number(values.split(' ')[names.split(' ').indexOf(name)]);
  };
  return value('Udp', 'OutDatagrams') + value('Tcp', 'ActiveOpens') + value('Ip', 'OutNoRoutes');
}

async function runIn(t: TestContext, settings: Settings) {
  const network = spawnOwned('unshare', ['--net', 'sleep', '600'], { stdio: 'ignore' });
  const agent = newAgent(settings);
  t.after(async () => {
    await agent.remove();
    await end(network, 'SIGKILL');
  });
  await makeLonely(network);
  assert.equal(sent(network), 0);
  agent.start({}, ['nsenter', ...enter(network)]);
  await until(() => readStatus(agent.data)?.trouble);
  return network;
}

/** Several turns of the service. */
const whileMs = 4500;
const rootFingerprint = 'ab'.repeat(32);
const dns: Settings = {
  rootFingerprint,
  assignment: { dnsSuffix: 'lab.example', dnsServers: ['192.0.2.53'] },
};

const silent: readonly [name: string, settings: Settings][] = [
  ['AGENT-03: an agent to which nothing was given sends no datagram and opens no connection', {}],
  [
    'AGENT-04: an agent that is held is silent, whatever it was given',
    { ...dns, assignment: { ...dns.assignment, isHeld: true } },
  ],
  [
    'without a pinned root key an agent is silent, whatever it was given',
    { assignment: dns.assignment } as Settings,
  ],
];

for (const [name, settings] of silent)
  test(name, options, async (t) => {
    const network = await runIn(t, settings);
    await delay(whileMs);
    assert.equal(sent(network), 0);
  });

test('the same agent with a DNS suffix and a pinned root key asks', options, async (t) => {
  const network = await runIn(t, dns);
  await until(() => sent(network) > 0);
});
