import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import type { TestContext } from 'node:test';
import {
  createLink,
  createSiteClient,
  enrollOnce,
  type NumberedReport,
  type OutboxPort,
} from '@tenkai/protocol/agent/link/index.ts';
import type { Order, SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Report } from '@tenkai/protocol/agent/reports.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { type MachineRow, machineRoutes } from '@tenkai/protocol/api/machines.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import { atEnd } from '../at-end.ts';
import { aHeartbeat, aWholeInventory } from '../bare-agent.ts';
import { anInventory } from '../builders.ts';
import { until } from '../rig/until.ts';
import { wholeRun } from '../run-reports.ts';
import type { ConsoleSite } from './filled-site.ts';

export interface SimulatedMachineOptions {
  readonly name: string;
  readonly url: string;
  /** PEM of the site's root. */
  readonly ca: string;
  readonly ticket: string;
  /** What it tells first, beside its inventory. */
  readonly reports?: readonly Report[];
}

/**
 * A machine without a machine: it enrolls, connects and reports by the link that real agents have, and does every
 * run well without doing anything.
 */
export async function startSimulatedMachine(t: TestContext, options: SimulatedMachineOptions): Promise<void> {
  const { name, url, ca, ticket } = options;
  const client = createSiteClient({ url, rootCertificate: ca });
  const keys = [generateKeyPairSync('ec', curve), generateKeyPairSync('ec', curve)] as const;
  const signer = { sign: (proof: string) => signed(keys[0].privateKey, proof) };
  const { machineId } = await enrollOnce(
    { client, signer },
    {
      name,
      ticket,
      signingKey: spki(keys[0].publicKey),
      encryptionKey: spki(keys[1].publicKey),
      hardwareFingerprint: randomBytes(32).toString('hex'),
      agentVersion: '0.1.0',
      operatingSystem: 'Debian GNU/Linux 12',
    },
  );
  const outbox = createOutbox();
  const done = new Set<string>();
  const link = createLink({
    client,
    signer,
    machineId,
    outbox,
    now: Date.now,
    random: Math.random,
    onEvent: () => {},
    heartbeat: async () => outbox.put(aHeartbeat({ freeBytes: 1024 ** 4 })),
    async onOrders(orders) {
      for (const order of orders.map(contentOf)) {
        if (order.kind !== 'run' || done.has(order.orderId)) continue;
        done.add(order.orderId);
        for (const report of wholeRun(order)) outbox.put(report);
        link.sendSoon();
      }
    },
  });
  outbox.put(aWholeInventory(anInventory()));
  for (const report of options.reports ?? []) outbox.put(report);
  const stop = new AbortController();
  const ended = link.run(stop.signal);
  atEnd(t, async () => {
    stop.abort();
    await ended;
    client.close();
  });
}

/** Some of them at once, until the site has heard of each that it is on, and what it is. */
export async function startSimulatedMachines(
  t: TestContext,
  { api, site, names }: { api: Client; site: ConsoleSite; names: readonly string[] },
): Promise<MachineRow[]> {
  const body = { name: 'test', maxUses: names.length, validHours: 1 };
  const { secret } = await api(enrollmentRoutes.createTicket, { body });
  for (const name of names)
    await startSimulatedMachine(t, { name, url: site.url, ca: site.ca, ticket: secret });
  return until('all machines are known', async () => {
    const { items } = await api(machineRoutes.list, { query: {} });
    const known = items.filter((one) => one.isOnline && one.powerState === 'on' && one.operatingSystem);
    return known.length === names.length ? known : undefined;
  });
}

const curve = { namedCurve: 'P-256' } as const;

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).toString('base64');

function signed(key: KeyObject, proof: string): string {
  return sign('sha256', Buffer.from(proof), { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
}

const contentOf = ({ payload }: SignedOrder) => JSON.parse(payload) as Order;

function createOutbox(): OutboxPort & { put(report: Report): void } {
  let waiting: NumberedReport[] = [];
  let last = 0;
  return {
    name: randomUUID(),
    put(report) {
      last += 1;
      waiting.push({ number: last, report });
    },
    take: async ({ count }) => waiting.slice(0, count),
    async acknowledge(acknowledged) {
      waiting = waiting.filter(({ number }) => number > acknowledged);
    },
  };
}
