import type { X509Certificate } from 'node:crypto';
import { definitions } from '@tenkai/domain/definitions.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { checkSiteSignature } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { Order, orderProof, type SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import { Compile } from 'typebox/compile';

let compiled: ReturnType<typeof compileOrder> | undefined;
const compileOrder = () => Compile(definitions, Order);

/**
 * A fleet checks thousands of orders, and finding each `$ref` anew takes 10 ms for one: compiled once (0.3 s), and not
 * while the first orders wait.
 */
export function prepareOrderCheck(): void {
  compiled ??= compileOrder();
}

/**
 * Law 11 holds for simulated machines too: signed by the site, for this machine, in time, and understood.
 * @throws Failure site-signature-invalid
 * @returns null where it is signed, and not for us now
 */
export function checkOrder(
  { root, machineId, serverTime }: { root: X509Certificate; machineId: string; serverTime: number },
  signed: SignedOrder,
): Order | null {
  checkSiteSignature(root, signed, orderProof(signed.payload), serverTime);
  const order: unknown = JSON.parse(signed.payload);
  prepareOrderCheck();
  if (!compiled?.Check(order)) throw new Failure('site-signature-invalid', {}, { detail: 'not understood' });
  return order.machineId === machineId && order.expiresAt > serverTime ? order : null;
}
