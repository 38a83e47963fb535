import type { Static } from 'typebox';
import * as Type from 'typebox';

/** No machine is told to wait longer with its questions. */
export const longestSpreadMs = 60_000;

/** `GET /agent/v1/channel` (WebSocket, RFC 6455): the server only says that there is something to fetch. */
export const ChannelMessage = Type.Union([
  /** `withinMs`: many are told at once, and each comes after a random part of this time; absent: at once. */
  Type.Object({
    type: Type.Literal('nudge'),
    withinMs: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  /** The server is about to stop: come back after a random part of this time. */
  Type.Object({ type: Type.Literal('goodbye'), reconnectWithinMs: Type.Integer() }),
]);
export type ChannelMessage = Static<typeof ChannelMessage>;

/** Version of the agent protocol; additive changes do not raise it. */
export const agentProtocolVersion = 1;

/** Every path that an agent calls. */
export const agentPaths = {
  site: '/agent/v1/site',
  locate: '/agent/v1/locate',
  fallback: '/agent/v1/fallback',
  enroll: '/agent/v1/enroll',
  challenge: '/agent/v1/challenge',
  token: '/agent/v1/token',
  renew: '/agent/v1/renew',
  channel: '/agent/v1/channel',
  orders: '/agent/v1/orders',
  available: '/agent/v1/available',
  reports: '/agent/v1/reports',
  progress: '/agent/v1/progress',
  /** `GET /agent/v1/patches/TK1001`: unauthenticated, for the first installation; the file carries its own proof. */
  patches: '/agent/v1/patches',
  multicast: '/agent/v1/multicast',
  relay: '/agent/v1/multicast/relay',
  probe: '/agent/v1/probe',
  /** Distribution point of the site server itself: `/content/objects/..`, `/content/manifests/..`. */
  content: '/content',
} as const;
