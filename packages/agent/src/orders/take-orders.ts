import { createHash, type X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Failure } from '@tenkai/domain/failure.ts';
import type { CancelOrder, Order, PowerOrder, SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import type { OrderReport } from '@tenkai/protocol/agent/reports.ts';
import { writeDurably } from '../durable-file.ts';
import { reasonOf } from '../engine/reason.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { runFolder } from '../run-folder.ts';
import { type AcceptDeps, acceptRun } from './accept-run.ts';
import { checkOrder, claimedOrderId } from './check-order.ts';
import { createKeyRenewer, type RenewKeysDeps } from './renew-keys.ts';
import type { SeenOrders } from './seen-orders.ts';

export interface OrderDeps extends AcceptDeps, RenewKeysDeps {
  readonly root: X509Certificate;
  readonly machineId: string;
  /** The site's clock, epoch milliseconds. */
  readonly serverTime: () => number;
  readonly now: () => number;
  readonly seen: SeenOrders;
  readonly outbox: Outbox;
  /** There is a run to do. */
  readonly onRun: () => void;
  /** Restarts or shuts down. @throws Failure run-in-progress, power-not-supported */
  readonly onPower: (order: PowerOrder) => Promise<void>;
  readonly onInventory: () => void;
}

/** What outlives one answer of the site. */
interface Taker extends OrderDeps {
  readonly renewKeys: ReturnType<typeof createKeyRenewer>;
}

/** Refused orders of this process, by hash: the site sends what is open again and again. */
type Refused = Set<string>;

/**
 * Carries out what is new among the orders of the site, oldest first. An order that is not signed, altered, expired,
 * for another machine or not understood is never carried out; the site is told once.
 */
export function createOrderTaker(deps: OrderDeps) {
  const refused: Refused = new Set();
  const taker: Taker = { ...deps, renewKeys: createKeyRenewer(deps) };
  return async (orders: readonly SignedOrder[]): Promise<void> => {
    const accepted = orders.flatMap((signed) => {
      const order = check(deps, refused, signed);
      return order ? [{ order, signed }] : [];
    });
    accepted.sort((a, b) => a.order.issuedAt - b.order.issuedAt);
    for (const { order, signed } of accepted) {
      // The same order may come twice in one answer.
      if (!deps.seen.has(order.orderId)) await carryOut(taker, order, signed);
    }
  };
}

function check(deps: OrderDeps, refused: Refused, signed: SignedOrder): Order | null {
  try {
    const order = checkOrder({ ...deps, serverTime: deps.serverTime() }, signed);
    return deps.seen.has(order.orderId) ? null : order;
  } catch (error) {
    const key = createHash('sha256').update(JSON.stringify(signed)).digest('hex');
    if (refused.has(key)) return null;
    refused.add(key);
    const orderId = claimedOrderId(signed);
    deps.log.warn({ orderId, err: error }, 'an order was refused');
    report(deps, { orderId, accepted: false, reason: reasonOf(error) });
    return null;
  }
}

async function carryOut(deps: Taker, order: Order, signed: SignedOrder): Promise<void> {
  const { seen, log, boundary } = deps;
  log.info({ orderId: order.orderId, kind: order.kind }, 'an order was accepted');
  switch (order.kind) {
    case 'run':
      acceptRun(deps, order, signed);
      seen.add(order);
      boundary('order:seen');
      return deps.onRun();
    case 'cancel':
      cancel(deps, order);
      return seen.add(order);
    case 'power':
      // First of all: a restart that is carried out twice is worse than one that is not.
      seen.add(order);
      return power(deps, order);
    case 'inventory':
      deps.onInventory();
      seen.add(order);
      return report(deps, { orderId: order.orderId, accepted: true, reason: null });
    case 'renew-keys': {
      const outcome = await deps.renewKeys(order);
      if (!outcome) return;
      report(deps, { orderId: order.orderId, ...outcome });
      return seen.add(order);
    }
  }
}

function cancel(deps: OrderDeps, order: CancelOrder): void {
  const { data, outbox, now } = deps;
  const { runId, attempt, orderId } = order;
  const folder = runFolder(data, runId, attempt);
  if (folder && existsSync(folder.path)) {
    writeDurably(folder.cancel, '');
    report(deps, { orderId, accepted: true, reason: null });
    deps.onRun();
    return;
  }
  // The machine was set up anew meanwhile: what it does not know, it does not do.
  const phase = 'installed-system' as const;
  outbox.put({ kind: 'run', runId, attempt, at: now(), event: 'cancelled', phase });
  report(deps, { orderId, accepted: false, reason: { code: 'run-unknown', params: { runId, attempt } } });
}

async function power(deps: OrderDeps, order: PowerOrder): Promise<void> {
  const { orderId } = order;
  try {
    await deps.onPower(order);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    deps.log.warn({ err: error }, 'a power order was refused');
    report(deps, { orderId, accepted: false, reason: reasonOf(error) });
  }
}

export function report(
  { outbox, now }: Pick<OrderDeps, 'outbox' | 'now'>,
  what: Omit<OrderReport, 'kind' | 'at'>,
): void {
  outbox.put({ kind: 'order', ...what, at: now() });
}
