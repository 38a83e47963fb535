import { Reason } from '@tenkai/domain/scenario/frozen-step.ts';
import { type Static, Type } from 'typebox';

/**
 * `POST /agent/v1/multicast`: a machine whose order says `multicast` is about to fetch a content and asks how. It asks
 * again while it is told to wait, and after a session that ended early. Keys are in the answer alone, over TLS and
 * for the token's machine: neither orders nor disks hold them.
 */
export const MulticastAsk = Type.Object({
  runId: Type.String({ maxLength: 64 }),
  attempt: Type.Integer({ minimum: 1 }),
  contentId: Type.String({ maxLength: 128 }),
  /** IPv4 addresses of this machine with their prefix length, `10.0.0.7/24`. */
  addresses: Type.Array(Type.String({ maxLength: 32 }), { maxItems: 256 }),
});
export type MulticastAsk = Static<typeof MulticastAsk>;

export const MulticastAnswer = Type.Union([
  /** Others of the wave are still expected. */
  Type.Object({ kind: Type.Literal('wait'), afterMs: Type.Integer({ minimum: 0 }) }),
  Type.Object({ kind: Type.Literal('unicast'), reason: Reason }),
  Type.Object({
    kind: Type.Literal('join'),
    /** Names the session in each datagram. */
    session: Type.Integer(),
    contentId: Type.String(),
    group: Type.String(),
    port: Type.Integer(),
    senderAddress: Type.String(),
    senderPort: Type.Integer(),
    /** Segments under way at once, of 4 MiB at most each. */
    window: Type.Integer({ minimum: 1, maximum: 64 }),
    member: Type.Integer({ minimum: 1 }),
    /** Base64, 32 bytes each: of all members; of this member and the sender. */
    groupKey: Type.String(),
    memberKey: Type.String(),
    ttl: Type.Integer({ minimum: 1, maximum: 255 }),
  }),
]);
export type MulticastAnswer = Static<typeof MulticastAnswer>;
export type MulticastTerms = Extract<MulticastAnswer, { kind: 'join' }>;
