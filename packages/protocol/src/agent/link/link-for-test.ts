import { generateKeyPairSync, sign } from 'node:crypto';
import { after, afterEach, before, beforeEach } from 'node:test';
import { Failure } from '@tenkai/domain/failure.ts';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import type { Report } from '../reports.ts';
import { enrollOnce } from './enroll.ts';
import { createLink } from './link.ts';
import type { LinkDeps, LinkEvent } from './link-state.ts';
import type { OutboxPort } from './outbox-port.ts';
import { createSiteClient } from './site-client.ts';

export let site: SmallSite;
export let stop: AbortController;
export let running: Promise<void>[];
before(async () => {
  site = await startSmallSite();
});
after(() => site.close());
beforeEach(() => {
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  site.intercept = () => false;
  site.interceptCall = () => false;
  site.callBytes = 0;
  Object.assign(site, { tickets: undefined, enrollment: {}, reply: {}, clockOffsetMs: 0 });
  for (const list of [site.reports, site.requests, site.enrollments]) list.length = 0;
  site.orders.clear();
});

export const options = { timeout: 60_000 };
export const isFailure = (code: string) => (error: unknown) =>
  error instanceof Failure && error.code === code;

export function newKeys() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return { spki, sign: (proof: string) => sign('sha256', Buffer.from(proof), key).toString('base64') };
}

export function newMachine() {
  const signer = newKeys();
  const client = createSiteClient({ url: site.url, rootCertificate: site.keys.root.certificate });
  const facts = {
    name: 'test',
    signingKey: signer.spki,
    encryptionKey: newKeys().spki,
    hardwareFingerprint: 'a'.repeat(64),
    agentVersion: '0',
    operatingSystem: 'test',
  };
  return { signer, client, facts };
}

/** An outbox in memory, as the simulator has one. */
function memoryOutbox() {
  const waiting: { number: number; report: Report }[] = [];
  const rejected: number[] = [];
  let last = 0;
  const port: OutboxPort = {
    name: `outbox-${Math.random()}`,
    take: async ({ count }) => waiting.slice(0, count),
    async acknowledge(acknowledged, refused) {
      rejected.push(...refused.map(({ number }) => number));
      const isDone = (number: number) => number <= acknowledged || rejected.includes(number);
      waiting.splice(0, waiting.length, ...waiting.filter(({ number }) => !isDone(number)));
    },
  };
  return {
    port,
    waiting,
    rejected,
    put(report: Report) {
      last += 1;
      waiting.push({ number: last, report });
    },
  };
}

export const status = (code: string): Report => ({
  kind: 'status',
  severity: 'info',
  code,
  params: {},
  at: 1,
});

/** An enrolled machine and its link, which runs from `start()` until the test ends. */
export async function newLink(more: Partial<LinkDeps> = {}) {
  const { signer, client, facts } = newMachine();
  const { machineId } = await enrollOnce({ client, signer }, facts);
  const outbox = memoryOutbox();
  const events: LinkEvent[] = [];
  const orders: string[][] = [];
  let heartbeats = 0;
  const link = createLink({
    client,
    signer,
    machineId,
    outbox: outbox.port,
    now: Date.now,
    random: Math.random,
    heartbeat: async () => {
      heartbeats += 1;
      outbox.put(status(`heartbeat ${heartbeats}`));
    },
    onOrders: async (list) => void orders.push(list.map(({ payload }) => payload)),
    onEvent: (event) => void events.push(event),
    backOff: { firstMs: 20, longestMs: 100 },
    ...more,
  });
  const start = () => {
    running.push(link.run(stop.signal).finally(() => client.close()));
    return until(() => site.connected().includes(machineId));
  };
  return { link, machineId, outbox, events, orders, start, heartbeats: () => heartbeats };
}

export const told = (machineId: string) =>
  site.reports.flatMap(({ machineId: from, report }) =>
    from === machineId && report.kind === 'status' ? [report.code] : [],
  );
