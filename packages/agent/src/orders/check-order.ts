import type { X509Certificate } from 'node:crypto';
import { definitions } from '@tenkai/domain/definitions.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { checkSiteSignature } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { Order, orderProof, type SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import { Check } from 'typebox/value';
import { isSafeName } from '../outbox/spool-names.ts';

export interface CheckDeps {
  /** The pinned root. */
  readonly root: X509Certificate;
  readonly machineId: string;
  /** The site's clock, epoch milliseconds. */
  readonly serverTime: number;
}

/**
 * Law 11: what this returns was signed by the site for this machine, is not too old, and is understood. Whether it
 * was carried out before is for the caller to say.
 * @throws Failure site-signature-invalid, order-not-understood, order-for-another-machine, order-expired
 */
export function checkOrder({ root, machineId, serverTime }: CheckDeps, signed: SignedOrder): Order {
  const order = readOrder(root, signed, serverTime);
  if (order.machineId !== machineId)
    throw new Failure('order-for-another-machine', { orderId: order.orderId });
  if (order.expiresAt <= serverTime) throw new Failure('order-expired', { orderId: order.orderId });
  return order;
}

/**
 * An order whose signature holds. The engine reads its own order again with this: by then it may have expired, and
 * was accepted in time.
 * @param at when the signing key must be valid; absent: when the order says that it was issued
 * @throws Failure site-signature-invalid, order-not-understood
 */
export function readOrder(root: X509Certificate, signed: SignedOrder, at?: number): Order {
  const order: unknown = parse(signed.payload);
  checkSiteSignature(root, signed, orderProof(signed.payload), at ?? issuedAt(order));
  if (!Check(definitions, Order, order))
    throw new Failure('order-not-understood', {}, { detail: mistakes(order) });
  const isSafe = order.kind !== 'run' || (isSafeName(order.runId) && hasStepsInOrder(order.steps));
  if (!isSafe)
    throw new Failure('order-not-understood', {}, { detail: 'the run or its steps have odd names' });
  return order;
}

/** The index names a step in journal and reports: it must be its place. */
function hasStepsInOrder(steps: readonly { index: number }[]): boolean {
  return steps.every((step, place) => step.index === place);
}

function issuedAt(order: unknown): number {
  const at = typeof order === 'object' && order !== null && 'issuedAt' in order ? order.issuedAt : 0;
  return typeof at === 'number' ? at : 0;
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

function mistakes(order: unknown): string {
  const kind = typeof order === 'object' && order !== null && 'kind' in order ? String(order.kind) : 'none';
  return `kind ${kind.slice(0, 40)}`;
}

/** The id that an order claims, whether it is to be believed or not: for a report about it. */
export function claimedOrderId({ payload }: SignedOrder): string {
  const order = parse(payload);
  if (typeof order !== 'object' || order === null || !('orderId' in order)) return '';
  return typeof order.orderId === 'string' ? order.orderId.slice(0, 128) : '';
}
