import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { orderProof, type RunOrder, type SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import type { OrderReport } from '@tenkai/protocol/agent/reports.ts';

import { runOrder, testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { issue, makeSiteKeys, type SiteKeys, signWith } from '@tenkai/testkit/small-site/site-keys.ts';
import { scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import fc from 'fast-check';
import { pino } from 'pino';
import { noBoundary } from '../boundary.ts';
import { type DataFolder, dataFolder, makeDataFolder } from '../data-folder.ts';
import { openOutbox } from '../outbox/outbox.ts';
import { openSender } from '../outbox/sender.ts';
import { openSeenOrders } from './seen-orders.ts';
import { createOrderTaker } from './take-orders.ts';

let keys: SiteKeys;
let others: SiteKeys;
before(async () => {
  [keys, others] = await Promise.all([makeSiteKeys(), makeSiteKeys()]);
});

let data: DataFolder;
let clock: number;
let acts: string[];
beforeEach(() => {
  data = dataFolder(mkdtempSync(join(tmpdir(), 'tenkai-orders-')));
  makeDataFolder(data);
  openOutbox({ folder: data.outbox, now: Date.now });
  clock = Date.now();
  acts = [];
});
afterEach(() => rmSync(data.root, { recursive: true, force: true }));

const machineId = 'm-1';
const order = (rest: Partial<RunOrder> = {}) => runOrder({ machineId }, [scriptStep('true')], rest);
const base = { machineId, issuedAt: Date.now(), expiresAt: Date.now() + 3_600_000 };
const power = (rest: object = {}) => ({
  kind: 'power',
  orderId: 'p-1',
  ...base,
  action: 'restart',
  delaySeconds: 0,
  force: false,
  ...rest,
});

/** A new taker is a service that was started anew. */
function taker() {
  return createOrderTaker({
    data,
    boundary: noBoundary,
    root: new X509Certificate(keys.root.certificate),
    machineId,
    serverTime: () => clock,
    now: () => clock,
    seen: openSeenOrders({ folder: data.orders, now: () => clock }),
    outbox: openOutbox({ folder: data.outbox, now: () => clock }),
    log: pino({ level: 'silent' }),
    onRun: () => void acts.push('run'),
    onPower: async ({ action }) => void acts.push(action),
    onInventory: () => void acts.push('inventory'),
    onRenewKeys: async () => void acts.push('renew-keys'),
    later: () => {},
    onAskAgain: () => {},
    random: Math.random,
  });
}

async function told(): Promise<OrderReport[]> {
  const batch = await openSender({ folder: data.outbox }).take({ count: 500, bytes: 1 << 20 });
  return batch.flatMap(({ report }) => (report.kind === 'order' ? [report] : []));
}

const runs = () => readdirSync(data.runs);

/** Every way in which an order may be none of ours, each with the reason that the site is told. */
const forgeries: Record<string, [() => SignedOrder | Promise<SignedOrder>, string]> = {
  'without a signature': [() => ({ ...keys.signOrder(order()), signature: '' }), 'site-signature-invalid'],
  'with a signature of zeros': [
    () => ({ ...keys.signOrder(order()), signature: Buffer.alloc(64).toString('base64') }),
    'site-signature-invalid',
  ],
  'altered after it was signed': [
    () => {
      const signed = keys.signOrder(order());
      return { ...signed, payload: signed.payload.replace('"true"', '"evil"') };
    },
    'site-signature-invalid',
  ],
  'signed under another purpose': [
    () => {
      const payload = JSON.stringify(order());
      const { signature, certificate } = keys.signManifest(payload);
      return { payload, signature, certificate };
    },
    'site-signature-invalid',
  ],
  'of another site': [() => others.signOrder(order()), 'site-signature-invalid'],
  'of another site with our certificate': [
    () => ({ ...others.signOrder(order()), certificate: keys.signing.certificate }),
    'site-signature-invalid',
  ],
  'signed by the TLS key': [
    () => {
      const payload = JSON.stringify(order());
      const [certificate = ''] = keys.tls.cert.split(/(?<=-----END CERTIFICATE-----\n)/);
      return { payload, ...signWith({ key: keys.tls.key, certificate }, orderProof(payload)) };
    },
    'site-signature-invalid',
  ],
  'signed by a TLS key that the root itself issued': [
    async () => {
      const life = { notBefore: base.issuedAt - 86_400_000, notAfter: base.expiresAt };
      const pair = await issue({ subject: 'CN=x', use: { tlsNames: ['x'] }, issuer: keys.root, ...life });
      const payload = JSON.stringify(order());
      return { payload, ...signWith(pair, orderProof(payload)) };
    },
    'site-signature-invalid',
  ],
  'signed by the root itself': [
    () => {
      const payload = JSON.stringify(order());
      return { payload, ...signWith(keys.root, orderProof(payload)) };
    },
    'site-signature-invalid',
  ],
  'signed by a key that has expired': [
    async () => {
      const life = { notBefore: base.issuedAt - 9 * 86_400_000, notAfter: base.issuedAt - 86_400_000 };
      const pair = await issue({ subject: 'CN=x', use: 'signing', issuer: keys.root, ...life });
      const payload = JSON.stringify(order());
      return { payload, ...signWith(pair, orderProof(payload)) };
    },
    'site-signature-invalid',
  ],
  'with rubbish for a certificate': [
    () => ({ ...keys.signOrder(order()), certificate: 'no' }),
    'site-signature-invalid',
  ],
  'for another machine': [() => keys.signOrder(order({ machineId: 'm-2' })), 'order-for-another-machine'],
  'that has expired': [() => keys.signOrder(order({ expiresAt: clock })), 'order-expired'],
  'of an unknown kind': [() => keys.signOrder({ ...order(), kind: 'format-disk' }), 'order-not-understood'],
  'with an unknown kind of step': [
    () => keys.signOrder({ ...order(), steps: [{ ...scriptStep('true'), kind: 'format-disk' }] }),
    'order-not-understood',
  ],
  'with a run id that leaves the folder': [
    () => keys.signOrder(order({ runId: '../../etc' })),
    'order-not-understood',
  ],
  'with steps out of place': [
    () => keys.signOrder({ ...order(), steps: [{ ...scriptStep('true'), index: 7 }] }),
    'order-not-understood',
  ],
  'that is no order at all': [() => keys.signOrder(['x']), 'order-not-understood'],
};

for (const [name, [forge, code]] of Object.entries(forgeries)) {
  test(`law 11: an order ${name} is never run, and the site is told once`, async () => {
    const forged = await forge();
    const take = taker();
    await take([forged]);
    await take([forged]);
    assert.deepEqual(acts, []);
    assert.deepEqual(runs(), []);
    assert.deepEqual(
      (await told()).map(({ accepted, reason }) => [accepted, reason?.code]),
      [[false, code]],
    );
    // The true order is not blocked by its forgery.
    await take([keys.signOrder(order())]);
    assert.deepEqual([acts, runs()], [['run'], [`${testRunId}-1`]]);
  });
}

test('law 11: whatever byte of a signed order is changed, it is not run', async () => {
  const signed = keys.signOrder(order());
  const field = fc.constantFrom('payload' as const, 'signature' as const, 'certificate' as const);
  const take = taker();
  await fc.assert(
    fc.asyncProperty(field, fc.nat(), fc.integer({ min: 1, max: 127 }), async (name, at, change) => {
      const bytes = Buffer.from(signed[name]);
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ change;
      const altered = { ...signed, [name]: bytes.toString('latin1') };
      const isSameSignature = Buffer.from(altered.signature, 'base64').equals(
        Buffer.from(signed.signature, 'base64'),
      );
      const isSameCertificate = name !== 'certificate' || !isSameDer(altered.certificate, signed.certificate);
      if (name !== 'payload' && isSameSignature && !(name === 'certificate' && isSameCertificate)) return;
      await take([altered]);
      assert.deepEqual([acts, runs()], [[], []], `${name} ${place}`);
    }),
    { numRuns: 150, seed: 11 },
  );
});

function isSameDer(a: string, b: string): boolean {
  try {
    return new X509Certificate(a).raw.equals(new X509Certificate(b).raw);
  } catch {
    return false;
  }
}

test('law 11: an order is run once, however often it comes and whoever starts anew', async () => {
  const signed = keys.signOrder(order());
  await taker()([signed, signed]);
  await taker()([signed]);
  await taker()([keys.signOrder({ ...order(), issuedAt: clock + 1 })]);
  assert.deepEqual([acts, runs()], [['run'], [`${testRunId}-1`]]);
  await taker()([keys.signOrder(power())]);
  await taker()([keys.signOrder(power())]);
  assert.deepEqual(acts, ['run', 'restart']);
  const file = readFileSync(join(data.runs, `${testRunId}-1/order.json`), 'utf8');
  assert.deepEqual(JSON.parse(file), { sequence: 1, signed });
});

test('law 11: a recorded power order that is played again after its folder was cleared has expired', async () => {
  const signed = keys.signOrder(power());
  await taker()([signed]);
  clock = base.expiresAt + 8 * 86_400_000;
  await taker()([]);
  await taker()([signed]);
  assert.deepEqual(acts, ['restart']);
});

test('a machine whose clock is wrong goes by the clock of the site', async () => {
  const late = base.issuedAt + 40 * 86_400_000;
  clock = late;
  await taker()([keys.signOrder(order({ issuedAt: late, expiresAt: late + 60_000 }))]);
  assert.deepEqual(acts, ['run']);
});

test('orders are carried out in the order in which they were given', async () => {
  const cancel = {
    kind: 'cancel',
    orderId: 'c',
    ...base,
    issuedAt: base.issuedAt + 5,
    runId: testRunId,
    attempt: 1,
  };
  await taker()([keys.signOrder(cancel), keys.signOrder(order({ issuedAt: base.issuedAt }))]);
  assert.ok(existsSync(join(data.runs, `${testRunId}-1/cancel`)));
  assert.deepEqual(
    (await told()).map(({ orderId, accepted }) => [orderId, accepted]),
    [['c', true]],
  );
});

test('what was never here is reported as cancelled: a machine that was set up anew does not block its site', async () => {
  await taker()([keys.signOrder({ kind: 'cancel', orderId: 'c', ...base, runId: 'gone', attempt: 2 })]);
  const batch = await openSender({ folder: data.outbox }).take({ count: 9, bytes: 1 << 20 });
  assert.deepEqual(
    batch.map(({ report }) =>
      report.kind === 'run' ? [report.runId, report.attempt, report.event] : report.kind,
    ),
    [['gone', 2, 'cancelled'], 'order'],
  );
});

after(() => assert.ok(Object.keys(forgeries).length > 15));
