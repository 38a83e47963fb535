/**
 * Many machines that report at once, in a process of its own: whole inventories and heartbeats through the agents'
 * door, as fast as the site takes them. Told by IPC when to begin and when to stop.
 */
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { type HttpConnection, openConnection } from '../site/http-connection.ts';
import { makeInventory, wholeInventoryReport } from '../site/inventories.ts';
import { createRandom } from '../site/random.ts';

export interface ReportingMachine {
  readonly id: string;
  readonly token: string;
}

export type LoadCommand =
  | {
      readonly type: 'begin';
      readonly port: number;
      readonly rootCertificate: string;
      readonly machines: readonly ReportingMachine[];
      readonly seed: number;
      /** Connections on which inventories and heartbeats are sent, one after the other on each. */
      readonly inventoryLanes: number;
      readonly heartbeatLanes: number;
    }
  | { readonly type: 'stop' };

/** What was taken from `begin` to `stop`. */
export interface LoadResult {
  readonly inventories: number;
  readonly heartbeats: number;
  readonly seconds: number;
}

type Begin = Extract<LoadCommand, { type: 'begin' }>;
type Kind = 'inventories' | 'heartbeats';

const distinctInventories = 40;
const counts = { inventories: 0, heartbeats: 0 };
const numbers = new Map<string, number>();
let isStopping = false;
let startedAt = 0;
let lanes: Promise<void>[] = [];

process.on('disconnect', () => process.exit());
process.on('message', async (command: LoadCommand) => {
  try {
    process.send?.({ result: command.type === 'begin' ? await begin(command) : await stop() });
  } catch (error) {
    process.send?.({ error: (error as Error).stack ?? String(error) });
  }
});

/** Resolves when a report of each lane was taken: the load is on. */
async function begin({ seed, machines, inventoryLanes, heartbeatLanes, ...site }: Begin): Promise<number> {
  const random = createRandom(seed);
  const inventories = Array.from({ length: distinctInventories }, (_, index) =>
    JSON.stringify(wholeInventoryReport(makeInventory(random, index))),
  );
  const all = inventoryLanes + heartbeatLanes;
  const firsts: Promise<void>[] = [];
  startedAt = performance.now();
  isStopping = false;
  for (let lane = 0; lane < all; lane += 1) {
    const first = Promise.withResolvers<void>();
    const kind: Kind = lane < inventoryLanes ? 'inventories' : 'heartbeats';
    const own = machines.filter((_, index) => index % all === lane);
    const connection = await openConnection({ ...site, localAddress: '127.0.0.1' });
    const texts = kind === 'inventories' ? inventories : [heartbeat()];
    lanes.push(walk({ connection, own, texts, kind, onFirst: first.resolve }));
    firsts.push(first.promise);
  }
  await Promise.race([Promise.all(firsts), Promise.all(lanes)]);
  return all;
}

async function stop(): Promise<LoadResult> {
  isStopping = true;
  await Promise.all(lanes);
  lanes = [];
  return { ...counts, seconds: (performance.now() - startedAt) / 1000 };
}

interface Walk {
  readonly connection: HttpConnection;
  readonly own: readonly ReportingMachine[];
  readonly texts: readonly string[];
  readonly kind: Kind;
  readonly onFirst: () => void;
}

/** One machine after another reports; the first refusal ends the benchmark. */
async function walk({ connection, own, texts, kind, onFirst }: Walk) {
  for (let turn = 0; !isStopping; turn += 1) {
    const { id, token } = own[turn % own.length] as ReportingMachine;
    const number = (numbers.get(id) ?? 0) + 1;
    numbers.set(id, number);
    const report = texts[turn % texts.length];
    const { status, body } = await connection.exchange(requestOf(id, token, number, report ?? ''));
    if (status !== 200 || !body.includes(`"acknowledged":${number}`)) throw new Error(`${status} ${body}`);
    counts[kind] += 1;
    onFirst();
  }
  connection.close();
}

function requestOf(id: string, token: string, number: number, report: string): string {
  const body = `{"outbox":"outbox-${id}","reports":[{"number":${number},"report":${report}}]}`;
  const head = [
    `POST ${agentPaths.reports} HTTP/1.1`,
    'content-type: application/json',
    `authorization: Bearer ${token}`,
    'Host: localhost',
    'Connection: keep-alive',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

function heartbeat(): string {
  return JSON.stringify({
    kind: 'heartbeat',
    agentVersion: '0.1.0',
    bootId: 'boot-1',
    bootedAt: 1_750_000_000_000,
    state: 'running',
    activeRuns: [],
    freeBytes: 123_456_789_012,
  });
}
