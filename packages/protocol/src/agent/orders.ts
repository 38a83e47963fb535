import { FrozenStep } from '@tenkai/domain/scenario/frozen-step.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';

/**
 * One thing that the site tells one machine to do. Law 11: an agent runs an order only when the signature holds
 * up to its pinned root, the machine is its own, it has not expired, and its `orderId` was not carried out before.
 */
export const RunOrder = Type.Object({
  kind: Type.Literal('run'),
  orderId: Type.String(),
  machineId: Type.String(),
  issuedAt: Type.Integer(),
  expiresAt: Type.Integer(),
  runId: Type.String(),
  /** Repeats of the same run count up; the journal of each is its own. */
  attempt: Type.Integer({ minimum: 1 }),
  deploymentName: Type.String(),
  steps: Type.Array(FrozenStep),
  variables: Type.Record(Type.String(), Type.String()),
  options: Type.Object({
    powerOffAtEnd: Type.Boolean(),
    /** Deliver, verify, and begin when the machine has really started anew (BSCN-19); absent: begin at once. */
    timing: Type.Optional(Type.Literal('at-next-start')),
    /** Switch the machine off once the run is staged (BSCN-20). */
    powerOffAfterDelivery: Type.Optional(Type.Boolean()),
    /** End of the maintenance window in which the run began: no restart is put off beyond it. */
    windowClosesAt: Type.Optional(Type.Integer()),
  }),
  /**
   * Base URLs of distribution points, best first; content lies at `<base>/objects/..` and `<base>/manifests/..`.
   * `/content` is the site itself, under the address by which the agent knows it; only there goes the agent's token.
   */
  sources: Type.Array(Type.String()),
  /** Before it fetches a content, the agent asks `POST /agent/v1/multicast` whether that comes by multicast. */
  multicast: Type.Optional(Type.Literal(true)),
});
export type RunOrder = Static<typeof RunOrder>;

export const CancelOrder = Type.Object({
  kind: Type.Literal('cancel'),
  orderId: Type.String(),
  machineId: Type.String(),
  issuedAt: Type.Integer(),
  expiresAt: Type.Integer(),
  runId: Type.String(),
  attempt: Type.Integer({ minimum: 1 }),
});
export type CancelOrder = Static<typeof CancelOrder>;

/** Restart and shut down by an administrator (BPWR-02, BPWR-11), outside of any run. */
export const PowerOrder = Type.Object({
  kind: Type.Literal('power'),
  orderId: Type.String(),
  machineId: Type.String(),
  issuedAt: Type.Integer(),
  expiresAt: Type.Integer(),
  action: Type.Union([Type.Literal('restart'), Type.Literal('shut-down')]),
  delaySeconds: Type.Integer({ minimum: 0, maximum: 86_400 }),
  /** True: also while a run is in progress. */
  force: Type.Boolean(),
});
export type PowerOrder = Static<typeof PowerOrder>;

/** Send a whole inventory, not a difference. */
export const InventoryOrder = Type.Object({
  kind: Type.Literal('inventory'),
  orderId: Type.String(),
  machineId: Type.String(),
  issuedAt: Type.Integer(),
  expiresAt: Type.Integer(),
});
export type InventoryOrder = Static<typeof InventoryOrder>;

/** New keys and certificates for the machine (decision 0160); agents before it refuse it as not understood. */
export const RenewKeysOrder = Type.Object({
  kind: Type.Literal('renew-keys'),
  orderId: Type.String(),
  machineId: Type.String(),
  issuedAt: Type.Integer(),
  expiresAt: Type.Integer(),
});
export type RenewKeysOrder = Static<typeof RenewKeysOrder>;

export const Order = Type.Union([RunOrder, CancelOrder, PowerOrder, InventoryOrder, RenewKeysOrder]);
export type Order = Static<typeof Order>;

/** `payload` is the order as JSON text: exactly these bytes (UTF-8) are signed, so no canonical form is needed. */
export const SignedOrder = Type.Object({
  payload: Type.String(),
  /** ECDSA P-256 with SHA-256 over `orderProof(payload)`, IEEE P1363 form, base64. */
  signature: Type.String(),
  /** PEM certificate of the site's signing key, issued by the root. */
  certificate: Type.String(),
});
export type SignedOrder = Static<typeof SignedOrder>;

/** Domain separation: a signature over an order can never be one over a manifest. */
export function orderProof(payload: string): string {
  return `tenkai-order-1\n${payload}`;
}

/** `GET /agent/v1/orders`: everything that is open for this machine; safe to ask again at any time. */
export const OrdersReply = Type.Object({ orders: Type.Array(SignedOrder) });
export type OrdersReply = Static<typeof OrdersReply>;

/** `GET <source>/manifests/<contentId>.json`: manifest body as text and signature over `manifestProof(body)`. */
export const SignedManifest = Type.Object({
  body: Type.String(),
  signature: Type.String(),
  certificate: Type.String(),
});
export type SignedManifest = Static<typeof SignedManifest>;

export function manifestProof(body: string): string {
  return `tenkai-manifest-1\n${body}`;
}
