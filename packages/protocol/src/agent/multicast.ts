import { Reason } from '@tenkai/domain/scenario/frozen-step.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';

/** What a machine tells of itself, so that it may fetch a content for its subnet and send it to its neighbours. */
export const RelayFacts = Type.Object({
  /** The address by which it reaches its site, with its prefix length: `10.0.0.7/24`. */
  address: Type.String({ maxLength: 32 }),
  /** How full its battery is, while it lives on it; null: it has mains, or knows of no battery. */
  batteryPercent: Type.Union([Type.Integer({ minimum: 0, maximum: 100 }), Type.Null()]),
  /** Of the disk on which contents are kept. */
  freeBytes: Type.Integer({ minimum: 0 }),
  /** Of that address's card; 0: unknown. */
  linkMbits: Type.Integer({ minimum: 0 }),
  isWireless: Type.Boolean(),
  /** Bytes of the content that are here already, verified. */
  haveBytes: Type.Integer({ minimum: 0 }),
});
export type RelayFacts = Static<typeof RelayFacts>;

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
  /** Absent: it cannot be the representative of a subnet. */
  relay: Type.Optional(RelayFacts),
  /** The session that it took part in before and that did not bring everything. */
  after: Type.Optional(Type.Integer()),
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
    /** Who sends, where that is a machine of its own network; absent: the site. */
    representative: Type.Optional(Type.Object({ machine: Type.String(), network: Type.String() })),
  }),
  /** It fetches the content by unicast, and sends it to its neighbours. Only for who has told its `relay` facts. */
  Type.Object({
    kind: Type.Literal('represent'),
    session: Type.Integer(),
    contentId: Type.String(),
    /** Its own address, by whose card it sends, and the network of that. */
    address: Type.String(),
    network: Type.String(),
    group: Type.String(),
    port: Type.Integer(),
    senderPort: Type.Integer(),
    window: Type.Integer({ minimum: 1, maximum: 64 }),
    /** Base64, 32 bytes each: of all members; from which the members' keys are made. */
    groupKey: Type.String(),
    masterKey: Type.String(),
    /** Members for whom the first datagram waits. */
    expected: Type.Array(Type.Integer()),
    /** No faster than that. */
    mostBytesPerSecond: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
]);
export type MulticastAnswer = Static<typeof MulticastAnswer>;
export type MulticastTerms = Extract<MulticastAnswer, { kind: 'join' }>;
export type RelayTerms = Extract<MulticastAnswer, { kind: 'represent' }>;

/** `POST /agent/v1/multicast/relay`: how far a representative is, about each second; whoever says nothing is gone. */
export const RelayReport = Type.Object({
  session: Type.Integer(),
  /** Bytes that it has fetched itself for this session. */
  fetchedBytes: Type.Integer({ minimum: 0 }),
  datagrams: Type.Integer({ minimum: 0 }),
  repairs: Type.Integer({ minimum: 0 }),
  bytesPerSecond: Type.Integer({ minimum: 0 }),
  members: Type.Array(
    Type.Object({
      member: Type.Integer({ minimum: 1 }),
      state: Type.Union([Type.Literal('active'), Type.Literal('complete'), Type.Literal('left')]),
      cause: Type.Optional(Type.String({ maxLength: 32 })),
    }),
    { maxItems: 4096 },
  ),
  /** Its last word. `sent`: every member has it or was left out; otherwise why it sends no more. */
  ended: Type.Optional(
    Type.Object({
      how: Type.Union([Type.Literal('sent'), Type.Literal('stopped'), Type.Literal('failed')]),
      detail: Type.String({ maxLength: 500 }),
    }),
  ),
});
export type RelayReport = Static<typeof RelayReport>;

/** `isWanted` false: the site knows nothing of that session any more; it asks again what to do. */
export const RelayReply = Type.Object({ isWanted: Type.Boolean() });
export type RelayReply = Static<typeof RelayReply>;
