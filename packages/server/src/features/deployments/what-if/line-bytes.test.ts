import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DeliverySettings, defaultDelivery } from '@tenkai/domain';
import { deploymentRoutes } from '@tenkai/protocol';
import { multicastRoutes } from '@tenkai/protocol/api/multicast.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { aWholeInventory, type BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { aDeployment, anInventory } from '@tenkai/testkit/builders.ts';
import { deploy, settle } from '@tenkai/testkit/deployed.ts';
import { askMulticast } from '@tenkai/testkit/multicast/member.ts';
import { type Scene, scene, three } from '@tenkai/testkit/multicast/scene.ts';
import { openRuns } from '@tenkai/testkit/run-reports.ts';

type Rule = 'named' | 'forbidden';

interface Fleet {
  readonly name: string;
  /** Of the three machines; the site sends on 127.0.0.0/8. */
  readonly addresses: readonly [string, string, string];
  readonly rules?: readonly Rule[];
  readonly delivery?: DeliverySettings;
  readonly settings?: { readonly multicastTtl?: number; readonly concurrency?: number };
  /** Times that the content crosses each line. */
  readonly crossings: Record<string, number>;
}

const far = ['10.9.8.1/24', '10.9.8.2/24', '10.9.8.3/24'] as const;
const fleets: readonly Fleet[] = [
  { name: 'three behind one router', addresses: far, crossings: { '10.9.8.0/24': 1 } },
  {
    name: 'two behind one router and one alone behind another',
    addresses: [far[0], far[1], '10.9.9.1/24'],
    crossings: { '10.9.8.0/24': 1, '10.9.9.0/24': 1 },
  },
  {
    name: 'nobody may fetch for the others',
    addresses: far,
    rules: ['forbidden', 'forbidden', 'forbidden'],
    crossings: { '10.9.8.0/24': 3 },
  },
  {
    name: 'one may not, and one is named',
    addresses: far,
    rules: ['forbidden', 'named'],
    crossings: { '10.9.8.0/24': 1 },
  },
  {
    name: 'two on the network of the site, one behind a router',
    addresses: ['127.0.0.7/8', '127.0.0.8/8', far[2]],
    crossings: { '127.0.0.0/8': 1, '10.9.8.0/24': 1 },
  },
  {
    name: 'routers that pass multicast',
    addresses: far,
    settings: { multicastTtl: 4 },
    crossings: { '10.9.8.0/24': 1 },
  },
  {
    name: 'by unicast',
    addresses: far,
    delivery: { ...defaultDelivery, method: 'unicast' },
    crossings: { '10.9.8.0/24': 3 },
  },
  {
    name: 'two of three at once, the third comes when they are done',
    addresses: far,
    settings: { concurrency: 2 },
    crossings: { '10.9.8.0/24': 2 },
  },
];

const addressOf = (cidr: string) => cidr.split('/') as [string, string];

async function settleIn({ server, agents }: Scene, { addresses, rules = [], settings }: Fleet) {
  for (const [index, agent] of agents.entries()) {
    const [address, prefix] = addressOf(addresses[index] as string);
    const card = { address, prefix: Number(prefix), family: 'ipv4' as const };
    const interfaces = [{ name: 'eth0', mac: '52:54:00:00:00:01', addresses: [card], isUp: true }];
    const network = { hostname: agent.name, interfaces };
    await agent.report(aWholeInventory({ ...anInventory(), network }));
    const rule = rules[index];
    if (!rule) continue;
    await server.call(multicastRoutes.setRepresentative, { params: { id: agent.machineId }, body: { rule } });
  }
  if (settings) await server.call(changeSiteSettings, { body: settings });
  await settle(server);
}

/** What one machine is told: by itself (also for its neighbours), by the site's one stream, or by a neighbour. */
async function told(agent: BareAgent, address: string, contentId: string) {
  const [order] = await openRuns(agent);
  if (!order) return 'nothing yet';
  const relay = {
    ...{ address, batteryPercent: null, freeBytes: 2 ** 40, linkMbits: 100 },
    ...{ isWireless: false, haveBytes: 0 },
  };
  const answer = await askMulticast(agent, order, contentId, [address], { relay });
  if (answer.kind === 'wait') return undefined;
  if (answer.kind !== 'join') return 'alone';
  return answer.representative ? 'neighbour' : 'site';
}

/** Lets every machine ask until it knows how its content comes; counts what each line carries. */
async function outcome(all: Scene, { addresses }: Fleet): Promise<Record<string, number>> {
  const { agents, manifest } = all;
  const answers = new Map<number, string>();
  while (answers.size < agents.length) {
    for (const [index, agent] of agents.entries()) {
      if (answers.has(index)) continue;
      const answer = await told(agent, addresses[index] as string, manifest.contentId);
      if (answer !== undefined) answers.set(index, answer);
    }
    if (answers.size < agents.length) all.clock.advance(600);
  }
  const crossings: Record<string, number> = {};
  const streams = new Set<string>();
  for (const [index, answer] of answers) {
    const line = lineOf(addresses[index] as string);
    const isFresh =
      answer === 'alone' || answer === 'nothing yet' || (answer === 'site' && !streams.has(line));
    if (answer === 'site') streams.add(line);
    crossings[line] = (crossings[line] ?? 0) + (isFresh ? 1 : 0);
  }
  return crossings;
}

function lineOf(cidr: string): string {
  const [address, prefix] = addressOf(cidr);
  const parts = address.split('.');
  return prefix === '8' ? `${parts[0]}.0.0.0/8` : `${parts.slice(0, 3).join('.')}.0/24`;
}

for (const fleet of fleets) {
  test(`BSCN-26, BSCN-07: what-if tells how often a content crosses each line, and so it does: ${fleet.name}`, async (t) => {
    const all = await scene(t, { engine: 'sqlite', databaseUrl: undefined });
    const { server, manifest, scenarioId } = all;
    await settleIn(all, fleet);
    const over = { subject: { kind: 'scenario' as const, scenarioId }, delivery: fleet.delivery ?? three };
    const answer = await server.call(deploymentRoutes.whatIf, { body: { draft: aDeployment(over) } });
    const bytes = manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const foretold = answer.subnets.map(({ subnet, lineBytes }) => [subnet, lineBytes / bytes]);
    assert.deepEqual(Object.fromEntries(foretold), fleet.crossings);
    const times = Object.values(fleet.crossings).reduce((sum, count) => sum + count, 0);
    assert.deepEqual([answer.totalBytes / bytes, answer.sources[0]?.bytes], [3, times * bytes]);
    await deploy(server, over);
    assert.deepEqual(await outcome(all, fleet), fleet.crossings);
  });
}
